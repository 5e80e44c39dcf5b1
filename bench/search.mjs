/**
 * How long searches take, and how many of the true nearest pictures `like` finds.
 *
 *   npm run build && node bench/search.mjs [--documents 100000] [--state DIR] [--rounds 5] [--elasticsearch URL]
 *
 * On the embedded index, or on that Elasticsearch. The documents are made up (made-up-documents.mjs). --state keeps the
 * index for another run. Prints wall milliseconds a query and, of this process, processor milliseconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openElasticIndex } from '../dist/search/elastic/elastic-index.js';
import { ELASTIC_DEFAULTS } from '../dist/search/elastic/options.js';
import { packageEmbedder } from '../dist/search/meaning.js';
import { parseQuery } from '../dist/search/parse-query.js';
import { searchRecords } from '../dist/search/search-records.js';
import { openSqlite } from '../dist/store/sqlite.js';
import { openStore } from '../dist/store/store.js';
import { madeUpDocuments } from './made-up-documents.mjs';

const BATCH = 1000;
const RECALL_QUERIES = 20;
const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    state: { type: 'string' },
    elasticsearch: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
});
const count = Number(values.documents);
const work = values.state ?? mkdtempSync(join(tmpdir(), 'semantiff-search-'));
process.on('exit', () => values.state ?? rmSync(work, { recursive: true, force: true }));

const elastic = values.elasticsearch && (await openElastic(values.elasticsearch));
const store = elastic ? undefined : openStore(work, { access: 'write', durability: 'batch' });
const index = elastic ?? store.index;
if ((await index.count()) < count) await fill();
const ids = [];
for await (const { id } of index.ids()) if (ids.length < 2000) ids.push(id);
await measureAll();
if (store) await measureRecall();
store?.close();
await elastic?.close();

/** An index of this bench's own, kept with --state for another run. */
async function openElastic(url) {
  const alias = `semantiff-bench-${count}`;
  if (!values.state) await fetch(new URL(`${alias}-v*`, url), { method: 'DELETE' });
  return await openElasticIndex({ ...ELASTIC_DEFAULTS, server: { nodes: [url] }, alias, replicas: 0, timeoutS: 120 });
}

async function fill() {
  const started = performance.now();
  for (let from = 0; from < count; from += BATCH) {
    await index.upsert(await madeUpDocuments(from, Math.min(count, from + BATCH)));
  }
  console.log(`${count} documents made and indexed in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

async function measureAll() {
  const texts = [
    'pollen',
    'sponge',
    'gold nanoparticles',
    'zinc oxide nanorods',
    'spider silk',
    'bone scaffold',
    'steel 5-10 kV',
    'Zeiss fibre',
  ];
  const deps = { index, texts: packageEmbedder() };
  const ask = (options) => () => searchRecords({ limit: 20, ...options }, deps);
  const kinds = {
    words: texts.map((text) => ask({ text, rank: 'words' })),
    meaning: texts.map((text) => ask({ text, rank: 'meaning' })),
    fused: texts.map((text) => ask({ text })),
    like: ids.slice(0, 8).map((id) => ask({ like: id })),
    'like + word': ids.slice(0, 8).map((id) => ask({ like: id, text: 'gold' })),
    newest: [ask({}), ask({ kv: '5..10' })],
  };
  console.log('\nquery        first   p50   p95  processor: first   p50   p95   (ms)');
  for (const [kind, queries] of Object.entries(kinds)) await measure(kind, queries);
}

function cell(list, share) {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * list.length) - 1].toFixed(1).padStart(5);
}

function three({ first, later }) {
  return [cell(first, 0.5), cell(later, 0.5), cell(later, 0.95)].join(' ');
}

/** The first time each query is asked stands apart: later ones find in memory what it read. */
async function measure(kind, queries) {
  const wall = { first: [], later: [] };
  const processor = { first: [], later: [] };
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const query of queries) {
      const started = performance.now();
      const before = process.cpuUsage();
      await query();
      const { user, system } = process.cpuUsage(before);
      const when = round === 0 ? 'first' : 'later';
      wall[when].push(performance.now() - started);
      processor[when].push((user + system) / 1000);
    }
  }
  console.log(kind.padEnd(12), three(wall), '         ', three(processor));
}

/** Against the int8 vectors of all. */
async function measureRecall() {
  const db = openSqlite(join(work, 'semantiff.sqlite'), { access: 'read', durability: 'batch' });
  const exact = db.prepare(`SELECT d.id FROM vectors v JOIN documents d USING (doc)
    ORDER BY vec_distance_cosine(vec_int8(v.int8), vec_int8(?)), v.doc DESC LIMIT 10`);
  const own = db.prepare('SELECT v.int8 FROM vectors v JOIN documents d USING (doc) WHERE d.id = ?').pluck();
  let found = 0;
  for (const id of ids.slice(100, 100 + RECALL_QUERIES)) {
    const truth = new Set(exact.all(own.get(id)).map((row) => row.id));
    const like = await store.index.embeddingOf(id);
    const { hits } = await store.index.search(parseQuery({ limit: 10 }, { like }));
    found += hits.filter((hit) => truth.has(hit.id)).length;
  }
  db.close();
  console.log(`\nlike: recall@10 ${(found / (10 * RECALL_QUERIES)).toFixed(3)} over ${RECALL_QUERIES} pictures`);
}
