// Peak memory and time of a picture that is larger than memory, back-filled by the command line:
//
//     npm run build && node bench/large-picture.mjs [--width 32768] [--height 24576] [--bits 8] [--tile 512] [--sparse]
//
// Memory is the sum of what all processes of the run had resident, sampled together, and the sum of each one's own peak.
// `--keep FOLDER` leaves picture and record there, for checks of another kind.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeLargeTiff } from './make-large-tiff.mjs';

const { values } = parseArgs({
  options: {
    width: { type: 'string', default: '32768' },
    height: { type: 'string', default: '24576' },
    bits: { type: 'string', default: '8' },
    tile: { type: 'string' },
    sparse: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    keep: { type: 'string' },
  },
});

const SAMPLE_MS = 50;
const CLI = resolve(import.meta.dirname, '../dist/cli.js');
const root = values.keep ?? mkdtempSync(join(tmpdir(), 'semantiff-large-'));

/** Resident bytes of a process and its descendants by Linux's /proc; undefined elsewhere. */
function residentBytes(pid) {
  const parents = new Map();
  const resident = new Map();
  try {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const status = readFileSync(`/proc/${name}/status`, 'utf8');
        parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]));
        resident.set(Number(name), 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      } catch {
        // The process ended between the listing and the look.
      }
    }
  } catch {
    return undefined;
  }
  const isOurs = (id) => id === pid || (parents.has(id) && isOurs(parents.get(id)));
  let sum = 0;
  for (const [id, bytes] of resident) if (isOurs(id)) sum += bytes;
  return sum;
}

async function backfill(inbox) {
  const args = [CLI, 'backfill', inbox, '--out', join(root, 'repo'), '--state', join(root, 'state')];
  args.push('--workers', values.workers, '--log', 'info', '--json');
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise((settle) => child.once('close', settle));
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, residentBytes(child.pid) ?? 0)), SAMPLE_MS);
  await ended;
  clearInterval(sampling);
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  const summary = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'backfill ended');
  if (!summary || summary.done !== 1) throw new Error(`no record was made: ${stderr.slice(-2000)}`);
  return { peak, summary };
}

const inbox = join(root, 'inbox');
mkdirSync(inbox, { recursive: true });
const picture = join(inbox, 'large.tif');
const [width, height, bits] = [values.width, values.height, values.bits].map(Number);
writeLargeTiff(picture, {
  width,
  height,
  bits,
  sparse: values.sparse,
  ...(values.tile && { tile: Number(values.tile) }),
});
const { peak, summary } = await backfill(inbox);
const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);
console.log(`${width} x ${height}, ${bits} bit: ${mib(statSync(picture).size)} MiB`);
console.log(`resident together at most  ${mib(peak)} MiB (sampled)`);
console.log(`sum of the peaks           ${summary.peakRssMiB.toFixed(0)} MiB`);
console.log(`seconds                    ${summary.seconds.toFixed(1)}, of which start ${summary.startupS.toFixed(1)}`);
for (const [stage, ms] of Object.entries(summary.stageMs))
  console.log(`  ${stage.padEnd(24)} ${(ms / 1000).toFixed(2)}`);
if (values.keep === undefined) rmSync(root, { recursive: true, force: true });
