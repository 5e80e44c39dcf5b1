import { describe, expect, it } from 'vitest';
import { layOut, pieceRows, pixelKernels } from '../../../src/raster/pixel-kernels.ts';

/** Numbers from 0 to `most` - 1, the same on every run. */
function noise(length: number, most: number): number[] {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor(state / 64) % most;
  });
}

/** Widths with and without a rest behind whole vectors. */
const SIZES = [
  [16, 8],
  [17, 9],
  [3, 4],
  [41, 32],
  [64, 33],
  [100, 7],
] as const;

function put32(heap: Uint8Array, at: number, values: readonly number[]): void {
  new Int32Array(heap.buffer, at, values.length).set(values);
}

function get32(heap: Uint8Array, at: number, length: number): number[] {
  return Array.from(new Int32Array(heap.buffer, at, length));
}

describe('the compiled kernels', () => {
  it('work on blocks that do not overlap and begin at a vector', () => {
    const sizes = [1, 100, 16, 3, 70_000] as const;
    const { at, heap } = layOut(...sizes);
    for (const [i, start] of at.entries()) {
      expect(start % 16).toBe(0);
      expect(start + (sizes[i] as number)).toBeLessThanOrEqual(at[i + 1] ?? heap.length);
    }
  });

  it('take at least one row, however long it is', () => {
    expect(pieceRows(100)).toBe(10_485);
    expect(pieceRows(2 ** 24)).toBe(1);
  });
});

/** The mean of bytes as libvips has it: a product with a quotient that was cut. */
function mean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0) + Math.floor(values.length / 2);
  return Math.floor((sum * Math.floor(2 ** 24 / values.length)) / 2 ** 24);
}

describe('averages', () => {
  it.each([2, 3, 5, 16, 300])('of %i rows, in pieces too', (factor) => {
    for (const [width, rowsOut] of SIZES) {
      const rows = rowsOut * factor;
      const pixels = noise(width * rows, 256);
      const expected = Array.from({ length: rowsOut * width }, (_, i) =>
        mean(
          Array.from(
            { length: factor },
            (__, k) => pixels[(Math.floor(i / width) * factor + k) * width + (i % width)] as number,
          ),
        ),
      );
      const { at, heap } = layOut(pixels.length, 2 * width, 4 * width, expected.length);
      const [source, scratch, sums, target] = at;
      heap.set(pixels, source);
      heap.fill(0, sums, sums + 4 * width);
      const cut = factor + 1;
      const kernels = pixelKernels();
      const first = kernels.shrinkRows(source, width, cut, factor, 0, scratch, sums, target);
      const behind = [source + cut * width, width, rows - cut, factor, 1] as const;
      const second = kernels.shrinkRows(...behind, scratch, sums, target + first * width);
      expect(first + second).toBe(rowsOut);
      expect(Array.from(heap.subarray(target, target + expected.length))).toEqual(expected);
    }
  });

  it.each([2, 3, 7])('of %i columns, the edge repeated beyond it', (factor) => {
    for (const [width, rows] of SIZES) {
      const pixels = noise(width * rows, 256);
      const columns = Math.ceil(width / factor);
      const { at, heap } = layOut(pixels.length, columns * rows);
      heap.set(pixels, at[0]);
      pixelKernels().shrinkColumns(at[0], width, rows, factor, columns, at[1]);
      const expected = Array.from({ length: columns * rows }, (_, i) => {
        const [row, column] = [Math.floor(i / columns), i % columns];
        const place = (k: number): number => row * width + Math.min(column * factor + k, width - 1);
        return mean(Array.from({ length: factor }, (__, k) => pixels[place(k)] as number));
      });
      expect(Array.from(heap.subarray(at[1], at[1] + columns * rows))).toEqual(expected);
    }
  });
});

describe('the kernels for detail', () => {
  it.each([1, 2, 3, 4])('sum squares of %i pixels up', (size) => {
    for (const [width, rows] of SIZES) {
      const stride = width * size + 5;
      const pixels = noise(stride * rows * size, 256);
      const { at, heap } = layOut(pixels.length, 4 * width * rows);
      heap.set(pixels, at[0]);
      pixelKernels().sumSquares(at[0], stride, size, width, rows, at[1]);
      const expected = Array.from({ length: width * rows }, (_, i) => {
        const corner = Math.floor(i / width) * size * stride + (i % width) * size;
        let sum = 0;
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) sum += pixels[corner + y * stride + x] as number;
        }
        return sum;
      });
      expect(get32(heap, at[1], width * rows)).toEqual(expected);
    }
  });

  it('halve the size, and leave odd rests out', () => {
    for (const [width, rows] of SIZES) {
      const values = noise(width * rows, 100_000);
      const [half, halfRows] = [width >> 1, rows >> 1];
      const { at, heap } = layOut(4 * values.length, 4 * half * halfRows);
      put32(heap, at[0], values);
      pixelKernels().halve(at[0], width, rows, at[1]);
      const value = (x: number, y: number): number => values[y * width + x] as number;
      const expected = Array.from({ length: half * halfRows }, (_, i) => {
        const [x, y] = [2 * (i % half), 2 * Math.floor(i / half)];
        return value(x, y) + value(x + 1, y) + value(x, y + 1) + value(x + 1, y + 1);
      });
      expect(get32(heap, at[1], half * halfRows)).toEqual(expected);
    }
  });

  it('give the energy of the Laplacian without rounding', () => {
    for (const [width, rows] of SIZES) {
      const values = noise(width * rows, 300_000);
      const { at, heap } = layOut(4 * values.length);
      put32(heap, at[0], values);
      let expected = 0;
      for (let y = 1; y < rows - 1; y++) {
        for (let x = 1; x < width - 1; x++) {
          const here = y * width + x;
          const [left, right, up, down] = [here - 1, here + 1, here - width, here + width].map(
            (i) => values[i] as number,
          );
          const value = 4 * (values[here] as number) - (left ?? 0) - (right ?? 0) - (up ?? 0) - (down ?? 0);
          expected += value * value;
        }
      }
      expect(pixelKernels().laplacianEnergy(at[0], width, rows)).toBe(expected);
    }
  });

  it.each([3, 1, 0, -3])('count noise in bins of 2 to the %i', (shift) => {
    const last = 500;
    for (const [width, rows] of SIZES) {
      const values = noise(width * rows, 1000);
      const { at, heap } = layOut(4 * values.length, 4 * width, 4 * (last + 1));
      put32(heap, at[0], values);
      heap.fill(0, at[2], at[2] + 4 * (last + 1));
      pixelKernels().countNoise(at[0], width, rows, shift, last, at[1], at[2]);
      const expected = Array.from({ length: last + 1 }, () => 0);
      for (let y = 1; y < rows - 1; y++) {
        for (let x = 1; x < width - 1; x += 2) {
          const down = (column: number): number =>
            [1, -2, 1].reduce((sum, weight, i) => sum + weight * (values[(y - 1 + i) * width + column] as number), 0);
          const bin = Math.min(last, Math.floor(Math.abs(down(x - 1) - 2 * down(x) + down(x + 1)) * 2 ** shift));
          expected[bin] = (expected[bin] ?? 0) + 1;
        }
      }
      expect(get32(heap, at[2], last + 1)).toEqual(expected);
    }
  });
});

describe('the kernels that stretch', () => {
  const lengths = [1, 3, 7, 8, 9, 16, 31, 100];

  it('find the smallest and the largest number, wherever they stand', () => {
    for (const length of lengths) {
      for (let place = 0; place < length; place++) {
        const values = noise(length, 60_000).map((value) => value + 100);
        values[place] = 65_535;
        values[(place + 3) % length] = length > 3 ? 7 : 65_535;
        const { at, heap } = layOut(2 * length);
        new Uint16Array(heap.buffer, at[0], length).set(values);
        const range = pixelKernels().rangeOfWords(at[0], length);
        expect([range >>> 16, range & 0xffff]).toEqual([Math.min(...values), Math.max(...values)]);
      }
    }
  });

  it('count the levels at every so many places', () => {
    const values = noise(1000, 256);
    for (const [first, step] of [
      [0, 1],
      [3, 7],
    ] as const) {
      const { at, heap } = layOut(1000, 4 * 256);
      heap.set(values, at[0]);
      heap.fill(0, at[1], at[1] + 4 * 256);
      pixelKernels().countLevels(at[0], 1000, first, step, at[1]);
      const expected = Array.from({ length: 256 }, () => 0);
      for (let i = first; i < 1000; i += step) expected[values[i] as number] = (expected[values[i] as number] ?? 0) + 1;
      expect(get32(heap, at[1], 256)).toEqual(expected);
    }
  });

  it('look bytes and words up', () => {
    for (const length of lengths) {
      const table = noise(65_536, 256);
      const { at, heap } = layOut(65_536, 2 * length, length);
      const [tableAt, source, target] = at;
      heap.set(table, tableAt);
      const words = noise(length, 65_536);
      new Uint16Array(heap.buffer, source, length).set(words);
      pixelKernels().mapWords(source, length, tableAt, target);
      expect(Array.from(heap.subarray(target, target + length))).toEqual(words.map((word) => table[word]));
      const bytes = noise(length, 256);
      heap.set(bytes, source);
      pixelKernels().mapBytes(source, length, tableAt, target);
      expect(Array.from(heap.subarray(target, target + length))).toEqual(bytes.map((byte) => table[byte]));
    }
  });
});

describe('countStrokes', () => {
  function strokes(line: readonly number[], longest = 4): { white: number; black: number } {
    const { at, heap } = layOut(line.length, 4, 4);
    heap.set(line, at[0]);
    pixelKernels().countStrokes(at[0], line.length, 1, 250, 200, longest, at[1], at[2]);
    return { white: get32(heap, at[1], 1)[0] ?? 0, black: get32(heap, at[2], 1)[0] ?? 0 };
  }
  const ground = (length: number): number[] => Array.from({ length: length }, () => 120);

  it('counts short runs of white and of black ink on grey ground, wherever in a row they begin', () => {
    for (let before = 3; before < 40; before++) {
      expect(strokes([...ground(before), 255, 251, ...ground(20)])).toEqual({ white: 1, black: 0 });
      expect(strokes([...ground(before), 0, 5, ...ground(9), 255, ...ground(3)])).toEqual({ white: 1, black: 1 });
    }
  });

  it('counts neither long runs, nor what is not quite ink, nor ink without ground beside it', () => {
    for (const length of [5, 16, 17, 40]) {
      expect(strokes([...ground(20), ...Array.from({ length: length }, () => 255), ...ground(20)])).toEqual({
        white: 0,
        black: 0,
      });
    }
    expect(strokes([...ground(10), 249, 6, ...ground(10)])).toEqual({ white: 0, black: 0 });
    expect(strokes([...ground(1), 255, ...ground(10)])).toEqual({ white: 0, black: 0 });
    expect(strokes([...ground(10), 255, ...ground(2)])).toEqual({ white: 0, black: 0 });
    expect(strokes([...ground(7), 230, 230, 230, 255, 230, 230, 230, ...ground(7)])).toEqual({ white: 0, black: 0 });
  });
});
