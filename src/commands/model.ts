import { IngestError } from '../domain/errors.ts';
import type { Command, Invocation } from './invocation.ts';

/** What can be done with models, one file each. */
const SUBVERBS: Record<string, () => Promise<{ run: Command }>> = {
  list: () => import('./model-list.ts'),
  show: () => import('./model-show.ts'),
  compare: () => import('./model-compare.ts'),
  promote: () => import('./model-promote.ts'),
  rollback: () => import('./model-rollback.ts'),
  export: () => import('./model-export.ts'),
  'import-archive': () => import('./model-import-archive.ts'),
  import: () => import('./model-import.ts'),
  bench: () => import('./model-bench.ts'),
};

/** `semantiff model SUBVERB ...`: the subverb gets what follows it as operands. */
export async function run(invocation: Invocation): Promise<number> {
  const [subverb = '', ...operands] = invocation.operands;
  const load = SUBVERBS[subverb];
  if (load === undefined) {
    const known = Object.keys(SUBVERBS).join(', ');
    throw new IngestError('usage', `expected one of ${known} after "model", received "${subverb}"`);
  }
  return await (await load()).run({ ...invocation, operands });
}
