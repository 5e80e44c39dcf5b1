import { describe, expect, it } from 'vitest';
import { firstOperation, type Operations, pathBehind } from '../../../src/classify/operations.ts';

/** Lines of "output = Op(inputs)". */
function operations(...lines: string[]): Operations {
  return new Map(
    lines.map((line) => {
      const [, output = '', op = '', inputs = ''] = /^(\S+) = (\S+)\((.*)\)$/.exec(line) ?? [];
      return [output, { op, inputs: inputs.split(', ').filter((name) => name !== '') }];
    }),
  );
}

const RESNET = ['c = Conv(x, w1)', 'r = Relu(c)', 'p = GlobalAveragePool(r)', 'f = Flatten(p)'];

describe('looking for features behind the scores of a network', () => {
  it('finds what the last dense layer is applied to', () => {
    const graph = operations(...RESNET, 'g = Gemm(f, w2, b2)', 's = Softmax(g)');
    expect(pathBehind('s', 'x', graph)).toEqual({ features: 'f', pooled: undefined, scores: 'g' });
  });

  it('passes the bias, shape and dequantisation of a classifier', () => {
    const graph = operations(
      ...RESNET,
      'w = DequantizeLinear(w2, scale)',
      'm = MatMul(f, w)',
      'b = Add(bias, m)',
      'q = QuantizeLinear(b, scale)',
      'd = DequantizeLinear(q, scale)',
      'y = Reshape(d, shape)',
    );
    expect(pathBehind('y', 'x', graph).features).toBe('f');
  });

  it('finds a classifier that is a convolution of pooled features', () => {
    const graph = operations(...RESNET, 'n = Conv2D(p, w2)', 'a = BiasAdd(n, b2)', 's = Softmax(a)');
    expect(pathBehind('s', 'x', graph).features).toBe('p');
  });

  it('takes the scores before softmax where a map of classes is pooled last', () => {
    const graph = operations('c = Conv(x, w)', 'n = Conv(c, w2)', 'p = GlobalAveragePool(n)', 's = Softmax(p)');
    expect(pathBehind('s', 'x', graph)).toMatchObject({ features: undefined, scores: 'p' });
  });

  it('names features that were pooled before further layers', () => {
    const graph = operations(...RESNET, 'h = Dense(f)', 'd = Dropout(h)', 'y = Dense(d)');
    expect(pathBehind('y', 'x', graph)).toEqual({ features: 'd', pooled: 'p', scores: 'y' });
  });

  it('takes no sum of two branches for a bias: a network without a classifier has none', () => {
    const graph = operations('a = MatMul(x, w1)', 'b = MatMul(a, w2)', 'y = Add(b, a)');
    expect(pathBehind('y', 'x', graph)).toMatchObject({ features: undefined, scores: 'y' });
    expect(pathBehind('f', 'x', operations(...RESNET))).toMatchObject({ features: undefined, scores: 'f' });
  });

  it('does not take the picture itself for features', () => {
    expect(pathBehind('y', 'x', operations('y = Gemm(x, w)')).features).toBeUndefined();
  });

  it('comes to an end in a graph with a loop', () => {
    expect(pathBehind('y', 'x', operations('y = Softmax(z)', 'z = Softmax(y)')).scores).toBe('y');
  });

  it('tells what the picture goes into first', () => {
    expect(firstOperation('x', operations(...RESNET))).toBe('Conv');
    expect(firstOperation('y', operations(...RESNET))).toBeUndefined();
  });
});
