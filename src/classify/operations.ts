/** The operation that gives each tensor of a network, by the tensor's name, with the tensors that it is made of. */
export type Operations = ReadonlyMap<string, { op: string; inputs: readonly string[] }>;

const SQUASHING: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'Sigmoid']);
const SHAPING =
  'Identity Reshape Squeeze Flatten Cast Dropout Activation BiasAdd Add AddV2 QuantizeLinear DequantizeLinear';
/** Operations that only shape, scale or squash what a classifier's last weights gave: ONNX, TensorFlow and Keras. */
const AFTER_CLASSES: ReadonlySet<string> = new Set([...SQUASHING, ...SHAPING.split(' ')]);
const DENSE: ReadonlySet<string> = new Set(['Gemm', 'MatMul', '_FusedMatMul', 'Dense']);
const CONVOLUTIONS: ReadonlySet<string> = new Set(['Conv', 'Conv2D', '_FusedConv2D']);
const AVERAGES = 'GlobalAveragePool AveragePool AvgPool Mean ReduceMean GlobalAveragePooling2D';
const POOLS: ReadonlySet<string> = new Set([...AVERAGES.split(' '), 'GlobalMaxPool', 'GlobalMaxPooling2D']);

/** What there is between the input of a network and one of its outputs. */
export interface OutputPath {
  /**
   * What a classifier's last weights are applied to: the pooled features of the layer before. Undefined where no such
   * weights make the output, as of a network without a classifier.
   */
  features: string | undefined;
  /** Features that were pooled further back, where the classifier has more layers than its last. */
  pooled: string | undefined;
  /** The output itself, or the scores before they were squashed to shares. */
  scores: string;
}

/** Looks backwards from `output`, a tensor that is computed from `input`. */
export function pathBehind(output: string, input: string, operations: Operations): OutputPath {
  const source = sourceFinder(input, operations);
  const passBack = (tensor: string, pass: ReadonlySet<string>): string => {
    for (let here = tensor; ; ) {
      const before = source(here);
      if (before === undefined || !pass.has(operations.get(here)?.op ?? '')) return here;
      here = before;
    }
  };
  const last = passBack(output, AFTER_CLASSES);
  const op = operations.get(last)?.op ?? '';
  const features = source(last);
  // Some classifiers are convolutions of one pixel: of pooled features, where others are of a map still to be pooled.
  const isPool = (tensor: string): boolean => POOLS.has(operations.get(tensor)?.op ?? '');
  const shaped = features === undefined ? '' : passBack(features, AFTER_CLASSES);
  const isClassifier = DENSE.has(op) || (CONVOLUTIONS.has(op) && isPool(shaped));
  let pooled = source(shaped);
  while (pooled !== undefined && !isPool(pooled)) pooled = source(pooled);
  return {
    features: isClassifier && features !== input ? features : undefined,
    pooled: isPool(shaped) ? undefined : pooled,
    scores: passBack(output, SQUASHING),
  };
}

/** Gives the one tensor that an operation computes with; undefined where there are several, or none but weights. */
function sourceFinder(input: string, operations: Operations): (tensor: string) => string | undefined {
  const known = new Map<string, boolean>([[input, true]]);
  const isComputed = (tensor: string): boolean => {
    const found = known.get(tensor);
    if (found !== undefined) return found;
    // A loop in a damaged graph ends here.
    known.set(tensor, false);
    const computed = operations.get(tensor)?.inputs.some(isComputed) ?? false;
    known.set(tensor, computed);
    return computed;
  };
  return (tensor) => {
    const computed = operations.get(tensor)?.inputs.filter(isComputed) ?? [];
    return computed.length === 1 ? computed[0] : undefined;
  };
}

/** The first operation that a network's input goes into, where there is one. */
export function firstOperation(input: string, operations: Operations): string | undefined {
  return [...operations.values()].find(({ inputs }) => inputs.includes(input))?.op;
}
