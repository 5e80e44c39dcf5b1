/**
 * How good the answers to test/evaluation/queries.json are, by words, by meaning and fused: nDCG@10 and recall@10 with 95 %
 * bootstrap intervals over the queries.
 *
 *   node bench/search-quality.mjs [--labelled DIR] [--repo DIR] [--unseen LIST.tsv] [--show] [--use tune|test]
 *     [--elasticsearch URL]
 *
 * On the embedded index or, under a name of its own that is removed afterwards, on that Elasticsearch. DIR holds a folder of JPEGs a category (default: ../shared/samples/labelled). The pictures are copied under neutral
 * names, because theirs give their category away, and made records with the shipped model; --repo keeps these records for
 * another run. --unseen leaves out the pictures that a list of "path ..." lines names (those a model may have been trained on).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toIndexDocument } from '../dist/search/document.js';
import { openElasticIndex } from '../dist/search/elastic/elastic-index.js';
import { ELASTIC_DEFAULTS } from '../dist/search/elastic/options.js';
import { createRecordMeaning, packageEmbedder } from '../dist/search/meaning.js';
import { searchRecords } from '../dist/search/search-records.js';
import { openStore } from '../dist/store/store.js';

const ROOT = resolve(import.meta.dirname, '..');
const DEPTH = 10;
const ROUNDS = 10_000;
const RANKINGS = ['words', 'meaning', 'fused'];
const { values } = parseArgs({
  options: {
    labelled: { type: 'string', default: join(ROOT, '..', 'shared', 'samples', 'labelled') },
    repo: { type: 'string' },
    unseen: { type: 'string' },
    show: { type: 'boolean', default: false },
    use: { type: 'string' },
    elasticsearch: { type: 'string' },
  },
});
const { queries, settings } = JSON.parse(readFileSync(join(ROOT, 'test', 'evaluation', 'queries.json'), 'utf8'));
const work = mkdtempSync(join(tmpdir(), 'semantiff-quality-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const pictures = listPictures();
const categories = new Map(pictures.map(({ id, category }) => [id, category]));
const records = readRecords(makeRecords());
const { index, leave } = values.elasticsearch ? await openElastic(values.elasticsearch) : openEmbedded();
try {
  await fillIndex(records);
  report();
  for (const use of ['tune', 'test']) if (values.use === undefined || values.use === use) await evaluate(use);
} finally {
  await leave();
}

/** In the order of their paths, so that the settings given to each stay the same. */
function listPictures() {
  const left = values.unseen === undefined ? '' : readFileSync(values.unseen, 'utf8');
  return readdirSync(values.labelled, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: category }) =>
      readdirSync(join(values.labelled, category)).map((name) => ({
        category,
        path: join(values.labelled, category, name),
      })),
    )
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .filter(({ path }) => !left.includes(basename(path)))
    .map((picture) => ({ ...picture, id: createHash('sha256').update(readFileSync(picture.path)).digest('hex') }));
}

function makeRecords() {
  const repo = resolve(values.repo ?? join(work, 'records'));
  if (existsSync(join(repo, 'records'))) return repo;
  const neutral = join(work, 'pictures');
  mkdirSync(neutral);
  pictures.forEach(({ path }, place) => copyFileSync(path, join(neutral, `${String(place).padStart(4, '0')}.jpg`)));
  const cli = join(ROOT, 'dist', 'cli.js');
  const state = join(work, 'state');
  execFileSync(
    process.execPath,
    [cli, 'backfill', neutral, '-o', repo, '--state', state, '--accept', 'jpeg', '--log', 'error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return repo;
}

/** The records of the pictures, each given the settings of its place. */
function readRecords(repo) {
  const made = new Map(
    readdirSync(join(repo, 'records'), { recursive: true })
      .filter((path) => basename(path) === 'record.json')
      .map((path) => JSON.parse(readFileSync(join(repo, 'records', path), 'utf8')))
      .map((record) => [record.id, record]),
  );
  return pictures.map(({ id }, place) => {
    const record = made.get(id);
    if (record === undefined) throw new Error(`no record of ${id}`);
    const at = (list) => list[place % list.length];
    const quantities = {
      accelerationVoltageV: at(settings.kv),
      pixelSizeXM: at(settings.pixelSizeM),
      acquiredAt: `${at(settings.year)}-06-15T12:00:00`,
    };
    return { ...record, acquisition: { ...record.acquisition, ...quantities } };
  });
}

function openEmbedded() {
  const store = openStore(join(work, 'index'), { access: 'write', durability: 'batch' });
  return { index: store.index, leave: () => store.close() };
}

async function openElastic(url) {
  const alias = `semantiff-quality-${process.pid}`;
  const options = { ...ELASTIC_DEFAULTS, server: { nodes: [url] }, alias, replicas: 0, timeoutS: 120 };
  const elastic = await openElasticIndex(options);
  const leaveAlias = async () => {
    await elastic.close();
    const found = await (await fetch(new URL(`_alias/${alias}`, url))).json();
    for (const name of Object.keys(found)) await fetch(new URL(name, url), { method: 'DELETE' });
  };
  return { index: elastic, leave: leaveAlias };
}

async function fillIndex(all) {
  const meaningOf = createRecordMeaning();
  const documents = [];
  for (const record of all) documents.push(toIndexDocument(record, undefined, await meaningOf(record)));
  await index.upsert(documents);
}

function report() {
  const right = records.filter(
    ({ id, classification }) => classification.labels[0]?.label === categories.get(id),
  ).length;
  console.log(`${records.length} pictures; the model's first label is right for ${right}`);
}

async function evaluate(use) {
  const asked = queries.filter((query) => query.use === use && relevantIds(query).size > 0);
  const scores = {};
  for (const rank of RANKINGS) {
    scores[rank] = [];
    for (const query of asked) {
      const { hits } = await searchRecords(
        { text: query.text, rank, limit: DEPTH },
        { index, texts: packageEmbedder() },
      );
      scores[rank].push(
        measure(
          hits.map(({ id }) => id),
          relevantIds(query),
        ),
      );
    }
  }
  console.log(`\n${use}: ${asked.length} queries\nranking   nDCG@10              recall@10`);
  for (const rank of RANKINGS) {
    const cell = (key) => interval(scores[rank].map((score) => score[key]));
    console.log(`${rank.padEnd(9)} ${cell('ndcg')}  ${cell('recall')}`);
  }
  for (const other of ['words', 'meaning']) {
    const gain = scores.fused.map(({ ndcg }, at) => ndcg - scores[other][at].ndcg);
    console.log(`fused - ${other.padEnd(8)} ${interval(gain)}`);
  }
  if (!values.show) return;
  asked.forEach(({ text }, at) => {
    console.log(`${RANKINGS.map((rank) => scores[rank][at].ndcg.toFixed(2)).join('  ')}  ${text}`);
  });
}

function relevantIds({ relevant, limits = {} }) {
  const within = ({ acquisition }) =>
    between(acquisition.accelerationVoltageV, limits.kv) &&
    between(acquisition.pixelSizeXM, limits.pixelSizeM) &&
    between(Number(acquisition.acquiredAt.slice(0, 4)), limits.year);
  return new Set(
    records.filter((record) => relevant.includes(categories.get(record.id)) && within(record)).map(({ id }) => id),
  );
}

function between(value, [least, most] = [null, null]) {
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity);
}

/** Recall of what ten places can hold at most. */
function measure(found, relevant) {
  const gains = found.map((id) => (relevant.has(id) ? 1 : 0));
  const possible = Math.min(DEPTH, relevant.size);
  return {
    ndcg: discounted(gains) / discounted(Array.from({ length: possible }, () => 1)),
    recall: gains.reduce((sum, gain) => sum + gain, 0) / possible,
  };
}

function discounted(gains) {
  return gains.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0);
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function interval(list) {
  const random = seeded(1);
  const means = Array.from({ length: ROUNDS }, () => mean(list.map(() => list[Math.floor(random() * list.length)])));
  means.sort((a, b) => a - b);
  const [low, high] = [means[Math.floor(ROUNDS * 0.025)], means[Math.floor(ROUNDS * 0.975)]];
  return `${mean(list).toFixed(3)} (${low.toFixed(3)}..${high.toFixed(3)})`;
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
