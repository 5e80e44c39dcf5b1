import type { ModelFolder } from '../classify/model-folder.ts';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { compareStored } from '../pipeline/compare-stored.ts';
import { comparisonJson, comparisonText } from './comparison-text.ts';
import type { Invocation } from './invocation.ts';
import { modelName, operandModel } from './model-operands.ts';
import { loadSettings, places } from './settings.ts';
import { table } from './table.ts';

/** `semantiff model compare A B`: both on the same images, and what each was found to be worth when it was made. */
export async function run(invocation: Invocation): Promise<number> {
  const { operands, values, signal } = invocation;
  const [first, second] = operands;
  if (first === undefined || second === undefined || operands.length > 2) {
    throw new IngestError('usage', 'which two models? Say semantiff model compare NAME/VERSION NAME/VERSION');
  }
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const models: [ModelFolder, ModelFolder] = [
    await operandModel([first], settings, state),
    await operandModel([second], settings, state),
  ];
  const comparison = await compareStored(models, { config: settings.config, log: settings.log, state, signal });
  if (values['json'] === true) {
    const own = models.map(({ ref, manifest }) => ({ ...ref, metrics: manifest.metrics }));
    process.stdout.write(`${JSON.stringify({ models: own, shared: comparisonJson(comparison) })}\n`);
  } else {
    process.stdout.write(`${comparisonText(comparison, models)}\n${ownFigures(models)}`);
  }
  return EXIT_OK;
}

/** They come from different images, so they stand side by side and are not subtracted. */
function ownFigures(models: readonly ModelFolder[]): string {
  const rows = models.flatMap(({ ref, manifest }) =>
    manifest.metrics.map(({ split, n, top1, top2, macroF1, ece }) => [
      modelName(ref),
      split,
      String(n),
      ...[top1, top2, macroF1, ece].map((value) => value.toFixed(3)),
    ]),
  );
  const columns = [
    { title: 'at its training' },
    { title: 'evaluated on' },
    ...['n', 'top-1', 'top-2', 'macro F1', 'calibration error'].map((title) => ({ title, align: 'right' as const })),
  ];
  return table(columns, rows);
}
