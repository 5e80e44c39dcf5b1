import { resolve } from 'node:path';
import { importModel } from '../classify/import-archive.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { packageModels, userModels } from '../pipeline/model-in-use.ts';
import type { Invocation } from './invocation.ts';
import { modelName } from './model-operands.ts';
import { loadSettings, places } from './settings.ts';

/** `semantiff model import-archive FILE.tar`: takes in what `model export` wrote; it is not in use before it is promoted. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, values, cwd } = invocation;
  const [operand] = operands;
  if (operand === undefined || operands.length > 1) {
    throw new IngestError('usage', 'which archive? Say semantiff model import-archive FILE.tar');
  }
  const { state } = places(await loadSettings(invocation));
  const { ref, folder, existed } = await importModel(resolve(cwd, operand), [userModels(state), packageModels()]);
  const said = existed
    ? `${modelName(ref)} was there already, with the same bytes.\n`
    : `${modelName(ref)} is in ${folder}.\nUse it: semantiff model promote ${ref.name} ${ref.version}\n`;
  process.stdout.write(values['json'] === true ? `${JSON.stringify({ ...ref, folder, existed })}\n` : said);
  return EXIT_OK;
}
