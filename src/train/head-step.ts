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

/** The layer's output `z{at}`, and `a{at}` after its rectified units where another layer follows. */
function forward(at: number, last: boolean): OnnxNode[] {
  return [
    ...lookAhead(`w${at}`, `w${at}_before`, `wy${at}`),
    ...lookAhead(`b${at}`, `b${at}_before`, `by${at}`),
    { op: 'Gemm', inputs: [inputOf(at), `wy${at}`, `by${at}`], outputs: [`z${at}`] },
    ...(last ? [] : [{ op: 'Relu', inputs: [`z${at}`], outputs: [`a${at}`] }]),
  ];
}

function inputOf(at: number): string {
  return at === 0 ? 'x' : `a${at - 1}`;
}

/** From the loss's gradient in `z{at}`, `dz{at}`: the next weights, and the gradient in the layer before. */
function backward(at: number): OnnxNode[] {
  return [
    { op: 'Gemm', inputs: [inputOf(at), `dz${at}`], outputs: [`gw${at}`], attributes: { transA: 1 } },
    { op: 'Mul', inputs: [`wy${at}`, 'l2'], outputs: [`pull${at}`] },
    { op: 'Add', inputs: [`gw${at}`, `pull${at}`], outputs: [`g${at}`] },
    { op: 'Mul', inputs: [`g${at}`, `rate${at}`], outputs: [`dw${at}`] },
    { op: 'Sub', inputs: [`wy${at}`, `dw${at}`], outputs: [`w${at}_next`] },
    { op: 'ReduceSum', inputs: [`dz${at}`, 'rows_axis'], outputs: [`gb${at}`], attributes: { keepdims: 0 } },
    { op: 'Mul', inputs: [`gb${at}`, `bias_rate${at}`], outputs: [`db${at}`] },
    { op: 'Sub', inputs: [`by${at}`, `db${at}`], outputs: [`b${at}_next`] },
    ...(at === 0 ? [] : throughUnits(at)),
  ];
}

/** A rectified unit passes the gradient on where it is above zero; there it is as its sign says. */
function throughUnits(at: number): OnnxNode[] {
  return [
    { op: 'Gemm', inputs: [`dz${at}`, `wy${at}`], outputs: [`da${at - 1}`], attributes: { transB: 1 } },
    { op: 'Sign', inputs: [`a${at - 1}`], outputs: [`on${at - 1}`] },
    { op: 'Mul', inputs: [`da${at - 1}`, `on${at - 1}`], outputs: [`dz${at - 1}`] },
  ];
}

function parameters(at: number, suffix: string): OnnxValue[] {
  return [value(`w${at}${suffix}`, [`width${at}`, `width${at + 1}`]), value(`b${at}${suffix}`, [`width${at + 1}`])];
}

/**
 * One step of Nesterov's accelerated gradient for a head of `count` layers, in closed form, which takes no training API:
 * the gradient in the last layer's output is (softmax(z) - targets) · shares. Inputs are x, t, s (rows), for layer k
 * w{k}, w{k}_before, b{k}, b{k}_before, rate{k}, bias_rate{k}, then momentum and l2; outputs are w{k}_next, b{k}_next.
 */
export function headStepModel(count: number): Uint8Array {
  const layers = Array.from({ length: count }, (_, at) => at);
  const last = count - 1;
  return encodeOnnxModel({
    name: 'head-step',
    inputs: [
      value('x', ['rows', 'width0']),
      value('t', ['rows', `width${count}`]),
      value('s', ['rows', 1]),
      ...layers.flatMap((at) => [
        ...parameters(at, ''),
        ...parameters(at, '_before'),
        value(`rate${at}`, []),
        value(`bias_rate${at}`, []),
      ]),
      value('momentum', []),
      value('l2', []),
    ],
    outputs: layers.flatMap((at) => parameters(at, '_next')),
    constants: [{ name: 'rows_axis', shape: [1], data: BigInt64Array.of(0n) }],
    nodes: [
      ...layers.flatMap((at) => forward(at, at === last)),
      { op: 'Softmax', inputs: [`z${last}`], outputs: ['p'] },
      { op: 'Sub', inputs: ['p', 't'], outputs: ['d'] },
      { op: 'Mul', inputs: ['d', 's'], outputs: [`dz${last}`] },
      ...layers.toReversed().flatMap(backward),
    ],
  });
}
