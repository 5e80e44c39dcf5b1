import { errorMessage } from '../src/domain/errors.ts';

/** Names are variables: the packages are optional. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * Whether one of TensorFlow.js' native packages loads here; tests that need one are left out where none does, and say so.
 * `SEMANTIFF_REQUIRE_SHARED=1` makes its absence an error: `../shared/services/tfjs-node/install` puts one there.
 */
export async function hasNativeTfjs(): Promise<boolean> {
  const reasons: string[] = [];
  for (const name of PACKAGES) {
    try {
      await import(name);
      return true;
    } catch (error) {
      reasons.push(errorMessage(error).split('\n')[0] ?? '');
    }
  }
  const reason = `no native TensorFlow.js loads (${reasons.join('; ')})`;
  if (process.env['SEMANTIFF_REQUIRE_SHARED'] === '1') throw new Error(`SEMANTIFF_REQUIRE_SHARED=1, but ${reason}.`);
  process.stderr.write(`Tests of tfjs-node are left out: ${reason}.\n`);
  return false;
}
