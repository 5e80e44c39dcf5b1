import { encodeOnnxModel, type OnnxNode, type OnnxValue } from './onnx-graph.ts';

function value(name: string, shape: readonly (number | string)[]): OnnxValue {
  return { name, type: 'float32', shape };
}

/** out = now + momentum (now - before) */
function lookAhead(now: string, before: string, out: string): OnnxNode[] {
  return [
    { op: 'Sub', inputs: [now, before], outputs: [`${out}_d`] },
    { op: 'Mul', inputs: [`${out}_d`, 'momentum'], outputs: [`${out}_m`] },
    { op: 'Add', inputs: [now, `${out}_m`], outputs: [out] },
  ];
}

/**
 * One step of Nesterov's accelerated gradient on the weighted softmax cross-entropy with L2, in closed form: the
 * gradient of the loss at y = w + m (w - w') is X'(softmax(X y + b) - T) s + l2 y, which takes no training API.
 */
export function softmaxStepModel(): Uint8Array {
  return encodeOnnxModel({
    name: 'softmax-step',
    inputs: [
      value('x', ['rows', 'dim']),
      value('t', ['rows', 'classes']),
      value('s', ['rows', 1]),
      value('w', ['dim', 'classes']),
      value('w_before', ['dim', 'classes']),
      value('b', ['classes']),
      value('b_before', ['classes']),
      value('rate', []),
      value('bias_rate', []),
      value('momentum', []),
      value('l2', []),
    ],
    outputs: [value('w_next', ['dim', 'classes']), value('b_next', ['classes'])],
    constants: [{ name: 'rows_axis', shape: [1], data: BigInt64Array.of(0n) }],
    nodes: [
      ...lookAhead('w', 'w_before', 'wy'),
      ...lookAhead('b', 'b_before', 'by'),
      { op: 'Gemm', inputs: ['x', 'wy', 'by'], outputs: ['z'] },
      { op: 'Softmax', inputs: ['z'], outputs: ['p'] },
      { op: 'Sub', inputs: ['p', 't'], outputs: ['d'] },
      { op: 'Mul', inputs: ['d', 's'], outputs: ['ds'] },
      { op: 'Gemm', inputs: ['x', 'ds'], outputs: ['gw'], attributes: { transA: 1 } },
      { op: 'Mul', inputs: ['wy', 'l2'], outputs: ['pull'] },
      { op: 'Add', inputs: ['gw', 'pull'], outputs: ['g'] },
      { op: 'Mul', inputs: ['g', 'rate'], outputs: ['dw'] },
      { op: 'Sub', inputs: ['wy', 'dw'], outputs: ['w_next'] },
      { op: 'ReduceSum', inputs: ['ds', 'rows_axis'], outputs: ['gb'], attributes: { keepdims: 0 } },
      { op: 'Mul', inputs: ['gb', 'bias_rate'], outputs: ['db'] },
      { op: 'Sub', inputs: ['by', 'db'], outputs: ['b_next'] },
    ],
  });
}
