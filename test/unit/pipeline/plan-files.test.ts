import { describe, expect, it } from 'vitest';
import { createBatcher, type Plan, planFiles } from '../../../src/pipeline/plan-files.ts';
import type { FileTask } from '../../../src/pipeline/protocol.ts';
import type { TaskUserContext } from '../../../src/pipeline/user-files.ts';
import type { LedgerRow } from '../../../src/store/ledger-row.ts';
import type { FoundFile } from '../../../src/watcher/list-inbox.ts';
import { idOf } from '../../builders/micrograph-record.ts';

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

describe.skipIf(process.platform === 'win32')('planFiles, of what stands beside a picture', () => {
  const sidecar = { path: '/inbox/a.txt', size: 7, mtimeMs: 3 };
  const known = { name: 'a.txt', bytes: 7, mtimeMs: 3 };
  const done = (changes: Partial<LedgerRow> = {}): LedgerRow =>
    row('a.tif', { contentHash: idOf('a.tif'), ...changes });
  const withSidecars = (...sidecars: (typeof sidecar)[]): FoundFile => ({ ...picture('a.tif'), sidecars }) as FoundFile;

  it.each([
    ['nothing is to be done where the record was made with it', [known], [sidecar], 'nothing'],
    ['a sidecar that came later is work', [], [sidecar], 'work'],
    ['another size is work', [{ ...known, bytes: 8 }], [sidecar], 'work'],
    ['another time is work', [{ ...known, mtimeMs: 4 }], [sidecar], 'work'],
    ['a second sidecar is work', [known], [sidecar, { ...sidecar, path: '/inbox/a.hdr' }], 'work'],
    ['a sidecar that has gone changes nothing', [known], [], 'nothing'],
  ])('%s', async (_what, before, now, kind) => {
    const plans = await planned([withSidecars(...now)], [done({ beside: { sidecars: before } })]);
    expect(plans.map((plan) => plan.kind)).toEqual([kind]);
  });

  it('asks the record of an older ledger only where there is a sidecar', async () => {
    expect((await planned([withSidecars()], [done()]))[0]?.kind).toBe('nothing');
    expect((await planned([withSidecars(sidecar)], [done()]))[0]?.kind).toBe('work');
  });

  it('does not open a file again that has no record, whatever comes to stand beside it', async () => {
    const broken = row('a.tif', { state: 'quarantined' });
    expect((await planned([withSidecars(sidecar)], [broken]))[0]?.kind).toBe('nothing');
  });

  it('is work where people say something else than before, and nothing elsewhere', async () => {
    const said = (path: string) =>
      path.startsWith('p/') ? { issues: [], user: { project: 'P' }, digest: 'd' } : undefined;
    const rows = ['p/a.tif', 'q/a.tif'].map((name) => row(name, { contentHash: idOf(name) }));
    const files = [picture('p/a.tif'), picture('q/a.tif')];
    expect((await planned(files, rows, ['tiff'], said)).map(({ kind }) => kind)).toEqual(['work', 'nothing']);
    const after = rows.map((one) => ({ ...one, beside: { sidecars: [], userDigest: 'd' } }));
    expect((await planned(files, after, ['tiff'], said)).map(({ kind }) => kind)).toEqual(['nothing', 'work']);
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
