// Images a second of the whole job, ours and the Python peer's in turn on the same distinct files:
//
//     npm run bench -- [--repeat 40] [--rounds 3] [--workers 2] [--durability batch,record] [--no-peer] [--shared ../shared]
//
// Both count from when their workers are ready to the last result. Run it on an idle machine: the figures are ratios
// within one run. Of ours the milliseconds of jpeg and write are waiting times: encoders of a batch run beside each other, and
// a group is forced to disk as one. V8 compiles for the first thousand files: more of them (--repeat) show how it goes on.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeWorkload } from './make-workload.mjs';

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') },
    'no-peer': { type: 'boolean', default: false },
    durability: { type: 'string', default: 'batch,record' },
  },
});

const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const root = mkdtempSync(join(tmpdir(), 'semantiff-bench-'));

/**
 * Every run has its own place, and nothing is removed before the end: ext4 without a journal searches past each file that
 * was deleted in the last minutes before it makes a new one (3 % of the processor time of a run that follows a removal, by
 * perf). That takes some 1.9 GB of disk a run of 1,080 files.
 */
function ours(inbox, { durability, model }) {
  const out = mkdtempSync(join(root, 'ours-'));
  const args = [CLI, 'backfill', inbox, '--out', join(out, 'repo'), '--state', join(out, 'state')];
  args.push('--workers', values.workers, '--durability', durability, '--log', 'info', '--json', ...model);
  const { stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const summary = stderr
    .split('\n')
    .filter((line) => line.includes('"backfill ended"'))
    .map((line) => JSON.parse(line))[0];
  if (status !== 0 || !summary) throw new Error(`backfill ended with ${status}: ${stderr.slice(-2000)}`);
  return {
    imagesPerS: summary.fresh / (summary.seconds - summary.startupS),
    rssMiB: summary.peakRssMiB,
    stageMs: summary.stageMs,
    startupS: summary.startupS,
  };
}

function peer(list, inbox, model) {
  const args = ['--workers', values.workers, '--workload', list, '--samples', inbox, '--model', model];
  args.push('--out', mkdtempSync(join(root, 'peer-')));
  const { stdout, stderr, status } = spawnSync(join(values.shared, 'bench/python-peer/peer'), args, {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the peer ended with ${status}: ${stderr}`);
  const result = JSON.parse(stdout.trim().split('\n').at(-1));
  return {
    imagesPerS: result.images_per_s,
    rssMiB: result.peak_rss_mib,
    stageMs: result.stage_ms,
    startupS: result.startup_s,
  };
}

/** What the lane before wrote reaches the disk first: ours waits for the disk, and must not wait for theirs. */
function settleDisk() {
  spawnSync('sync');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle) - 1]) / 2;
}

/** Median over the rounds of each round's own ratio: what else the machine does at that moment slows both. */
function showRatio(name, runs, other, others) {
  const ratios = runs.map(({ imagesPerS }, round) => imagesPerS / others[round].imagesPerS);
  const all = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
  console.log(`${name} by ${other}, round by round: ${median(ratios).toFixed(2)} (${all})`);
}

function show(name, runs) {
  const rates = runs.map(({ imagesPerS }) => imagesPerS);
  const last = runs.at(-1);
  const stages = Object.entries(last.stageMs).map(([stage, ms]) => `${stage} ${ms.toFixed(1)}`);
  console.log(
    `${name.padEnd(28)} ${median(rates).toFixed(1).padStart(6)} images/s (${rates.map((rate) => rate.toFixed(1)).join(', ')}), ` +
      `peak RSS ${Math.max(...runs.map(({ rssMiB }) => rssMiB)).toFixed(0)} MiB, start ${last.startupS.toFixed(2)} s`,
  );
  console.log(`${' '.repeat(29)}ms an image: ${stages.join(', ')}`);
}

const listed = readFileSync(join(values.shared, 'bench/python-peer/workload.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => join(values.shared, 'samples', line));
const inbox = join(root, 'inbox');
try {
  const names = await makeWorkload(listed, Number(values.repeat), inbox);
  const list = join(root, 'workload.txt');
  writeFileSync(list, names.join('\n'));
  const bytes = names.reduce((sum, name) => sum + statSync(join(inbox, name)).size, 0);
  console.log(
    `${names.length} distinct files, ${(bytes / 2 ** 20).toFixed(0)} MiB, ${values.workers} workers, load ${loadavg()[0].toFixed(2)}`,
  );
  const lanes = [
    ...values.durability
      .split(',')
      .map((durability) => [`ours, int8, ${durability}`, () => ours(inbox, { durability, model: [] })]),
    ...(values['no-peer']
      ? []
      : ['small', 'small-int8'].map((model) => [
          `peer, ${model === 'small' ? 'float32' : 'int8'}`,
          () => peer(list, inbox, join(values.shared, 'models', `sem-backbone-${model}.onnx`)),
        ])),
  ];
  const results = new Map(lanes.map(([name]) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, run] of lanes) {
      settleDisk();
      results.get(name).push(run());
    }
  }
  for (const [name, runs] of results) show(name, runs);
  const [own, peers] = ['ours', 'peer'].map((who) => [...results].filter(([name]) => name.startsWith(who)));
  for (const pair of own.flatMap((one) => peers.map((other) => [...one, ...other]))) showRatio(...pair);
} finally {
  rmSync(root, { recursive: true, force: true });
}
