import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const CANDIDATE = resolve(import.meta.dirname, '../../shared');

/**
 * The folder of real samples, checkers and benchmark peers that stands beside a developer's checkout, or undefined in a
 * clone without it: tests that need it are then left out. `SEMANTIFF_REQUIRE_SHARED=1` makes its absence an error.
 */
export function sharedDir(): string | undefined {
  if (existsSync(resolve(CANDIDATE, 'samples/PROVENANCE.tsv'))) return CANDIDATE;
  if (process.env['SEMANTIFF_REQUIRE_SHARED'] === '1') {
    throw new Error('SEMANTIFF_REQUIRE_SHARED=1, but there is no ../shared beside the checkout.');
  }
  return undefined;
}
