import { readdirSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findModel } from '../../../src/classify/model-folder.ts';
import { openTools } from '../../../src/pipeline/open-tools.ts';
import { type BatchTools, processBatch } from '../../../src/pipeline/process-batch.ts';
import type { FileResult, FileTask, RecordResult } from '../../../src/pipeline/protocol.ts';
import { openStaging } from '../../../src/publish/staging.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { buildTiff, type TiffSpec } from '../../builders/tiff-builder.ts';
import { workerSettings } from '../../builders/worker-settings.ts';
import { allValues, withFile } from '../convert/read-hdf5.ts';

const MODELS = resolve(import.meta.dirname, '../../../models');
/** Of so little memory, 175 kB may be a decoded picture and 87 kB decoded at once. */
const LITTLE_MIB = 1;
const PLENTY_MIB = 1536;
const WIDTH = 603;
const HEIGHT = 457;
const BAR = 41;
const FEI_HEADER = `[User]\r\nDate=03/24/2019\r\nTime=11:22:33\r\n[Beam]\r\nHV=5000\r\n[EScan]\r\nPixelWidth=1e-9\r\nPixelHeight=1e-9\r\n[Image]\r\nResolutionX=${WIDTH}\r\nResolutionY=${HEIGHT - BAR}\r\n[PrivateFei]\r\nDatabarHeight=${BAR}\r\n`;

let opened: BatchTools;

beforeAll(async () => {
  const { folder } = await findModel('nffa-sem-small', undefined, [MODELS]);
  const settings = workerSettings('', {
    accept: ['tiff', 'png'],
    instrument: { timeZone: '+01:00' },
    model: { folder },
  });
  opened = await openTools(settings, join(import.meta.dirname, '../../fixtures'));
});
afterAll(async () => {
  await opened.model?.close();
});

/** Smooth and sharp structure with all values of the depth, and a bright bar below. */
function samples(top: number, perPixel = 1): number[] {
  const values: number[] = [];
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const wave = 0.5 + 0.25 * Math.sin(x / 40) + 0.2 * Math.cos(y / 30) - ((x >> 5) % 4 === 0 ? 0.04 : 0);
      for (let i = 0; i < perPixel; i++) {
        values.push(y >= HEIGHT - BAR ? top - 1 - i : Math.floor(wave * top * 0.9 + i * ((x * y) % 17)));
      }
    }
  }
  return values;
}

function spec(more: Partial<TiffSpec> = {}): TiffSpec {
  const pixels = samples(2 ** (more.bits ?? 8), more.samples ?? 1);
  return { width: WIDTH, height: HEIGHT, rowsPerStrip: 16, pixels, ...more };
}

const HEADER = { tag: 34682, type: 'ASCII', value: FEI_HEADER } as const;

interface Run {
  result: FileResult;
  repo: string;
  staging: string;
}

async function run(
  path: string,
  memoryMiB: number,
  more: Partial<FileTask> = {},
  repo = temporaryFolder(),
  others: Partial<BatchTools> = {},
): Promise<Run> {
  const staging = await openStaging(repo);
  const { size } = await stat(path);
  const task = { path, inbox: '/', relativePath: 'a.tif', sidecars: [], redo: false, bytes: size, ...more };
  const tools = { ...opened, ...others, staging, settings: { ...opened.settings, repo, memoryMiB } };
  const [result] = await processBatch([task], tools, () => undefined);
  if (result === undefined) throw new Error('one result was expected');
  return { result, repo, staging };
}

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(temporaryFolder(), 'a.tif');
  await writeFile(path, bytes);
  return path;
}

function written({ result }: Run): RecordResult {
  if (result.kind === 'written') return result;
  throw new Error(`a record was expected: ${JSON.stringify(result)}`);
}

async function artefact({ record, folder }: RecordResult, role: string): Promise<Uint8Array> {
  const found = record.artefacts.find((one) => one.role === role);
  if (!found) throw new Error(`no artefact ${role}`);
  const bytes = await readFile(join(folder, found.path));
  expect({ bytes: bytes.length, sha256: sha256Hex(bytes) }).toEqual({ bytes: found.bytes, sha256: found.sha256 });
  return bytes;
}

const PICTURES: Record<string, TiffSpec> = {
  'eight bits in strips': spec(),
  'one strip of 16 bits with a data bar': spec({ bits: 16, rowsPerStrip: HEIGHT, tags: [HEADER] }),
  'eight bits in deflated tiles with a data bar': spec({
    tile: { width: 16, height: 16 },
    compression: 8,
    predictor: 2,
    tags: [HEADER],
  }),
  'true colour with a data bar': spec({ samples: 3, photometric: 2, tags: [HEADER] }),
  '16-bit planar true colour with a data bar': spec({
    samples: 3,
    bits: 16,
    photometric: 2,
    planar: 2,
    tile: { width: 16, height: 16 },
    tags: [HEADER],
  }),
};

/** What is wrong with a picture is told of pictures in memory only: noise and focus of a reduced one are others. */
const QUALITY = new Set(['saturated', 'noisy', 'out-of-focus', 'scan-interrupted', 'annotation']);

/** What two records of the same picture may differ in: times, and what files lie beside them. */
function comparable({ record }: RecordResult): unknown {
  const { artefacts, classification, provenance, issues: all, ...rest } = record;
  const issues = all.filter(({ code }) => !QUALITY.has(code));
  const { startedAt: _, endedAt: __, ...program } = provenance;
  const { labels, reason, ...decided } = classification;
  // A reason quotes a score, which may differ in its last digit.
  const inWords = reason.replaceAll(/\d\.\d\d/g, 'SCORE');
  const files = artefacts.map(({ role, path, mediaType }) => ({ role, path, mediaType }));
  return {
    ...rest,
    issues,
    program,
    decided,
    inWords,
    files,
    labels: labels.map(({ label, rank }) => ({ label, rank })),
  };
}

describe('a picture too large for memory', () => {
  it.each(Object.entries(PICTURES))(
    'becomes the record and the HDF5 that it becomes in memory: %s',
    async (_, tiff) => {
      const path = await fileOf(buildTiff(tiff));
      const streamed = await run(path, LITTLE_MIB);
      const expected = written(await run(path, PLENTY_MIB));
      const found = written(streamed);
      expect(comparable(found)).toEqual(comparable(expected));
      const scores = expected.record.classification.labels.map(({ score }) => score);
      for (const [i, { score }] of found.record.classification.labels.entries())
        expect(score).toBeCloseTo(scores[i] ?? 0, 2);
      expect(readdirSync(streamed.staging)).toEqual([]);
      expect(await artefact(found, 'jpeg')).toEqual(await artefact(expected, 'jpeg'));

      const values = await withFile(await artefact(found, 'nexus'), allValues);
      const wanted = await withFile(await artefact(expected, 'nexus'), allValues);
      expect([...values.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
      for (const name of ['real', 'axis_i', 'axis_j'].map(
        (one) => `/entry/measurement/event1/image1/image_2d/${one}`,
      )) {
        expect(values.get(name)).toEqual(wanted.get(name));
      }
      for (const name of ['data_bar', 'colour', 'raw_header', 'thumbnail/data']) {
        expect(values.get(`/entry/attachments/${name}`)).toEqual(wanted.get(`/entry/attachments/${name}`));
      }
    },
  );

  it('shows the network what it is shown in memory: the embeddings are nearly the same', async () => {
    const path = await fileOf(buildTiff(spec()));
    const [found, expected] = [await run(path, LITTLE_MIB), await run(path, PLENTY_MIB)].map(written);
    const [a, b] = [found?.embedding ?? [], expected?.embedding ?? []];
    const dot = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
      Array.from(x).reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
    expect(a).toHaveLength(1280);
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.999);
  });

  it('is squashed to the size that the model asks for', async () => {
    const path = await fileOf(buildTiff(spec()));
    const { model } = opened;
    if (model === undefined) throw new Error('a model was expected');
    const seen: Uint8Array[] = [];
    const backend = {
      ...model.backend,
      inputSize: 96,
      embed: (images: Uint8Array) => {
        seen.push(images.slice());
        return Promise.resolve(new Float32Array(model.backend.embeddingLength).fill(1));
      },
    };
    for (const memoryMiB of [LITTLE_MIB, PLENTY_MIB]) {
      written(await run(path, memoryMiB, {}, temporaryFolder(), { model: { ...model, backend } }));
    }
    const [pieces, whole] = seen;
    expect(seen.map(({ length }) => length)).toEqual([96 * 96, 96 * 96]);
    const apart = whole?.reduce((sum, level, at) => sum + Math.abs(level - (pieces?.[at] ?? 0)), 0) ?? 0;
    expect(apart / (96 * 96)).toBeLessThan(1);
  });

  it('is told from one without contrast', async () => {
    const pixels = new Uint8Array(WIDTH * HEIGHT).fill(7);
    const path = await fileOf(buildTiff(spec({ pixels })));
    const { record } = written(await run(path, LITTLE_MIB));
    expect(record.classification).toMatchObject({ decision: 'none', labels: [] });
    expect(record.classification.reason).toContain('no contrast');
  });

  it('is found to have a record, and gets a new revision when that is asked for', async () => {
    const path = await fileOf(buildTiff(spec()));
    const first = await run(path, LITTLE_MIB);
    expect((await run(path, LITTLE_MIB, {}, first.repo)).result.kind).toBe('exists');
    const second = written(await run(path, LITTLE_MIB, { redo: true }, first.repo));
    expect(second.record.revision).toBe(2);
    expect(second.record.artefacts.map((one) => one.path)).toContain('a.r2.h5');
    await artefact(second, 'nexus');
    expect(readdirSync(second.folder).filter((name) => name.endsWith('.h5'))).toEqual(['a.r2.h5']);
  });

  it('is quarantined with both numbers where its strips cannot be read one by one', async () => {
    const path = await fileOf(buildTiff(spec({ rowsPerStrip: HEIGHT, compression: 8 })));
    const { result, staging } = await run(path, LITTLE_MIB);
    const bytes = WIDTH * HEIGHT;
    expect(result).toMatchObject({ kind: 'quarantined', code: 'raster/too-large' });
    expect(result.kind === 'quarantined' && result.reason).toMatch(
      new RegExp(`strips of ${HEIGHT} rows.* takes ${bytes} bytes; 87381 are allowed by workers\\.memoryMiB`),
    );
    expect(readdirSync(staging)).toEqual([]);
  });

  it('stays refused, with both numbers, where it has no strips to be read one by one: PNG', async () => {
    const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const;
    const png = await sharp(Uint8Array.from(samples(256)), { raw })
      .png({ compressionLevel: 0 })
      .toBuffer();
    const { result } = await run(await fileOf(png), LITTLE_MIB);
    expect(result).toMatchObject({ kind: 'quarantined', code: 'raster/too-large', bytes: png.length });
    expect(result.kind === 'quarantined' && result.reason).toMatch(/bytes.*\d+ are (allowed|read)/);
  });

  it('leaves nothing behind where a strip in its middle is damaged', async () => {
    let strip = 0;
    const encodeChunk = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, ++strip === 20 ? 9 : bytes.length);
    const path = await fileOf(buildTiff(spec({ compression: 32_773, encodeChunk })));
    const { result, staging } = await run(path, LITTLE_MIB);
    expect(result).toMatchObject({ kind: 'quarantined', code: 'raster/corrupt' });
    expect(readdirSync(staging)).toEqual([]);
  });
});
