/**
 * Documents a second that an Elasticsearch takes from us, beside a plain loop of its client's bulk helper with the same
 * documents in the same run, in turn:
 *
 *   npm run build && node bench/bulk-index.mjs [--elasticsearch http://127.0.0.1:9200] [--documents 10000] [--rounds 2]
 *
 * The documents are made before and kept in memory. The helper sends them as they come from `JSON.stringify`: the vectors
 * as lists of numbers. FSCrawler's documentation gives 4.7 documents a second for its own work, which includes reading
 * files; a whole back-fill is measured by bench/pipeline.mjs.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Client } from '@elastic/elasticsearch';
import { openElasticIndex } from '../dist/search/elastic/elastic-index.js';
import { vectorMapping } from '../dist/search/elastic/fields.js';
import { indexBody } from '../dist/search/elastic/mapping.js';
import { ELASTIC_DEFAULTS } from '../dist/search/elastic/options.js';
import { toSource } from '../dist/search/elastic/source.js';
import { madeUpDocuments } from './made-up-documents.mjs';

const { values } = parseArgs({
  options: {
    elasticsearch: { type: 'string', default: 'http://127.0.0.1:9200' },
    documents: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '2' },
  },
});
/** What the outbox hands over at once. */
const PART = 500;
const ALIAS = 'semantiff-bulk-bench';
const count = Number(values.documents);
const url = values.elasticsearch;
const documents = await madeUpDocuments(0, count);
const lanes = new Map([
  ['semantiff', ours],
  ['plain bulk helper', plain],
]);
const rates = new Map([...lanes.keys()].map((name) => [name, []]));

console.log(`${count} documents, load ${loadavg()[0].toFixed(2)}`);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, lane] of lanes) rates.get(name).push(await lane());
}
for (const [name, found] of rates) {
  console.log(`${name.padEnd(18)} ${found.map((rate) => rate.toFixed(0)).join(', ')} documents/s`);
}

async function clear(pattern) {
  await fetch(new URL(pattern, url), { method: 'DELETE' });
}

async function rateOf(work) {
  const started = performance.now();
  await work();
  return (1000 * count) / (performance.now() - started);
}

async function ours() {
  await clear(`${ALIAS}-v*`);
  const index = await openElasticIndex({
    ...ELASTIC_DEFAULTS,
    server: { nodes: [url] },
    alias: ALIAS,
    replicas: 0,
    timeoutS: 120,
  });
  const rate = await rateOf(async () => {
    for (let at = 0; at < count; at += PART) await index.upsert(documents.slice(at, at + PART));
  });
  const found = await index.count();
  if (found !== count) throw new Error(`${found} of ${count} documents are in the index`);
  await index.close();
  await clear(`${ALIAS}-v*`);
  return rate;
}

async function plain() {
  const name = `${ALIAS}-plain`;
  const client = new Client({ node: url, requestTimeout: 120_000 });
  await clear(name);
  const vectors = {
    image_vector: { properties: { d1280: vectorMapping(1280) } },
    text_vector: { properties: { d100: vectorMapping(100) } },
  };
  await client.indices.create({ index: name, ...indexBody({ shards: 1, replicas: 0 }, vectors) });
  let order = 0;
  const rate = await rateOf(async () => {
    const { failed } = await client.helpers.bulk({
      datasource: documents,
      onDocument: (document) => [{ index: { _index: name, _id: document.id } }, toSource(document, order++, 'numbers')],
    });
    if (failed > 0) throw new Error(`${failed} documents failed`);
  });
  await clear(name);
  await client.close();
  return rate;
}
