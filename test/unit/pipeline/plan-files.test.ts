import { describe, expect, it } from 'vitest';
import { createBatcher, type Plan, planFiles } from '../../../src/pipeline/plan-files.ts';
import type { FileTask } from '../../../src/pipeline/protocol.ts';
import type { TaskUserContext } from '../../../src/pipeline/user-files.ts';
import type { LedgerRow } from '../../../src/store/ledger-row.ts';
import type { FoundFile } from '../../../src/watcher/list-inbox.ts';

const VERSIONS = { harvestVersion: 1, convertVersion: 1, modelSha256: 'm' };

function picture(name: string, size = 10): FoundFile {
  const path = `/inbox/${name}`;
  return { kind: 'picture', path, relativePath: name, size, mtimeMs: 5, ctimeMs: 5, sidecars: [] };
}

function row(name: string, changes: Partial<LedgerRow> = {}): LedgerRow {
  return {
    file: 1,
    path: `/inbox/${name}`,
    bytes: 10,
    mtimeMs: 5,
    state: 'done',
    reason: 'record made',
    harvestVersion: 1,
    convertVersion: 1,
    modelSha256: 'm',
    attempts: 1,
    firstSeenAt: 0,
    stateSince: 0,
    updatedAt: 0,
    ...changes,
  };
}

async function planned(
  files: FoundFile[],
  rows: LedgerRow[],
  accept: ('tiff' | 'jpeg')[] = ['tiff'],
  said: (path: string) => TaskUserContext | undefined = () => undefined,
): Promise<Plan[]> {
  const known = new Map(rows.map((one) => [one.path, one]));
  async function* listed(): AsyncGenerator<FoundFile> {
    yield* await Promise.resolve(files);
  }
  const ledger = { lookup: () => known };
  const plans: Plan[] = [];
  const userFiles = { of: async (path: string) => await Promise.resolve(said(path)) };
  const context = { inbox: '/inbox', ledger, versions: VERSIONS, accept, userFiles };
  for await (const plan of planFiles(listed(), context)) plans.push(plan);
  return plans;
}

describe.skipIf(process.platform === 'win32')('planFiles', () => {
  it.each([
    ['a file never seen', [], 'work'],
    ['a file that is done', [row('a.tif')], 'nothing'],
    ['a file whose size changed', [row('a.tif', { bytes: 11 })], 'work'],
    ['a file whose time changed', [row('a.tif', { mtimeMs: 6 })], 'work'],
    ['a file a killed run had begun', [row('a.tif', { state: 'queued' })], 'work'],
    ['a quarantined file', [row('a.tif', { state: 'quarantined' })], 'nothing'],
    ['a file done by an older version, which reprocess redoes', [row('a.tif', { harvestVersion: 0 })], 'nothing'],
  ])('%s', async (_what, rows, kind) => {
    expect((await planned([picture('a.tif')], rows)).map((plan) => plan.kind)).toEqual([kind]);
  });

  it('opens a picture again when its kind has come to be accepted', async () => {
    const refused = row('a.jpg', { state: 'skipped', errorCode: 'not-accepted:jpeg' });
    expect((await planned([picture('a.jpg')], [refused]))[0]?.kind).toBe('nothing');
    expect((await planned([picture('a.jpg')], [refused], ['tiff', 'jpeg']))[0]?.kind).toBe('work');
  });

  it('says nothing of a sidecar that has its picture, and reports one that has none', async () => {
    const sidecar = (name: string, pictures: string[]): FoundFile => ({ ...picture(name), kind: 'sidecar', pictures });
    const plans = await planned([sidecar('a.txt', ['/inbox/a.tif']), sidecar('b.txt', [])], []);
    expect(plans).toMatchObject([{ kind: 'lone-sidecar', found: { relativePath: 'b.txt' } }]);
  });
});

describe('createBatcher', () => {
  const task = (name: string): FileTask => ({ path: name, inbox: '', relativePath: name, sidecars: [], redo: false });

  it('closes a batch at its number of files', () => {
    const batcher = createBatcher({ files: 2, bytes: 1000 });
    expect(batcher.add(task('a'), 1)).toBeUndefined();
    expect(batcher.add(task('b'), 1)?.map(({ path }) => path)).toEqual(['a', 'b']);
    expect(batcher.rest()).toEqual([]);
  });

  it('closes a batch before its bytes are exceeded, and takes a single file of any size', () => {
    const batcher = createBatcher({ files: 10, bytes: 100 });
    expect(batcher.add(task('a'), 60)).toBeUndefined();
    expect(batcher.add(task('b'), 60)?.map(({ path }) => path)).toEqual(['a']);
    expect(batcher.add(task('c'), 5000)?.map(({ path }) => path)).toEqual(['b']);
    expect(batcher.rest().map(({ path }) => path)).toEqual(['c']);
  });
});
