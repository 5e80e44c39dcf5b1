import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyEmbedding } from '../../../src/classify/classify-batch.ts';
import type { ModelFolder } from '../../../src/classify/model-folder.ts';
import { type OpenHead, openHead } from '../../../src/classify/open-model.ts';
import type { MicrographRecord } from '../../../src/domain/record.ts';
import { listRecords } from '../../../src/publish/list-records.ts';
import { readEmbedding, readRecord } from '../../../src/publish/read-record.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { openStore } from '../../../src/store/store.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { buildTiff } from '../../builders/tiff-builder.ts';
import { writeTinyModel } from '../../builders/tiny-model.ts';
import { attribute, dataset, withFile } from '../convert/read-hdf5.ts';

const DIST = resolve(import.meta.dirname, '../../../dist');
const SCRIPT = join(import.meta.dirname, 'hot-swap-session.mjs');

interface Line {
  file?: string;
  state?: string;
  inUse?: string;
  error?: string;
  reason?: string;
  summary?: { fresh: number; done: number; files: number };
  current?: string;
}

function writePictures(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const random = seededRandom(7);
  for (let at = 0; at < count; at++) {
    const pixels = Uint8Array.from({ length: 48 * 40 }, () => Math.floor(random() * 256));
    writeFileSync(join(folder, `${at}.tif`), buildTiff({ width: 48, height: 40, pixels }));
  }
}

function run(root: string, options: object): Line[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [SCRIPT, DIST, root, JSON.stringify(options)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function twoModels(root: string): Promise<Record<string, ModelFolder>> {
  const models = join(root, 'state', 'models');
  return {
    'model-a': await writeTinyModel(models, { name: 'model-a', labels: ['a1', 'a2', 'a3'], seed: 1 }),
    'model-b': await writeTinyModel(models, { name: 'model-b', labels: ['b1', 'b2', 'b3'], seed: 2 }),
  };
}

describe('promoting and rolling back under load', () => {
  const PICTURES = 480;
  const STEPS = ['model-b', null, 'model-b', null, 'model-b', 'model-a', null, null, 'model-b'];
  let root: string;
  let lines: Line[];
  let models: Record<string, ModelFolder>;
  const records: { record: MicrographRecord; folder: string }[] = [];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'semantiff hot swap '));
    models = await twoModels(root);
    writePictures(join(root, 'inbox'), PICTURES);
    lines = run(root, { steps: STEPS, every: 30 });
    const repo = join(root, 'repo');
    for await (const id of listRecords(repo)) {
      const stored = await readRecord(repo, id);
      if (stored) records.push(stored);
    }
  });
  afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  it('takes every promotion and rollback into use, in their order', () => {
    const used = lines.flatMap(({ inUse }) => inUse ?? []);
    expect(used).toEqual([
      'model-b',
      'model-a',
      'model-b',
      'model-a',
      'model-b',
      'model-a',
      'model-b',
      'model-a',
      'model-b',
    ]);
    expect(lines.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(lines.at(-1)?.current).toBe(models['model-b']?.sha256);
  });

  it('labels every record wholly by one model', () => {
    const makers = new Set<string>();
    for (const { record } of records) {
      const { model, labels, embedding } = record.classification;
      const maker = models[model?.name ?? ''];
      makers.add(model?.name ?? '');
      expect(model).toEqual(maker?.ref);
      expect(labels.map(({ label }) => label).toSorted()).toEqual(maker?.manifest.labels);
      expect(embedding?.backboneSha256).toBe(maker?.manifest.backbone.sha256);
    }
    expect([...makers].toSorted()).toEqual(['model-a', 'model-b']);
  });

  it('keeps the labels that the named model gives to the embedding beside them', async () => {
    const heads = new Map(Object.entries(models).map(([name, model]) => [name, openHead(model)]));
    for (const stored of records) {
      const { model, labels } = stored.record.classification;
      const embedding = await readEmbedding(stored);
      const head = heads.get(model?.name ?? '') as OpenHead;
      expect(classifyEmbedding(embedding as Float32Array, head).labels).toEqual(labels);
    }
  });

  it('writes the same model into the HDF5 as into the record', async () => {
    for (const { record, folder } of records) {
      const { path } = record.artefacts.find(({ role }) => role === 'nexus') ?? { path: '' };
      const { model, labels } = record.classification;
      await withFile(readFileSync(join(folder, path)), (file) => {
        const said = '/entry/classification/labels';
        expect(dataset(file, `${said}/model_sha256`).value).toBe(model?.sha256);
        expect(dataset(file, `${said}/label`).value).toEqual(labels.map(({ label }) => label));
        const backbone = attribute(dataset(file, '/entry/attachments/embedding'), 'backbone_sha256');
        expect(backbone).toBe(models[model?.name ?? '']?.manifest.backbone.sha256);
      });
    }
  });

  it('loses no picture and makes none twice', () => {
    const reports = lines.flatMap(({ file, state }) => (file === undefined ? [] : [{ file, state }]));
    expect(reports).toHaveLength(PICTURES);
    expect(new Set(reports.map(({ file }) => file)).size).toBe(PICTURES);
    expect(new Set(reports.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(lines.at(-1)?.summary).toMatchObject({ files: PICTURES, fresh: PICTURES, done: PICTURES });
    expect(records).toHaveLength(PICTURES);
    expect(new Set(records.map(({ record }) => record.revision))).toEqual(new Set([1]));
  });

  it('notes in ledger and index what the records say', async () => {
    const store = openStore(join(root, 'state'), { access: 'read', durability: 'batch' });
    try {
      const byId = new Map(records.map(({ record }) => [record.id, record.classification.model?.sha256]));
      for (const [id, sha256] of byId) {
        expect(
          store.ledger
            .byHash([id])
            .get(id)
            ?.map((row) => row.modelSha256),
        ).toEqual([sha256]);
      }
      const { hits } = await store.index.search(parseQuery({ sort: 'name', limit: PICTURES }));
      const labels = new Map(records.map(({ record }) => [record.id, record.classification.labels]));
      expect(new Map(hits.map((hit) => [hit.id, hit.labels]))).toEqual(labels);
    } finally {
      store.close();
    }
  });

  it('does not redo what the older model labelled', () => {
    const again = run(root, { steps: [], every: 1 });
    expect(again.at(-1)?.summary).toMatchObject({ files: PICTURES, fresh: 0 });
  });
});

describe('a promoted model that does not load', () => {
  it('leaves the model before in use, and the log says why', async () => {
    const root = temporaryFolder();
    const models = await twoModels(root);
    writeFileSync(join(models['model-b']?.folder ?? '', 'backbone.onnx'), 'no network');
    writePictures(join(root, 'inbox'), 60);
    const lines = run(root, { steps: ['model-b'], every: 5 });
    expect(lines.find(({ error }) => error !== undefined)?.reason).toContain('backbone.onnx');
    expect(lines.filter(({ inUse }) => inUse !== undefined)).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ current: models['model-a']?.sha256, summary: { files: 60, done: 60 } });
  });
});
