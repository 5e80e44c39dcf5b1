import { IngestError } from '../domain/errors.ts';
import type { Command, Invocation } from './invocation.ts';

/** Subverbs of `semantiff model`; each is called with the operands behind it. */
const SUBVERBS: Record<string, () => Promise<{ run: Command }>> = {
  import: () => import('./model-import.ts'),
  bench: () => import('./model-bench.ts'),
};

/** `semantiff model SUBVERB ...` */
export async function run(invocation: Invocation): Promise<number> {
  const [subverb = '', ...operands] = invocation.operands;
  const load = SUBVERBS[subverb];
  if (load === undefined) {
    const known = Object.keys(SUBVERBS).join(', ');
    throw new IngestError('usage', `semantiff model expects one of ${known}, and received "${subverb}"`);
  }
  const { run: runSubverb } = await load();
  return await runSubverb({ ...invocation, operands });
}
