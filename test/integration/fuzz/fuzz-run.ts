import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Dice, dice } from '../../builders/dice.ts';

/** A damaged input: of which file, how it was damaged, and its bytes by the name they are written under on failure. */
export interface Mutant {
  file: string;
  how: readonly string[];
  parts: ReadonlyMap<string, Uint8Array>;
}

export interface FuzzRun {
  kind: string;
  mutants: number;
  /** Most that the process may grow by. */
  maxGrowthBytes: number;
  make: (dice: Dice) => Mutant;
  /** Rejects where the program breaks a promise. */
  check: (mutant: Mutant) => Promise<void> | void;
}

const DEFAULT_SEED = 1;
/** Most that one mutant may take of the processor's time, however busy the machine: a thousand times what a whole one takes. */
const MAX_CPU_MS = 5000;
/** Time for all mutants on a machine that does other things as well; an idle one needs less than a tenth. */
export const FUZZ_TIMEOUT_MS = 900_000;
/** A mutant that is not done by then never will be. */
const HANGS_AFTER_S = 300;
/** After these the code is compiled and the heap has its size. */
const WARM_UP = 300;
const MEMORY_EVERY = 100;

function wholeNumber(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} should be a whole number, but is "${text}".`);
  return Number(text);
}

/** Each mutant has dice of its own, so that one can be made again without those before it. */
function diceOf(seed: number, number: number): Dice {
  return dice(Math.imul(seed, 0x9e3779b1) + Math.imul(number, 0x85ebca6b));
}

function keep(name: string, parts: Mutant['parts']): string {
  const folder = join(tmpdir(), name);
  mkdirSync(folder, { recursive: true });
  for (const [part, bytes] of parts) writeFileSync(join(folder, part.replaceAll(/[^\w.-]+/g, '_')), bytes);
  return folder;
}

/**
 * Makes and checks mutants until one fails. SEMANTIFF_FUZZ_SEED sets the seed, SEMANTIFF_FUZZ_COUNT the number of mutants,
 * SEMANTIFF_FUZZ_ONLY makes one of them again. A failure names seed, number, file and damage, and the mutant is kept in
 * the folder for temporary files.
 */
export async function fuzz(run: FuzzRun): Promise<void> {
  const { kind, mutants } = run;
  const seed = wholeNumber('SEMANTIFF_FUZZ_SEED') ?? DEFAULT_SEED;
  const only = wholeNumber('SEMANTIFF_FUZZ_ONLY');
  const count = only === undefined ? (wholeNumber('SEMANTIFF_FUZZ_COUNT') ?? mutants) : 1;
  process.stdout.write(`Fuzzing ${kind}: ${count} mutants, SEMANTIFF_FUZZ_SEED=${seed}\n`);
  const { watched, watcher } = watch(kind, seed);
  let rssBefore = Number.POSITIVE_INFINITY;
  try {
    for (let number = only ?? 0; number < (only ?? 0) + count; number++) {
      watched[0] = number;
      if (number === WARM_UP) rssBefore = process.memoryUsage.rss();
      await checkOne(run, seed, number, number % MEMORY_EVERY === 0 ? rssBefore : Number.POSITIVE_INFINITY);
    }
  } finally {
    await watcher.terminate();
  }
}

async function checkOne(
  { kind, make, check, maxGrowthBytes }: FuzzRun,
  seed: number,
  number: number,
  rssBefore: number,
) {
  const mutant = make(diceOf(seed, number));
  const started = process.cpuUsage();
  try {
    await check(mutant);
    const { user, system } = process.cpuUsage(started);
    const ms = Math.round((user + system) / 1000);
    if (ms > MAX_CPU_MS) throw new Error(`It took ${ms} ms of the processor; ${MAX_CPU_MS} ms are the most allowed.`);
    const growth = process.memoryUsage.rss() - rssBefore;
    if (growth > maxGrowthBytes) {
      throw new Error(`The process grew by ${growth} bytes; ${maxGrowthBytes} are the most allowed.`);
    }
  } catch (cause) {
    const folder = keep(`semantiff-fuzz-${kind}-${seed}-${number}`, mutant.parts);
    const what = `Seed ${seed}, mutant ${number} of ${mutant.file} (${mutant.how.join(', ')}), kept in ${folder}`;
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Ends the process with a message when the number in its result stays the same for too long: no timeout of a test stops
 * code that never gives control back.
 */
function watch(kind: string, seed: number): { watched: Int32Array; watcher: Worker } {
  const watched = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { workerData: { watched, kind, seed, seconds } } = require('node:worker_threads');
    let [last, same] = [watched[0], 0];
    setInterval(() => {
      same = watched[0] === last ? same + 1 : 0;
      last = watched[0];
      if (same < seconds) return;
      require('node:fs').writeSync(2, 'Fuzzing ' + kind + ': seed ' + seed + ', mutant ' + last + ' hangs.\\n');
      process.kill(process.pid, 'SIGKILL');
    }, 1000);`;
  const watcher = new Worker(code, { eval: true, workerData: { watched, kind, seed, seconds: HANGS_AFTER_S } });
  watcher.unref();
  return { watched, watcher };
}
