import { HIDDEN_MAX } from '../classify/model-schema.ts';
import { IngestError } from '../domain/errors.ts';
import type { Augmentation } from '../train/augment.ts';
import { TRAINER_CHOICES, type TrainerChoice } from '../train/open-trainer.ts';
import type { RetrainInput } from '../train/retrain.ts';
import type { TuneRequest } from '../train/retrain-tuned.ts';
import { type OptionValues, text, wholeNumber } from './invocation.ts';
import { oneOf } from './training-options.ts';

const HIDDEN_DEFAULT = 64;

/** How the head is to be trained, as the options of `retrain` say it; throws `usage`. */
export function headOptions(values: OptionValues): Pick<RetrainInput, 'seed' | 'hidden' | 'steps' | 'targetPrecision'> {
  const seed = wholeNumber(values, 'seed', 0);
  const steps = wholeNumber(values, 'steps', 1);
  const hidden = hiddenUnits(values);
  const targetPrecision = decimal(values, 'target-precision', PRECISIONS);
  return {
    ...(seed !== undefined && { seed }),
    ...(steps !== undefined && { steps }),
    ...(hidden !== undefined && { hidden }),
    ...(targetPrecision !== undefined && { targetPrecision }),
  };
}

/** Below a half more accepted labels may be wrong than right, and no number of images proves 1. */
const PRECISIONS = { min: 0.5, max: 0.999, example: '0.95' };
/** With longer steps every network is thrown far from what it knows by the first. */
const TUNE_RATES = { min: 1e-7, max: 0.1, example: '0.0001' };

/** The number of this option; throws `usage` where it is none within the limits. */
function decimal(
  values: OptionValues,
  name: string,
  { min, max, example }: { min: number; max: number; example: string },
): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const number = /^\d*\.?\d+(?:e-\d+)?$/i.test(given) ? Number(given) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new IngestError(
    'usage',
    `--${name} expects a number from ${min} to ${max}, such as ${example}, and received ${given}`,
  );
}

/** What `--trainer` says, `auto` without it; throws `usage`. */
export function trainerChoice(values: OptionValues): TrainerChoice {
  return oneOf(values, 'trainer', TRAINER_CHOICES) ?? 'auto';
}

/** What `--finetune` says; throws `usage`. */
export function tuneRequest(values: OptionValues, augmentations: readonly Augmentation[]): TuneRequest | undefined {
  const blocks = wholeNumber(values, 'finetune', 1);
  const rate = decimal(values, 'finetune-rate', TUNE_RATES);
  if (blocks === undefined) {
    if (rate === undefined) return undefined;
    throw new IngestError('usage', '--finetune-rate is for --finetune BLOCKS, which is not said');
  }
  if (values['archive'] === true)
    throw new IngestError('usage', '--finetune needs pictures: it takes class folders, and no --archive');
  const augment = augmentations.some((one) => one !== 'with-data-bar');
  return { blocks, augment, ...(rate !== undefined && { rate }) };
}

function hiddenUnits(values: OptionValues): number | undefined {
  const head = oneOf(values, 'head', ['softmax', 'mlp'] as const) ?? 'softmax';
  const hidden = wholeNumber(values, 'hidden', 1);
  if (head === 'softmax' && hidden !== undefined)
    throw new IngestError('usage', '--hidden is for --head mlp: a softmax head has no hidden layer');
  if (hidden !== undefined && hidden > HIDDEN_MAX)
    throw new IngestError('usage', `--hidden expects ${HIDDEN_MAX} units at most, and received ${hidden}`);
  return head === 'softmax' ? undefined : (hidden ?? HIDDEN_DEFAULT);
}
