// Seconds from a dropped file to its record in the search, over many drops into a watched inbox:
//
//     npm run build && node bench/drop-to-search.mjs [--drops 100] [--settle-ms 500]
//         [--elasticsearch http://127.0.0.1:9200] [--webdav http://127.0.0.1:8181/] [--shared ../shared]
//
// Counted from when the last byte of the file is written, less the settle time, until a search for the file's own word
// finds it. With --elasticsearch the search is a request to that server, with --webdav the record must be there, whole, too.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { searchRecords } from '../dist/search/search-records.js';
import { openStore } from '../dist/store/store.js';
import { makeWorkload } from './make-workload.mjs';

const { values } = parseArgs({
  options: {
    drops: { type: 'string', default: '100' },
    'settle-ms': { type: 'string', default: '500' },
    elasticsearch: { type: 'string' },
    webdav: { type: 'string' },
    shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') },
  },
});

const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const POLL_MS = 10;
const DEADLINE_MS = 30_000;
const root = mkdtempSync(join(tmpdir(), 'semantiff-drop-'));
const [inbox, repo, state, source] = ['inbox', 'repo', 'state', 'source'].map((name) => join(root, name));
const alias = `semantiff-drop-${process.pid}`;
const collection = values.webdav && new URL(`semantiff-drop-${process.pid}/`, values.webdav).href;

function environment() {
  return {
    ...process.env,
    // Nothing stands beside these files.
    SEMANTIFF_WATCH_SIDECAR_GRACE_S: '0',
    ...(values.elasticsearch && {
      SEMANTIFF_INDEX_KIND: 'elasticsearch',
      SEMANTIFF_INDEX_ELASTICSEARCH_URL: values.elasticsearch,
      SEMANTIFF_INDEX_ELASTICSEARCH_ALIAS: alias,
    }),
    ...(collection && { SEMANTIFF_PUBLISH_WEBDAV_URL: collection }),
  };
}

/** True when a search finds the record. */
function searcher() {
  if (values.elasticsearch) {
    return async (id) => {
      const url = new URL(`${alias}/_search?size=0`, values.elasticsearch);
      const body = JSON.stringify({ query: { ids: { values: [id] } } });
      const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      return answer.ok && (await answer.json()).hits.total.value === 1;
    };
  }
  let store;
  return async (id, word) => {
    try {
      store ??= openStore(state, { access: 'read', durability: 'batch' });
    } catch {
      return false;
    }
    const { hits } = await searchRecords({ text: word }, { index: store.index });
    return hits.some((hit) => hit.id === id);
  };
}

async function isPublished(id) {
  if (!collection) return true;
  const url = new URL(`records/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}/record.json`, collection);
  return (await fetch(url, { method: 'HEAD' })).ok;
}

async function until(condition, what) {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
    await pause(POLL_MS);
  }
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

mkdirSync(inbox);
if (collection) await fetch(collection, { method: 'MKCOL' });
const samples = readFileSync(join(values.shared, 'bench/python-peer/workload.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => join(values.shared, 'samples', line));
const wanted = Number(values.drops);
const names = (await makeWorkload(samples, Math.ceil(wanted / samples.length), source)).slice(0, wanted);
const flags = ['--out', repo, '--state', state, '--settle-ms', values['settle-ms'], '--workers', '1'];
const daemon = spawn(process.execPath, [CLI, 'watch', inbox, ...flags], {
  env: environment(),
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  const isFound = searcher();
  const seconds = [];
  for (const [at, name] of names.entries()) {
    const bytes = readFileSync(join(source, name));
    const id = createHash('sha256').update(bytes).digest('hex');
    const word = `drop${at}x`;
    writeFileSync(join(inbox, `${word} ${name}`), bytes);
    const dropped = performance.now();
    await until(async () => (await isFound(id, word)) && (await isPublished(id)), name);
    // The first finds the daemon still starting.
    if (at > 0) seconds.push((performance.now() - dropped - Number(values['settle-ms'])) / 1000);
  }
  seconds.sort((a, b) => a - b);
  const where = [values.elasticsearch ? 'Elasticsearch' : 'embedded index', values.webdav && 'WebDAV'];
  console.log(
    `${seconds.length} drops, ${where.filter(Boolean).join(' and ')}, settle time ${values['settle-ms']} ms left out, load ${loadavg()[0].toFixed(2)}`,
  );
  console.log(
    `seconds to searchable: median ${quantile(seconds, 0.5).toFixed(2)}, p95 ${quantile(seconds, 0.95).toFixed(2)}, max ${seconds.at(-1).toFixed(2)}`,
  );
} finally {
  daemon.kill('SIGTERM');
  await new Promise((done) => daemon.once('exit', done));
  rmSync(root, { recursive: true, force: true });
  if (collection) await fetch(collection, { method: 'DELETE' });
  if (values.elasticsearch) await fetch(new URL(`${alias}-v*`, values.elasticsearch), { method: 'DELETE' });
}
