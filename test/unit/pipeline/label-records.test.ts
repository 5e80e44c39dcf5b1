import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { labelRecords } from '../../../src/pipeline/label-records.ts';
import { toIndexDocument } from '../../../src/search/document.ts';
import type { RecordMeaning } from '../../../src/search/meaning.ts';
import { searchRecords } from '../../../src/search/search-records.ts';
import { openStore } from '../../../src/store/store.ts';
import { type Archive, archive } from '../../builders/archive.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';

const NOW = new Date('2026-05-01T10:00:00Z');
let open: Archive | undefined;
afterEach(() => open?.store.close());

function world(): Archive {
  open = archive();
  return open;
}

function tools({ repo, store, meaningOf }: Archive) {
  return { repo, store, meaningOf, indexedHere: true, now: NOW };
}

const POWDER = { labels: [{ label: 'Powder', score: 0.6, rank: 1 }], decision: 'suggested' as const };

async function names({ store }: Archive, label: string): Promise<string[]> {
  const { hits } = await searchRecords({ label: [label] }, { index: store.index });
  return hits.map(({ name, humanLabel }) => `${name} ${humanLabel}`);
}

describe('what people say about records', () => {
  it('is found at once, and waits for the record', async () => {
    const here = world();
    const id = await here.put('a.tif', POWDER);
    await here.put('b.tif', POWDER);
    expect(await labelRecords([{ record: id.slice(0, 9), label: 'Tips', by: 'Ann' }], tools(here))).toEqual([
      { record: id.slice(0, 9), id, label: 'Tips', state: 'labelled', before: 'Powder' },
    ]);
    expect(await names(here, 'Tips')).toEqual(['a.tif Tips']);
    const human = { label: 'Tips', by: 'Ann', at: NOW.toISOString() };
    expect(here.store.labelChanges.of([id]).get(id)).toMatchObject({ human, decision: 'accepted', revision: 2 });
    expect(here.store.labelChanges.count()).toEqual({ waiting: 1, error: undefined });
  });

  it('is named by a file, with as much of its path as is needed', async () => {
    const here = world();
    const id = await here.put('a.tif', POWDER);
    const requests = ['a.tif', 'run/a.tif', '/inbox/run/a.tif'].map((record) => ({ record, label: 'Tips' }));
    const outcomes = await labelRecords(requests, tools(here));
    expect(outcomes.map((one) => [one.state, 'id' in one && one.id])).toEqual([
      ['labelled', id],
      ['unchanged', id],
      ['unchanged', id],
    ]);
  });

  it('counts as said last where one list says two things', async () => {
    const here = world();
    const id = await here.put('a.tif', POWDER);
    await labelRecords(
      ['Tips', 'Fibres'].map((label) => ({ record: id, label })),
      tools(here),
    );
    expect(here.store.labelChanges.of([id]).get(id)).toMatchObject({ human: { label: 'Fibres' }, revision: 3 });
    expect(await names(here, 'Fibres')).toEqual(['a.tif Fibres']);
  });

  it('is refused where it names none or several, and the rest goes on', async () => {
    const here = world();
    await here.put('a.tif', POWDER);
    const twin = { bytes: 1, mtimeMs: 1, state: 'done', reason: 'record made', recordRevision: 1 } as const;
    const versions = { harvestVersion: 1, convertVersion: 1 };
    const other = await here.put('c.tif', POWDER);
    here.store.ledger.record([{ ...twin, path: '/inbox/two/a.tif', contentHash: other, versions }]);
    const requests = ['a.tif', 'zz.tif', 'f'.repeat(64), 'two/a.tif'].map((record) => ({ record, label: 'Tips' }));
    expect(
      (await labelRecords(requests, tools(here))).map((one) => ('reason' in one ? one.reason : one.state)),
    ).toEqual([
      expect.stringMatching(/names 2 records/),
      'no record is known by it',
      'REPO holds no such record',
      'labelled',
    ]);
  });

  it('changes nothing in a dry run', async () => {
    const here = world();
    const id = await here.put('a.tif', POWDER);
    await labelRecords([{ record: id, label: 'Tips' }], { ...tools(here), dryRun: true });
    expect(here.store.labelChanges.count().waiting).toBe(0);
    expect(await names(here, 'Tips')).toEqual([]);
  });

  it('is not lost where another process labels the same record meanwhile', async () => {
    const here = world();
    const id = await here.put('a.tif', POWDER);
    const other = openStore(here.state, { access: 'write', durability: 'batch' });
    onTestFinished(() => other.close());
    let interrupted = false;
    const meaningOf: RecordMeaning = async (record) => {
      if (!interrupted) {
        interrupted = true;
        await labelRecords([{ record: id, label: 'Fibres', by: 'Ben' }], { ...tools(here), store: other });
      }
      return await here.meaningOf(record);
    };
    const outcomes = await labelRecords([{ record: id, label: 'Tips', by: 'Ann' }], { ...tools(here), meaningOf });
    expect(outcomes).toMatchObject([{ state: 'labelled', before: 'Fibres' }]);
    const said = here.store.labelChanges.of([id]).get(id);
    expect(said).toMatchObject({ human: { label: 'Tips', by: 'Ann' }, revision: 3 });
    expect(said?.history?.map(({ human }) => human?.by)).toEqual([undefined, 'Ben']);
    expect([await names(here, 'Tips'), await names(here, 'Fibres')]).toEqual([['a.tif Tips'], []]);
  });

  it('is named with composed or combining accents, and by the beginning of an id whose file is gone', async () => {
    const here = world();
    const id = await here.put('e\u0301chantillon.tif', POWDER);
    const indexed = makeRecord({ name: 'gone.tif' });
    here.store.commit([], [toIndexDocument(indexed)]);
    const requests = ['\u00e9chantillon.tif', indexed.id.slice(0, 8)].map((record) => ({ record, label: 'Tips' }));
    expect(await labelRecords(requests, tools(here))).toMatchObject([
      { id, state: 'labelled' },
      { state: 'refused', reason: 'REPO holds no such record' },
    ]);
  });
});
