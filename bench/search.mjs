/**
 * How long searches of the embedded index take, and how many of the true nearest pictures `like` finds.
 *
 *   node bench/search.mjs [--documents 100000] [--state DIR] [--rounds 5]
 *
 * The documents are made up: words from a list, labels in the shares of a real collection, embeddings of 1,280 numbers
 * around 200 centres, half of them zero as behind a ReLU. --state keeps the index for another run. Prints wall and processor milliseconds a query.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toIndexDocument } from '../dist/search/document.js';
import { createRecordMeaning, packageEmbedder } from '../dist/search/meaning.js';
import { parseQuery } from '../dist/search/parse-query.js';
import { searchRecords } from '../dist/search/search-records.js';
import { shippedTaxonomy } from '../dist/search/taxonomy.js';
import { openSqlite } from '../dist/store/sqlite.js';
import { openStore } from '../dist/store/store.js';

const DIMENSIONS = 1280;
const CENTRES = 200;
const BATCH = 1000;
const RECALL_QUERIES = 20;
const WORDS =
  'gold silver copper zinc oxide silicon glass polymer wafer pollen leaf bone steel alloy cement foam fibre wire tip film grating mask sensor electrode powder sphere crystal cell tissue membrane scaffold cotton silk paint needle pillar array aerogel graphene carbon nitride quartz clay insect hair blood dust latex'.split(
    ' ',
  );
const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    state: { type: 'string' },
    rounds: { type: 'string', default: '5' },
  },
});
const count = Number(values.documents);
const work = values.state ?? mkdtempSync(join(tmpdir(), 'semantiff-search-'));
process.on('exit', () => values.state ?? rmSync(work, { recursive: true, force: true }));
const random = seeded(7);
const labels = shippedTaxonomy()
  .concepts.filter(({ definition }) => definition)
  .map(({ label }) => label);
const centres = Array.from({ length: CENTRES }, () =>
  Float32Array.from({ length: DIMENSIONS }, () => Math.max(0, random() * 2 - 1)),
);

const file = join(work, 'semantiff.sqlite');
const known = existsSync(file);
const store = openStore(work, { access: 'write', durability: 'batch' });
if (!known || (await store.index.count()) < count) await fill();
const ids = [];
for await (const { id } of store.index.ids()) if (ids.length < 2000) ids.push(id);
await measureAll();
await measureRecall();
store.close();

async function fill() {
  const meaningOf = createRecordMeaning();
  const started = performance.now();
  let meaningMs = 0;
  for (let from = 0; from < count; from += BATCH) {
    const documents = [];
    for (let place = from; place < Math.min(count, from + BATCH); place++) {
      const record = makeRecord(place);
      const before = process.cpuUsage();
      const meaning = await meaningOf(record);
      const { user, system } = process.cpuUsage(before);
      meaningMs += (user + system) / 1000;
      documents.push(toIndexDocument(record, { space: 'made up', vector: embedding(place) }, meaning));
    }
    await store.index.upsert(documents);
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${count} documents in ${seconds.toFixed(0)} s; meaning ${(meaningMs / count).toFixed(3)} ms a record (processor)`,
  );
}

function makeRecord(place) {
  const id = createHash('sha256').update(String(place)).digest('hex');
  const [first, second] = [labels[Math.floor(random() ** 1.5 * 10)], labels[Math.floor(random() * 10)]];
  const score = 0.4 + 0.6 * random();
  const scores =
    first === second
      ? [[first, score]]
      : [
          [first, score],
          [second, (1 - score) * 0.8],
        ];
  const word = () => WORDS[Math.floor(random() ** 2 * WORDS.length)];
  const name = `${word()}_${word()}_${place}.tif`;
  return {
    id,
    revision: 1,
    source: { name, path: `run${place % 97}/${name}`, aliases: [], sidecars: [] },
    instrument: { vendor: ['FEI', 'Zeiss', 'Hitachi'][place % 3], model: `Model ${place % 7}` },
    acquisition: {
      accelerationVoltageV: [2000, 5000, 10_000, 15_000, 20_000][place % 5],
      pixelSizeXM: 1e-9 * 2 ** (place % 11),
      detector: ['ETD', 'InLens', 'BSD'][place % 3],
      acquiredAt: `${2010 + (place % 15)}-03-01T10:00:00`,
      ...(place % 2 === 0 && { sampleName: `${word()} ${word()}` }),
    },
    classification: {
      decision: 'review',
      labels: scores.map(([label, value], at) => ({ label, score: value, rank: at + 1 })),
    },
    issues: [],
    artefacts: [],
  };
}

function embedding(place) {
  const own = seeded(place + 1);
  const centre = centres[place % CENTRES];
  return Float32Array.from(centre, (value) => Math.max(0, value + (own() - 0.5) * 0.8));
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
  const deps = { index: store.index, texts: packageEmbedder() };
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
  const db = openSqlite(file, { access: 'read', durability: 'batch' });
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

/** Mulberry32. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
