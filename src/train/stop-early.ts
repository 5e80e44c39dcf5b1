import { logitsOf } from '../classify/head.ts';
import { headOf, type Layers } from './layers.ts';
import { checkSet, type Problem } from './problem.ts';
import { rowOf, type TrainingSet } from './trainer.ts';

/** Steps between two looks at the validation side: a look costs about as much as ten steps. */
const EVERY = 200;
/** Looks without a lower loss after which training stops: 1,000 steps. */
const PATIENCE = 5;
/** Images of the validation side that are looked at, evenly spread: more would tell no better and take longer. */
const ROWS = 2000;

/** Watches the loss on the validation side and keeps the layers where it was lowest. */
export interface StoppingRule {
  /** Whether to look after this many steps out of `most`. */
  isDue(steps: number, most: number): boolean;
  /** True when it is time to stop. */
  look(layers: Layers): boolean;
  best(): Layers | undefined;
}

/** Throws `train/data` where the validation side has a number that is not usable. */
export function stoppingRule(validation: TrainingSet, { standardisation }: Problem): StoppingRule {
  checkSet(validation);
  let best: { layers: Layers; loss: number } | undefined;
  let worse = 0;
  return {
    isDue: (steps, most) => steps % EVERY === 0 || steps === most,
    look(layers) {
      const loss = lossOf(validation, layers, standardisation);
      if (best === undefined || loss < best.loss) {
        best = { layers, loss };
        worse = 0;
      } else worse += 1;
      return worse >= PATIENCE;
    },
    best: () => best?.layers,
  };
}

/** Weighted mean cross-entropy, without the penalty. */
function lossOf(set: TrainingSet, layers: Layers, standardisation: Problem['standardisation']): number {
  const logits = logitsOf(headOf(layers, standardisation));
  const stride = Math.max(1, Math.ceil(set.count / ROWS));
  let loss = 0;
  let total = 0;
  for (let row = 0; row < set.count; row += stride) {
    const z = logits(rowOf(set, row));
    const top = Math.max(...z);
    const logSum = top + Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0));
    const weight = set.weights[row] ?? 0;
    loss += weight * (logSum - (z[set.labels[row] ?? 0] ?? 0));
    total += weight;
  }
  return loss / total;
}
