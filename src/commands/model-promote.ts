import type { ModelFolder } from '../classify/model-folder.ts';
import { recordPromotion } from '../classify/promotion.ts';
import { tryModel } from '../classify/try-model.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { compareStored, type StoredComparison } from '../pipeline/compare-stored.ts';
import { followsPromotions, modelInUse, userModels } from '../pipeline/model-in-use.ts';
import { verdictOn } from '../train/compare-models.ts';
import { comparisonJson, comparisonText, notesOn } from './comparison-text.ts';
import { type Invocation, text } from './invocation.ts';
import { modelName, operandModel } from './model-operands.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';

/** `semantiff model promote MODEL`: puts it into use, unless it is worse than the one in use. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, values, signal } = invocation;
  if (operands.length === 0) throw new IngestError('usage', 'which model? Say semantiff model promote NAME VERSION');
  const [reason, isForced] = [text(values, 'reason'), values['force'] === true];
  if (isForced && (reason ?? '').trim() === '') throw new IngestError('usage', '--force needs a --reason TEXT');
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const model = await operandModel(operands, settings, state);
  await tryModel(model.folder);
  const current = await currentModel(settings, state);
  const isSame = 'model' in current && current.model.sha256 === model.sha256 && current.isPromoted;
  const comparison =
    'model' in current && current.model.sha256 !== model.sha256
      ? await compareStored([current.model, model], { config: settings.config, log: settings.log, state, signal })
      : undefined;
  const objection = 'fault' in current ? `the one in use cannot be opened: ${current.fault}` : objectionTo(comparison);
  if (comparison && 'model' in current && values['json'] !== true) {
    process.stdout.write(`${comparisonText(comparison, [current.model, model])}\n`);
  }
  if (objection !== undefined && !isForced) throw refusal(model, objection);
  if (!isSame) {
    await recordPromotion(userModels(state), {
      ...model.ref,
      at: new Date().toISOString(),
      ...(reason !== undefined && { reason }),
      ...(objection !== undefined && { forced: true as const }),
      ...('model' in current && { previous: current.model.ref }),
    });
  }
  const warnings = warningsOf(settings, comparison);
  process.stdout.write(
    values['json'] === true
      ? `${JSON.stringify({ ...model.ref, promoted: !isSame, forced: objection !== undefined, ...(comparison && { shared: comparisonJson(comparison) }), warnings })}\n`
      : promotedText(model, isSame, warnings),
  );
  return EXIT_OK;
}

type Current = { model: ModelFolder; isPromoted: boolean } | { fault: string };

async function currentModel({ config }: Settings, state: string): Promise<Current> {
  try {
    const { model, origin } = await modelInUse(config, state);
    return { model, isPromoted: origin === 'promoted' };
  } catch (error) {
    return { fault: errorMessage(error) };
  }
}

/** Why the model must not take the place of the one in use unless somebody takes it upon themselves. */
function objectionTo(comparison: StoredComparison | undefined): string | undefined {
  if (comparison === undefined) return undefined;
  switch (verdictOn(comparison)) {
    case 'worse':
      return `on the shared test list it is worse than the one in use. ${notesOn(comparison)[0] ?? ''}`;
    case 'not-comparable':
      return `it cannot be compared with the one in use: of the shared test list ${comparison.leftOut.missing} images have no embedding of both backbones, and their files are not there.`;
    case 'too-few':
    case 'not-worse':
      return undefined;
  }
}

function refusal({ ref }: ModelFolder, objection: string): IngestError {
  return new IngestError(
    'classify/model',
    `Promoting ${modelName(ref)}: ${objection} To promote it all the same, say --force --reason TEXT.`,
  );
}

function warningsOf(settings: Settings, comparison: StoredComparison | undefined): string[] {
  const isUntold = comparison !== undefined && verdictOn(comparison) === 'too-few';
  const origin = settings.origins.get('classify.version') ?? 'default';
  return [
    ...(isUntold ? ['The shared test list has too few images to tell whether it is worse than the one before.'] : []),
    ...(followsPromotions(settings.config)
      ? []
      : [`It will not be used as long as classification is off or classify.version is set (${origin}).`]),
  ];
}

function promotedText({ ref }: ModelFolder, isSame: boolean, warnings: readonly string[]): string {
  return [
    isSame
      ? `${modelName(ref)} is promoted already.`
      : `${modelName(ref)} is promoted. Take it back: semantiff model rollback`,
    ...warnings.map((warning) => `! ${oneLine(warning)}`),
    ...(isSame
      ? []
      : [
          'A running watch or backfill takes it into use within seconds; for older records: semantiff reprocess --stage classify',
        ]),
    '',
  ].join('\n');
}
