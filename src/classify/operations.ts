/** The operation that gives each tensor of a network, by the tensor's name, with the tensors that it is made of. */
export type Operations = ReadonlyMap<string, { op: string; inputs: readonly string[] }>;

/** Operations that only shape, scale or squash what a classifier's last weights gave: ONNX, TensorFlow and Keras. */
const AFTER_CLASSES = new Set(
  `Softmax LogSoftmax Sigmoid Identity Reshape Squeeze Flatten Cast Dropout Activation BiasAdd Add AddV2 QuantizeLinear
  DequantizeLinear`.split(/\s+/),
);
const DENSE = new Set(['Gemm', 'MatMul', '_FusedMatMul', 'Dense']);
const CONVOLUTIONS = new Set(['Conv', 'Conv2D', '_FusedConv2D']);
const POOLS = new Set(
  'GlobalAveragePool GlobalMaxPool AveragePool AvgPool Mean ReduceMean GlobalAveragePooling2D GlobalMaxPooling2D'.split(
    ' ',
  ),
);
const CONSTANTS = new Set(['Const', 'Constant']);

/**
 * The tensor that a classifier's last weights are applied to, found backwards from its scores: the pooled features of the
 * layer before. Undefined where `output` is not made by such weights, as of a network without a classifier.
 */
export function featuresBehind(output: string, operations: Operations): string | undefined {
  const last = passBack(output, operations);
  const made = operations.get(last);
  const features = made && mainInput(made.inputs, operations);
  if (made === undefined || features === undefined) return undefined;
  if (DENSE.has(made.op)) return features;
  // Some classifiers are convolutions of one pixel: of pooled features, where others are of a map still to be pooled.
  const isPooled = POOLS.has(operations.get(passBack(features, operations))?.op ?? '');
  return CONVOLUTIONS.has(made.op) && isPooled ? features : undefined;
}

/** The first operation that a network's input goes into, where there is one. */
export function firstOperation(input: string, operations: Operations): string | undefined {
  return [...operations.values()].find(({ inputs }) => inputs.includes(input))?.op;
}

/** The nearest tensor at or behind `tensor` that more than {@link AFTER_CLASSES} made. */
function passBack(tensor: string, operations: Operations): string {
  const seen = new Set<string>();
  let here = tensor;
  for (;;) {
    const made = operations.get(here);
    const before = made && mainInput(made.inputs, operations);
    if (made === undefined || before === undefined || !AFTER_CLASSES.has(made.op) || seen.has(here)) return here;
    seen.add(here);
    here = before;
  }
}

/** The input that is computed; the others are weights. */
function mainInput(inputs: readonly string[], operations: Operations): string | undefined {
  return inputs.find((name) => {
    const made = operations.get(name);
    return made !== undefined && !CONSTANTS.has(made.op);
  });
}
