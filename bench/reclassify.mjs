/**
 * How long a new model takes to answer about an archive, from the embeddings that lie beside its records:
 *
 *   npm run build && node bench/reclassify.mjs [--records 20000] [--folder DIR]
 *
 * The archive is made up: the record of a demo picture under other names, ids and embeddings, in REPO, ledger and index.
 * The model is the shipped one with its head turned by a few parts in a hundred. Peak memory is that of the command's
 * process, its threads included. --folder keeps the archive for another run.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeHead } from '../dist/classify/head.js';
import { loadModelFolder, MANIFEST_FILE } from '../dist/classify/model-folder.js';
import { recordFolder } from '../dist/domain/ids.js';
import { listRecords } from '../dist/publish/list-records.js';
import { readEmbedding, readRecord } from '../dist/publish/read-record.js';
import { toIndexDocument } from '../dist/search/document.js';
import { createRecordMeaning } from '../dist/search/meaning.js';
import { sha256Hex } from '../dist/store/content-hash.js';
import { openStore } from '../dist/store/store.js';

const BATCH = 500;
const { values } = parseArgs({
  options: { records: { type: 'string', default: '20000' }, folder: { type: 'string' } },
});
const count = Number(values.records);
const work = resolve(values.folder ?? mkdtempSync(join(tmpdir(), 'semantiff-reclassify-')));
const [repo, state] = [join(work, 'repo'), join(work, 'state')];
const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const PACKAGE = resolve(import.meta.dirname, '..');
const TELL_PEAK = `data:text/javascript,process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS, 'KiB'))`;
process.on('exit', () => values.folder ?? rmSync(work, { recursive: true, force: true }));

if (!existsSync(state)) await fill();
const version = await anotherVersion();
const args = ['reclassify', '--model', `nffa-sem-small/${version}`, '-o', repo, '--state', state, '--json'];
for (const title of ['first', 'again']) {
  const started = performance.now();
  const { stdout, peakRssMiB } = run(args);
  const answer = JSON.parse(stdout);
  const seconds = (performance.now() - started) / 1000;
  const moved = answer.moved.reduce((sum, { records }) => sum + records, 0);
  console.log(
    `${title}: ${answer.answered} of ${count} records in ${seconds.toFixed(1)} s (${(answer.answered / seconds).toFixed(0)} a second), ${moved} with another first label; peak RSS ${peakRssMiB} MiB, load ${loadavg()[0].toFixed(1)}`,
  );
}

function run(argv) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', TELL_PEAK, CLI, ...argv], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${argv[0]} ended with ${status}: ${stderr.slice(-2000)}`);
  return { stdout, peakRssMiB: Math.round(Number(/peak (\d+) KiB/.exec(stderr)?.[1]) / 1024) };
}

async function fill() {
  const started = performance.now();
  const seed = join(work, 'seed');
  run(['backfill', join(PACKAGE, 'demo'), '-o', seed, '--state', join(work, 'seed-state'), '--json']);
  const templates = [];
  for await (const id of listRecords(seed)) {
    const stored = await readRecord(seed, id);
    templates.push({ record: stored.record, vector: await readEmbedding(stored) });
  }
  const store = openStore(state, { access: 'write', durability: 'batch' });
  const meaningOf = createRecordMeaning();
  for (let from = 0; from < count; from += BATCH) {
    const places = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => from + at);
    const made = await Promise.all(
      places.map((place) => makeOne(templates[place % templates.length], place, meaningOf)),
    );
    store.commit(
      made.map(({ outcome }) => outcome),
      made.map(({ document }) => document),
    );
  }
  store.close();
  console.log(`${count} records made in ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

async function makeOne(template, place, meaningOf) {
  const id = createHash('sha256').update(String(place)).digest('hex');
  const name = `picture-${place}.tif`;
  const record = {
    ...template.record,
    id,
    source: { ...template.record.source, name, path: `run${place % 97}/${name}`, sha256: id },
    artefacts: template.record.artefacts.filter(({ role }) => role === 'embedding'),
  };
  const vector = template.vector.map((value, at) => value * (0.8 + ((place * 31 + at * 17) % 40) / 100));
  const folder = join(repo, recordFolder(id));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, record.artefacts[0].path), Buffer.from(vector.buffer));
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record, null, 2));
  const { provenance, classification } = record;
  const outcome = {
    path: `/archive/${record.source.path}`,
    bytes: record.source.bytes,
    mtimeMs: 1,
    state: 'done',
    reason: 'made up',
    contentHash: id,
    recordRevision: record.revision,
    versions: {
      harvestVersion: provenance.harvestVersion,
      convertVersion: provenance.convertVersion,
      modelSha256: classification.model.sha256,
    },
  };
  return { outcome, document: toIndexDocument(record, { space: 'made up', vector }, await meaningOf(record)) };
}

/** The shipped model under the next free version, so that it is another one each time. */
async function anotherVersion() {
  const root = join(state, 'models/nffa-sem-small');
  const next = String(existsSync(root) ? readdirSync(root).length + 2 : 2);
  const shipped = await loadModelFolder(join(PACKAGE, 'models/nffa-sem-small/1'));
  const weights = shipped.head.weights.map((value, at) => value * (1 + (((at * 7 + Number(next)) % 11) - 5) / 100));
  const head = encodeHead({ ...shipped.head, weights });
  const { manifest } = shipped;
  const folder = join(root, next);
  mkdirSync(folder, { recursive: true });
  for (const { file } of [manifest.backbone, manifest.neighbours]) {
    writeFileSync(join(folder, file), readFileSync(join(shipped.folder, file)));
  }
  writeFileSync(join(folder, manifest.head.file), head);
  const changed = { ...manifest, version: next, head: { ...manifest.head, sha256: sha256Hex(head) } };
  writeFileSync(join(folder, MANIFEST_FILE), JSON.stringify(changed));
  return next;
}
