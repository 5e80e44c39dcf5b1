// Headers a second, ours beside RosettaSciIO and tifffile on the same files, in turn:
//
//     npm run bench:harvest -- [--seconds 3] [--rounds 5] [--shared ../shared]
//
// Each file is opened, its tags are read, its header is parsed and put into the reader's own terms; no pixel is read. One
// process and one thread each, files in the page cache. Two lists: the files whose header all three know (FEI, Zeiss), and
// every file with a header. What counts is a header that was read: a peer is done soonest with the files in which it finds
// none, so files a second are printed as well. The figures are ratios within one run; on a machine with other work those of
// processor time are the truer ones.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, loadavg } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { harvest } from '../dist/metadata/harvest.js';
import { VENDOR_TAG_NUMBERS } from '../dist/metadata/vendor-tags.js';
import { readTiffFacts } from '../dist/pipeline/tiff-facts.js';
import { readTiff } from '../dist/raster/tiff-directory.js';
import { pairSidecars } from '../dist/watcher/pair-sidecars.js';
import { openPages } from './page-source.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') },
  },
});

const HEADERS = join(values.shared, 'samples/headers');
const REQUIREMENTS = join(import.meta.dirname, 'harvest-requirements.txt');
const PEERS = ['rosettasciio', 'tifffile'];
/** What the better of the two peers is to be surpassed by. */
const TARGET = 5;
/** Passes over the list before ours is timed: the engine compiles the last functions after some 3,000 files. */
const WARM_UP = 200;

/** The Python of a virtual environment of its own, made once and named after the pinned versions. */
function peerPython() {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'semantiff-bench');
  const pins = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = join(cache, `harvest-${pins}`);
  const python = join(folder, 'bin/python');
  if (existsSync(join(folder, '.complete'))) return python;
  console.error(`making ${folder}, once`);
  mkdirSync(cache, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  run('python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '-r', REQUIREMENTS]);
  writeFileSync(join(folder, '.complete'), '');
  return python;
}

function run(command, args, input = '') {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${error?.message ?? stderr.slice(-2000)}`);
  return stdout;
}

function peer(python, what, paths) {
  const script = join(import.meta.dirname, 'harvest-peers.py');
  return JSON.parse(run(python, ['-B', script, what, values.seconds], paths.join('\n')));
}

/** As a worker does it, but for the pixels. */
async function harvestFile({ path, sidecars }) {
  const source = openPages(path);
  try {
    const tiff = await readTiff(source);
    const { widthPx, heightPx } = tiff.pages[0].image ?? { widthPx: 1, heightPx: 1 };
    const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
    const texts = sidecars.map((one) => ({ name: basename(one), bytes: readFileSync(one) }));
    const times = { fileModifiedMs: source.mtimeMs, nowMs: Date.now() };
    const image = { widthPx, heightPx };
    return harvest({ fileName: basename(path), ...facts, sidecars: texts, image, times, readAt: source.readAt });
  } finally {
    source.close();
  }
}

async function ours(files) {
  let headers = 0;
  for (const file of files) {
    const { header } = await harvestFile(file);
    if (header !== undefined && header.place !== 'tiff') headers++;
  }
  // As in a back-fill: by then the compiler of the engine is done.
  for (let pass = 0; pass < WARM_UP; pass++) for (const file of files) await harvestFile(file);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const end = started + 1000 * Number(values.seconds);
  let count = 0;
  let fastest = Infinity;
  for (let began = started; began < end; began = performance.now()) {
    for (const file of files) await harvestFile(file);
    count += files.length;
    fastest = Math.min(fastest, performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpu);
  return {
    filesPerS: (1000 * count) / (performance.now() - started),
    cpuMs: (user + system) / 1000 / count,
    fastestMs: fastest / files.length,
    headersAFile: headers / files.length,
  };
}

function list(folders) {
  return folders.flatMap((folder) => {
    const names = readdirSync(join(HEADERS, folder));
    const pictures = names.filter((name) => /\.tiff?$/.test(name));
    const others = names.filter((name) => !pictures.includes(name));
    const pairs = pairSidecars(pictures, others);
    return pictures.map((name) => ({
      path: join(HEADERS, folder, name),
      sidecars: pairs.sidecarsOf(name).map((sidecar) => join(HEADERS, folder, sidecar)),
    }));
  });
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Headers that were read, a second. */
function rate({ filesPerS, headersAFile }) {
  return filesPerS * headersAFile;
}

/** Processor time of a header that was read. */
function cost({ cpuMs, headersAFile }) {
  return cpuMs / headersAFile;
}

function show(name, runs, count) {
  const all = runs.map((one) => rate(one).toFixed(0)).join(', ');
  const read = Math.round(runs[0].headersAFile * count);
  const files = median(runs.map(({ filesPerS }) => filesPerS)).toFixed(0);
  const cpuMs = median(runs.map(({ cpuMs: one }) => one)).toFixed(2);
  const least = Math.min(...runs.map(({ fastestMs }) => fastestMs)).toFixed(2);
  console.log(
    `  ${name.padEnd(14)} ${median(runs.map(rate)).toFixed(0).padStart(6)} headers/s (${all}), ${read} of ${count} read; ` +
      `${files} files/s, each ${cpuMs} ms of processor time, ${least} ms in the fastest pass`,
  );
}

/** Median over the rounds of each round's own ratio: what else the machine does at that moment slows all three. */
function ratios(runs, of) {
  return PEERS.map((name) => median(runs.get('ours').map((own, round) => of(own, runs.get(name)[round]))));
}

async function compare(title, files, python) {
  const runs = new Map(['ours', ...PEERS].map((name) => [name, []]));
  const failed = new Map();
  const paths = files.map(({ path }) => path);
  for (let round = 0; round < Number(values.rounds); round++) {
    runs.get('ours').push(await ours(files));
    for (const name of PEERS) {
      const result = peer(python, name, paths);
      runs.get(name).push({
        filesPerS: result.files_per_s,
        cpuMs: result.cpu_ms,
        fastestMs: result.fastest_ms,
        headersAFile: result.headers / result.files,
      });
      failed.set(name, result.failed);
    }
  }
  console.log(`${title}: ${files.length} files`);
  for (const [name, all] of runs) show(name, all, files.length - Object.keys(failed.get(name) ?? {}).length);
  for (const [name, faults] of failed) {
    for (const [path, why] of Object.entries(faults)) {
      console.log(`  ${name} cannot read ${basename(dirname(path))}/${basename(path)}: ${why}`);
    }
  }
  const rates = ratios(runs, (own, other) => rate(own) / rate(other));
  const work = ratios(runs, (own, other) => cost(other) / cost(own));
  const perFile = ratios(runs, (own, other) => own.filesPerS / other.filesPerS);
  const shown = PEERS.map(
    (name, at) =>
      `${rates[at].toFixed(1)} x ${name} (processor time ${work[at].toFixed(1)} x, files ${perFile[at].toFixed(1)} x)`,
  );
  console.log(`  ours is ${shown.join(', ')}; ${TARGET} x the faster: ${Math.min(...rates) >= TARGET ? 'yes' : 'no'}`);
}

const python = peerPython();
const versions = Object.entries({ node: process.versions.node, ...peer(python, 'versions', []) });
console.log(`${versions.map((pair) => pair.join(' ')).join(', ')}; load ${loadavg()[0].toFixed(2)}`);
await compare('headers that all three know', list(['fei', 'zeiss']), python);
await compare('every file with a header', list(readdirSync(HEADERS).filter((name) => name !== 'none')), python);
