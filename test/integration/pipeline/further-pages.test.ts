import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MicrographRecord } from '../../../src/domain/record.ts';
import { choosePages } from '../../../src/pipeline/further-pages.ts';
import { openTools } from '../../../src/pipeline/open-tools.ts';
import { processBatch } from '../../../src/pipeline/process-batch.ts';
import type { WorkerSettings } from '../../../src/pipeline/protocol.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { buildTiff, layoutTiff, type PageSpec } from '../../builders/tiff-builder.ts';
import { workerSettings } from '../../builders/worker-settings.ts';
import { dataset, withFile } from '../convert/read-hdf5.ts';

const STACK = '/entry/roi1/img/image1/stack_2d/real';

/** The record and the HDF5 file that one worker makes of a TIFF. */
async function recordOf(
  tiff: Uint8Array,
  wanted: Partial<WorkerSettings> = {},
): Promise<{ record: MicrographRecord; nexus: Uint8Array }> {
  const root = temporaryFolder();
  const path = join(root, 'stack.tif');
  await writeFile(path, tiff);
  await mkdir(join(root, 'repo'));
  const settings = workerSettings(join(root, 'repo'), wanted);
  const tools = await openTools(settings, join(root, 'repo', '.staging', 'test'));
  const task = { path, inbox: root, relativePath: 'stack.tif', sidecars: [], redo: false };
  const [result] = await processBatch([task], tools, () => {});
  if (result?.kind !== 'written') throw new Error(`expected a record, found ${JSON.stringify(result)}`);
  const { record, folder } = result;
  const name = record.artefacts.find(({ role }) => role === 'nexus')?.path ?? '';
  return { record, nexus: readFileSync(join(folder, name)) };
}

const size = { width: 512, height: 512 };
const page = (value: number): PageSpec => ({ ...size, pixels: new Uint8Array(512 * 512).fill(value) });
const issuesOf = ({ issues }: MicrographRecord, code: string) => issues.filter((issue) => issue.code === code);

describe('the pages behind the first', () => {
  it('are in the record, with one issue that counts and names them', async () => {
    const thumbnail: PageSpec = { width: 20, height: 10, tags: [{ tag: 254, type: 'LONG', value: 1 }] };
    const { record, nexus } = await recordOf(buildTiff({ ...page(1), morePages: [thumbnail, page(2)] }));
    expect(record.image.pages).toBe(2);
    expect(issuesOf(record, 'more-pages')).toEqual([
      {
        code: 'more-pages',
        severity: 'info',
        message:
          'Of 3 pages, counted from 0, the first became the record; 2 of one size and type are the frames of the stack; ' +
          '1 of another kind lie in /entry/attachments: page 1 (20 x 10, 8-bit uint, a reduced copy or a mask).',
        pages: 3,
        frames: 2,
        others: 1,
      },
    ]);
    await withFile(nexus, (file) => {
      expect(dataset(file, STACK).shape).toEqual([2, 512, 512]);
      expect(dataset(file, '/entry/attachments/page1').shape).toEqual([10, 20]);
    });
  });

  it('stay out, and are counted, where only the first is wanted', async () => {
    const { record, nexus } = await recordOf(buildTiff({ ...page(1), morePages: [page(2)] }), { pages: 'first' });
    expect(issuesOf(record, 'more-pages')).toMatchObject([{ message: 'The first of 2 pages became the record.' }]);
    await withFile(nexus, (file) => expect(file.get(STACK)).toBeNull());
  });

  it('are as many as a twelfth of the memory of a worker holds; the issue has the numbers', async () => {
    // 12 MiB give 1 MiB of samples: the first page once as the picture, then three of 256 KiB in the stack.
    const morePages = [2, 3, 4, 5].map(page);
    const { record, nexus } = await recordOf(buildTiff({ ...page(1), morePages }), { memoryMiB: 12 });
    expect(issuesOf(record, 'pages-left-out')).toMatchObject([
      { severity: 'warning', pages: 5, leftOut: 2, neededBytes: 5 * 2 ** 18, allowedBytes: 3 * 2 ** 18 },
    ]);
    await withFile(nexus, (file) => {
      const stack = dataset(file, STACK);
      expect(stack.shape).toEqual([3, 512, 512]);
      expect([0, 1, 2].map((frame) => (stack.value as Uint8Array)[frame * 2 ** 18])).toEqual([1, 2, 3]);
    });
  });

  it('never cost the record: what cannot be decoded is named and left out', async () => {
    const { bytes, chunks } = layoutTiff({ ...page(1), morePages: [{ ...page(2), compression: 8 }, page(3)] });
    const [broken] = chunks[1] ?? [];
    bytes.fill(0xff, broken?.offset, (broken?.offset ?? 0) + (broken?.length ?? 0));
    const { record, nexus } = await recordOf(bytes);
    expect(issuesOf(record, 'page-unreadable')).toMatchObject([{ severity: 'warning', pages: 3, unreadable: 1 }]);
    expect(issuesOf(record, 'page-unreadable')[0]?.message).toMatch(/left out: page 1: /);
    expect(issuesOf(record, 'more-pages')).toMatchObject([{ frames: 2 }]);
    await withFile(nexus, (file) => {
      expect(dataset(file, STACK).shape).toEqual([2, 512, 512]);
      const stored = JSON.parse(dataset(file, '/entry/attachments/record/data').value as string) as MicrographRecord;
      expect(stored.issues).toEqual(record.issues);
    });
  });

  it('are deflated like the first where that is configured', async () => {
    const { nexus } = await recordOf(buildTiff({ ...page(1), morePages: [page(2)] }), { compression: 'gzip' });
    await withFile(nexus, (file) => {
      expect(dataset(file, STACK).filters.map(({ id }) => id)).toEqual([1]);
      expect(dataset(file, STACK).metadata.chunks?.map(Number)).toEqual([1, 256, 256]);
    });
  });
});

describe('the choice of pages', () => {
  const other = (number: number, bytes: number) => ({ page: number, what: 'other', bytes });
  const plan = {
    frames: [0, 1, 2],
    frameBytes: 100,
    others: [other(3, 50), other(4, 500), other(5, 20)],
    unreadable: [],
  };

  it('takes frames first, then whatever else fits', () => {
    const { frames, others, leftOut, bytes } = choosePages(plan, 370);
    expect(frames).toEqual([0, 1, 2]);
    expect(others.map(({ page: number }) => number)).toEqual([3, 5]);
    expect([leftOut, bytes]).toEqual([1, { frames: 300, others: 70 }]);
  });

  it('makes no stack of one page', () => {
    expect(choosePages(plan, 199)).toMatchObject({ frames: [], leftOut: 3, bytes: { frames: 0, others: 70 } });
    expect(choosePages(plan, -5)).toMatchObject({ frames: [], others: [], leftOut: 5, allowedBytes: 0 });
    expect(choosePages({ ...plan, frames: [0] }, 1000)).toMatchObject({ frames: [], leftOut: 0, neededBytes: 570 });
  });
});
