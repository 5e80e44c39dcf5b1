import { HIDDEN_MAX } from '../classify/model-schema.ts';
import { IngestError } from '../domain/errors.ts';
import { TRAINER_CHOICES, type TrainerChoice } from '../train/open-trainer.ts';
import type { RetrainInput } from '../train/retrain.ts';
import { type OptionValues, text, wholeNumber } from './invocation.ts';

const HIDDEN_DEFAULT = 64;

/** How the head is to be trained, as the options of `retrain` say it; throws `usage`. */
export function headOptions(values: OptionValues): Pick<RetrainInput, 'seed' | 'hidden' | 'classWeights' | 'steps'> {
  const seed = wholeNumber(values, 'seed', 0);
  const steps = wholeNumber(values, 'steps', 1);
  const hidden = hiddenUnits(values);
  const classWeights = oneOf(values, 'class-weights', ['none', 'balanced'] as const);
  return {
    ...(seed !== undefined && { seed }),
    ...(steps !== undefined && { steps }),
    ...(hidden !== undefined && { hidden }),
    ...(classWeights !== undefined && { classWeights }),
  };
}

/** What `--trainer` says, `auto` without it; throws `usage`. */
export function trainerChoice(values: OptionValues): TrainerChoice {
  return oneOf(values, 'trainer', TRAINER_CHOICES) ?? 'auto';
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

function oneOf<T extends string>(values: OptionValues, name: string, choices: readonly T[]): T | undefined {
  const value = text(values, name);
  const found = choices.find((choice) => choice === value);
  if (value === undefined || found !== undefined) return found;
  throw new IngestError('usage', `--${name} expects ${choices.join(', ')}, and received "${value}"`);
}
