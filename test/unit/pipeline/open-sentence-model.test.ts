import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSentenceModel } from '../../../src/pipeline/open-sentence-model.ts';
import { toIndexDocument } from '../../../src/search/document.ts';
import { createRecordMeaning, packageEmbedder } from '../../../src/search/meaning.ts';
import { searchRecords } from '../../../src/search/search-records.ts';
import type { TextEmbedder, TextPart } from '../../../src/search/text-embedder.ts';
import { openStore } from '../../../src/store/store.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { tinySentenceModel } from '../../builders/tiny-sentence-model.ts';

async function vectorOf(embedder: TextEmbedder, ...parts: TextPart[]): Promise<number[] | undefined> {
  const [embedded] = await embedder.embed([parts]);
  return embedded && Array.from(embedded.vector, (value) => Math.round(value * 1000) / 1000);
}

function part(text: string, weight = 1): TextPart {
  return { text, weight };
}

describe('a sentence model', () => {
  it.each(['last_hidden_state', 'sentence_embedding'] as const)(
    'gives unit vectors by its output %s',
    async (output) => {
      const texts = await openSentenceModel(tinySentenceModel({ output }));
      expect(await vectorOf(texts.records, part('Spider silk!'))).toEqual([1, 0, 0, 0]);
      expect(await vectorOf(texts.records, part('silk steel steel silk flower'))).toEqual([0.667, 0.667, 0.333, 0]);
      expect(await vectorOf(texts.records, part('football'))).toBeUndefined();
      await texts.close();
    },
  );

  it('weights the parts of a text, however long each is', async () => {
    const texts = await openSentenceModel(tinySentenceModel());
    expect(
      await vectorOf(texts.records, part('silk', 3), part('steel alloy metal metal', 4), part('football', 9)),
    ).toEqual([0.6, 0.8, 0, 0]);
    await texts.close();
  });

  it('puts before records and queries what it wants there, and has another space for it', async () => {
    const plain = await openSentenceModel(tinySentenceModel());
    const prefixed = await openSentenceModel(
      tinySentenceModel({ settings: { queryPrefix: 'steel flower steel ', floor: 0.7 } }),
    );
    expect(await vectorOf(prefixed.records, part('silk'))).toEqual([1, 0, 0, 0]);
    expect(await vectorOf(prefixed.queries, part('silk silk'))).toEqual([0.667, 0.667, 0.333, 0]);
    expect(await vectorOf(prefixed.queries, part('football'))).toBeUndefined();
    expect(prefixed.queries.floor).toBe(0.7);
    expect(prefixed.records.space).toBe(prefixed.queries.space);
    expect(prefixed.records.space).not.toBe(plain.records.space);
    await plain.close();
    await prefixed.close();
  });

  it('finds records by what their words mean to it, and none that another embedder described', async () => {
    const store = openStore(temporaryFolder(), { access: 'write', durability: 'batch' });
    const texts = await openSentenceModel(tinySentenceModel());
    const taxonomy = { concepts: [] };
    const meaningOf = createRecordMeaning(texts.records, taxonomy);
    const records = ['cobweb.tif', 'steel.tif', 'flower.tif'].map((name) => makeRecord({ name }));
    for (const record of records)
      await store.index.upsert([toIndexDocument(record, undefined, await meaningOf(record))]);
    const old = makeRecord({ name: 'spiders.tif' });
    await store.index.upsert([toIndexDocument(old, undefined, await createRecordMeaning()(old))]);
    const { hits, query } = await searchRecords(
      { text: 'spider', rank: 'meaning' },
      { index: store.index, texts: texts.queries, taxonomy },
    );
    expect(hits.map(({ name, score }) => [name, score])).toEqual([['cobweb.tif', 1]]);
    const spaces = [query.meaning?.space, `${packageEmbedder().space}/text-1`];
    expect(new Set(await store.index.meaningSpaces())).toEqual(new Set(spaces));
    await texts.close();
    store.close();
  });

  it.each([
    ['a folder without a model', (folder: string) => rmSync(join(folder, 'model.onnx')), /model\.onnx/],
    ['a folder without a vocabulary', (folder: string) => rmSync(join(folder, 'vocab.txt')), /vocab\.txt/],
    ['a file that is no network', (folder: string) => writeFileSync(join(folder, 'model.onnx'), 'x'), /onnxruntime/],
    [
      'settings that it does not know',
      (folder: string) => writeFileSync(join(folder, 'sentence-model.json'), '{"pooling":"max"}'),
      /pooling/,
    ],
  ])('refuses %s', async (_, damage, reason) => {
    const folder = tinySentenceModel();
    damage(folder);
    await expect(openSentenceModel(folder)).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringMatching(reason),
    });
  });

  it.each([
    [{ inputs: ['pixels', 'attention_mask'] }, /the inputs input_ids.*found: pixels int64/],
    [{ inputs: ['input_ids'] }, /the inputs input_ids, attention_mask/],
    [{ output: 'logits' }, /the output sentence_embedding.*found: logits float32/],
  ] as const)('refuses a network of another form: %o', async (form, reason) => {
    await expect(openSentenceModel(tinySentenceModel(form))).rejects.toMatchObject({
      code: 'config/invalid',
      message: expect.stringMatching(reason),
    });
  });
});
