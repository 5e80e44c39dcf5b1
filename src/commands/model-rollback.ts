import { loadModelFolder } from '../classify/model-folder.ts';
import { findStored } from '../classify/model-store.ts';
import { type Promotion, readPromotions, recordRollback } from '../classify/promotion.ts';
import { tryModel } from '../classify/try-model.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { modelInUse, modelRoots, userModels } from '../pipeline/model-in-use.ts';
import { type Invocation, text } from './invocation.ts';
import { modelName } from './model-operands.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';

/** `semantiff model rollback`: takes the last promotion back; again takes the one before it back. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, values } = invocation;
  if (operands.length > 0) throw new IngestError('usage', 'rollback takes no model: it goes back to the one before');
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const { promoted } = await readPromotions(userModels(state));
  const [before, last] = [promoted.at(-2), promoted.at(-1)];
  if (last === undefined) throw new IngestError('classify/model', 'Rolling back, expected a promotion, found none.');
  if (before !== undefined) await checkThere(before, modelRoots(state));
  const reason = text(values, 'reason');
  await recordRollback(userModels(state), {
    expected: last,
    at: new Date().toISOString(),
    ...(reason !== undefined && { reason }),
  });
  const { model, because } = await modelInUse(settings.config, state);
  process.stdout.write(
    values['json'] === true
      ? `${JSON.stringify({ from: modelName(last), inUse: model.ref, because })}\n`
      : `${modelName(last)} is rolled back. In use: ${modelName(model.ref)}, ${oneLine(because)}.\n`,
  );
  return EXIT_OK;
}

/** Better no rollback than one to a model that cannot label anything. */
async function checkThere({ name, version, sha256 }: Promotion, roots: readonly string[]): Promise<void> {
  const { folder } = await findStored([name, version], roots, name);
  const model = await loadModelFolder(folder);
  if (model.sha256 !== sha256) {
    throw new IngestError(
      'classify/model',
      `Rolling back to ${name}/${version}, expected SHA-256 ${sha256} of its model.json, found ${model.sha256}: it was changed. Promote a model instead.`,
    );
  }
  await tryModel(folder);
}
