import { resolve } from 'node:path';
import { exportModel } from '../classify/model-archive.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import type { Invocation } from './invocation.ts';
import { modelName, operandModel } from './model-operands.ts';
import { loadSettings, places } from './settings.ts';

/** `semantiff model export MODEL FILE.tar`. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, values, cwd } = invocation;
  const [words, target] = [operands.slice(0, -1), operands.at(-1)];
  if (words.length === 0 || target === undefined) {
    throw new IngestError('usage', 'which model, and where to? Say semantiff model export NAME/VERSION FILE.tar');
  }
  const settings = await loadSettings(invocation);
  const { folder } = await operandModel(words, settings, places(settings).state);
  const file = resolve(cwd, target);
  const { ref, bytes } = await exportModel(folder, file);
  process.stdout.write(
    values['json'] === true
      ? `${JSON.stringify({ ...ref, file, bytes })}\n`
      : `${modelName(ref)} is in ${file} (${(bytes / 1e6).toFixed(1)} MB).\n`,
  );
  return EXIT_OK;
}
