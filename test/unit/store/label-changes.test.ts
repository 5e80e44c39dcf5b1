import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { withAnswer, withHumanLabel } from '../../../src/domain/classification.ts';
import type { Classification } from '../../../src/domain/record.ts';
import { toIndexDocument } from '../../../src/search/document.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { STORE_FILE } from '../../../src/store/state-folder.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const NOW = new Date('2026-05-01T10:00:00Z');
const [A, B] = [idOf('a.tif'), idOf('b.tif')];
const FIRST: Classification = {
  labels: [{ label: 'Powder', score: 0.6, rank: 1 }],
  decision: 'review',
  reason: 'unsure',
};
const SECOND = withAnswer(FIRST, { ...FIRST, labels: [{ label: 'Fibres', score: 0.9, rank: 1 }] }, NOW);
const THIRD = withHumanLabel(SECOND, { label: 'Tips', at: NOW.toISOString() }, NOW);
let clock = 0;
let state = '';
let store: Store;

beforeEach(() => {
  clock = 0;
  state = temporaryFolder();
  store = openStore(state, { access: 'write', durability: 'batch', now: () => clock });
  onTestFinished(() => store.close());
});

describe('labels that records wait for', () => {
  it('are kept whole, the oldest first, and of one record the newest', () => {
    const { labelChanges } = store;
    labelChanges.put([{ id: B, classification: SECOND }]);
    clock = 5;
    labelChanges.put([{ id: A, classification: SECOND }]);
    clock = 9;
    expect(labelChanges.put([{ id: B, classification: THIRD }])).toEqual([]);
    expect(labelChanges.page(9)).toEqual([
      { id: B, revision: 3, classification: THIRD, since: 0, attempts: 0 },
      { id: A, revision: 2, classification: SECOND, since: 5, attempts: 0 },
    ]);
    expect(labelChanges.of([A, idOf('c.tif')])).toEqual(new Map([[A, SECOND]]));
  });

  it('are not replaced by what was answered without knowing of them', () => {
    const { labelChanges } = store;
    labelChanges.put([{ id: A, classification: THIRD }]);
    const unaware = { ...SECOND, revision: 3 };
    expect(
      labelChanges.put([
        { id: A, classification: unaware },
        { id: B, classification: unaware },
      ]),
    ).toEqual([A]);
    expect(labelChanges.of([A]).get(A)).toEqual(THIRD);
    expect(labelChanges.count().waiting).toBe(2);
  });

  it('go when the record has followed, unless a newer one came meanwhile', () => {
    const { labelChanges } = store;
    labelChanges.put([{ id: A, classification: THIRD }]);
    labelChanges.settle(A, 2);
    expect(labelChanges.count().waiting).toBe(1);
    labelChanges.settle(A, 3);
    expect(labelChanges.count()).toEqual({ waiting: 0, error: undefined });
  });

  it('stand behind the others when their record could not follow, with the reason, until there is a newer one', () => {
    const { labelChanges } = store;
    labelChanges.put([A, B].map((id) => ({ id, classification: SECOND })));
    const [first, second] = labelChanges.page(2).map(({ id }) => id);
    labelChanges.fail(first ?? A, 'its HDF5 file is missing');
    expect(labelChanges.page(2).map(({ id, attempts }) => [id, attempts])).toEqual([
      [second, 0],
      [first, 1],
    ]);
    expect(labelChanges.count()).toEqual({ waiting: 2, error: 'its HDF5 file is missing' });
    labelChanges.put([{ id: first ?? A, classification: THIRD }]);
    expect(labelChanges.count().error).toBeUndefined();
  });

  it('that cannot be understood are named', () => {
    store.labelChanges.put([{ id: A, classification: SECOND }]);
    const db = new Database(join(state, STORE_FILE));
    db.prepare(`UPDATE label_changes SET classification = '{"labels":1}'`).run();
    db.close();
    expect(() => store.labelChanges.page(1)).toThrow(A);
  });
});

describe('new answers about records', () => {
  const update = { id: A, labels: SECOND.labels, decision: SECOND.decision, classifier: 'lab 2' };

  async function first(): Promise<string[]> {
    const { hits } = await store.index.search(parseQuery({ label: ['Fibres'] }));
    return hits.map(({ name }) => name);
  }

  beforeEach(() => {
    const record = makeRecord({ name: 'a.tif', labels: { Powder: 0.6 } });
    store.commit([], [toIndexDocument(record)]);
  });

  it('are in the index at once, which finds the record by its words as before', async () => {
    expect(store.relabel([{ id: A, classification: SECOND, update }])).toEqual([]);
    expect(await first()).toEqual(['a.tif']);
    const { hits } = await store.index.search(parseQuery({ text: 'fibers a' }));
    expect(hits).toMatchObject([{ name: 'a.tif', decision: 'review', labels: SECOND.labels }]);
  });

  it('are nowhere when one of the places cannot have them', async () => {
    const faulty = { ...update, decision: undefined as unknown as 'review' };
    expect(() => store.relabel([{ id: A, classification: SECOND, update: faulty }])).toThrow();
    expect([store.labelChanges.count().waiting, await first()]).toEqual([0, []]);
  });

  it('that came too late leave the index as it is, and are named', async () => {
    store.labelChanges.put([{ id: A, classification: THIRD }]);
    expect(store.relabel([{ id: A, classification: { ...SECOND, revision: 3 }, update }])).toEqual([A]);
    expect(await first()).toEqual([]);
  });

  it('are forgotten when the record is withdrawn', () => {
    store.relabel([{ id: A, classification: SECOND, update }]);
    store.withdraw({ schemaVersion: 1, id: A, revision: 2, withdrawnAt: NOW.toISOString(), reason: 'wrong sample' });
    expect(store.labelChanges.count().waiting).toBe(0);
  });
});
