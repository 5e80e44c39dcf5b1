import type { Head } from '../classify/head.ts';
import { seededRandom } from './seeded-random.ts';
import type { Standardisation } from './standardise.ts';
import type { TrainingSet } from './trainer.ts';

/** A layer while it is trained: `weights` is row-major, [inputs x outputs], `bias` [outputs]. */
export interface Layer {
  inputs: number;
  outputs: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** One layer is a softmax regression; every layer but the last is followed by rectified units. */
export type Layers = readonly Layer[];

/**
 * The layers before the first step. A softmax regression starts at zero. Units of a hidden layer must differ to learn
 * different things: seeded uniform weights with the variances of He et al. 2015 (hidden) and Glorot and Bengio 2010 (last).
 */
export function firstLayers({ dim, classes }: TrainingSet, hidden: number | undefined, seed: number): Layers {
  if (hidden === undefined) return [zeroLayer(dim, classes)];
  const random = seededRandom(seed);
  const drawn = (layer: Layer, limit: number): Layer => ({
    ...layer,
    weights: layer.weights.map(() => (2 * random() - 1) * limit),
  });
  return [
    drawn(zeroLayer(dim, hidden), Math.sqrt(6 / dim)),
    drawn(zeroLayer(hidden, classes), Math.sqrt(6 / (hidden + classes))),
  ];
}

function zeroLayer(inputs: number, outputs: number): Layer {
  return { inputs, outputs, weights: new Float32Array(inputs * outputs), bias: new Float32Array(outputs) };
}

/** The head that trained layers make; head.bin has the weights the other way round, [outputs x inputs]. */
export function headOf(layers: Layers, { mean, scale }: Standardisation): Head {
  const [first, last = first] = layers;
  if (first === undefined || last === undefined) throw new TypeError('A head has one layer or two.');
  const head = {
    classes: last.outputs,
    dim: first.inputs,
    weights: transposed(last),
    bias: last.bias.slice(),
    mean,
    scale,
  };
  if (first === last) return head;
  return { ...head, hidden: { size: first.outputs, weights: transposed(first), bias: first.bias.slice() } };
}

function transposed({ inputs, outputs, weights }: Layer): Float32Array {
  return Float32Array.from(
    { length: weights.length },
    (_, at) => weights[(at % inputs) * outputs + Math.floor(at / inputs)] ?? 0,
  );
}
