import { describe, expect, it } from 'vitest';
import { toIndexDocument } from '../../../src/search/document.ts';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { prepareNumberList } from '../../../src/store/number-list.ts';
import { openSqlite } from '../../../src/store/sqlite.ts';
import { openStore } from '../../../src/store/store.ts';
import { makeRecord, type RecordSketch } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

describe('the evidence of a term', () => {
  it('names the first field where it stands, also where another of equal weight has it in other records', async () => {
    const store = openStore(temporaryFolder(), { access: 'write', durability: 'batch' });
    const records: RecordSketch[] = [
      { name: 'garnet_1.tif' },
      { name: 'b.tif', acquisition: { sampleName: 'garnet' } },
      { name: 'garnet_3.tif', acquisition: { sampleName: 'garnet' } },
      { name: 'd.tif', instrument: { vendor: 'Garnet' } },
      { name: 'e.tif' },
    ];
    await store.index.upsert(records.map((record) => toIndexDocument(makeRecord(record))));
    // The second time from what was kept.
    for (let time = 0; time < 2; time++) {
      const { hits } = await store.index.search(parseQuery({ text: 'garnet' }));
      expect(Object.fromEntries(hits.map(({ name, matched }) => [name, matched.terms[0]?.where]))).toEqual({
        'garnet_1.tif': 'name',
        'b.tif': 'subject',
        'garnet_3.tif': 'name',
        'd.tif': 'instrument',
      });
    }
    await store.index.upsert([toIndexDocument(makeRecord({ name: 'garnet_6.tif' }))]);
    expect((await store.index.search(parseQuery({ text: 'garnet' }))).total).toBe(5);
    store.close();
  });
});

describe('a list of numbers', () => {
  it('comes out of the database as it stands there, also when it is empty or of one number', () => {
    const db = openSqlite(`${temporaryFolder()}/n.sqlite`, { access: 'write', durability: 'batch' });
    const below = prepareNumberList(db, 'value', "FROM json_each('[0, 7, 10, 1234567890]') WHERE value < ?");
    expect([...below(0)]).toEqual([]);
    expect([...below(1)]).toEqual([0]);
    expect([...below(2_000_000_000)]).toEqual([0, 7, 10, 1_234_567_890]);
    db.close();
  });
});
