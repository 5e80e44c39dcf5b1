import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
/** Most that one mutant may take: ten thousand times what a whole one takes. */
const MAX_MS = 5000;
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
export async function fuzz({ kind, mutants, maxGrowthBytes, make, check }: FuzzRun): Promise<void> {
  const seed = wholeNumber('SEMANTIFF_FUZZ_SEED') ?? DEFAULT_SEED;
  const only = wholeNumber('SEMANTIFF_FUZZ_ONLY');
  const count = wholeNumber('SEMANTIFF_FUZZ_COUNT') ?? mutants;
  process.stdout.write(`Fuzzing ${kind}: ${only === undefined ? count : 1} mutants, SEMANTIFF_FUZZ_SEED=${seed}\n`);
  let rssBefore = 0;
  for (let number = only ?? 0; number < (only === undefined ? count : only + 1); number++) {
    const mutant = make(diceOf(seed, number));
    const started = performance.now();
    try {
      await check(mutant);
      const ms = performance.now() - started;
      if (ms > MAX_MS) throw new Error(`It took ${Math.round(ms)} ms; ${MAX_MS} ms are the most allowed.`);
      if (number === WARM_UP) rssBefore = process.memoryUsage.rss();
      if (number > WARM_UP && number % MEMORY_EVERY === 0) checkGrowth(rssBefore, maxGrowthBytes);
    } catch (cause) {
      const folder = keep(`semantiff-fuzz-${kind}-${seed}-${number}`, mutant.parts);
      const what = `Seed ${seed}, mutant ${number} of ${mutant.file} (${mutant.how.join(', ')}), kept in ${folder}`;
      throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

function checkGrowth(rssBefore: number, maxGrowthBytes: number): void {
  const growth = process.memoryUsage.rss() - rssBefore;
  if (growth > maxGrowthBytes) {
    throw new Error(`The process grew by ${growth} bytes; ${maxGrowthBytes} are the most allowed.`);
  }
}
