import { describe, expect, it } from 'vitest';
import { arrayStorage, STRIP_BYTES, stackStorage, stripRows } from '../../../src/convert/hdf5-storage.ts';

const MiB = 2 ** 20;

describe('how an array is stored', () => {
  it.each([
    ['a picture', [1024, 1536], 2],
    ['32 MiB', [4096, 4096], 2],
    ['a header of 8 MiB', [8 * MiB], 1],
  ] as const)('is whole without compression: %s', (_, shape, sampleBytes) => {
    expect(arrayStorage(shape, sampleBytes, 'none')).toBeUndefined();
  });

  it.each([
    ['a thumbnail', [256, 256], 1],
    ['an axis', [100_000], 8],
    ['a JPEG', [8 * MiB], 1],
  ] as const)('is whole with compression: %s', (_, shape, sampleBytes) => {
    expect(arrayStorage(shape, sampleBytes, 'gzip')).toBeUndefined();
  });

  it.each([
    ['grey', [1103, 1536], 2, [256, 256]],
    ['lower than a chunk', [100, 4000], 1, [100, 256]],
    ['interleaved colour', [600, 800, 3], 1, [256, 256, 3]],
    ['planar colour', [3, 600, 800], 1, [1, 256, 256]],
    ['a wide row of 16 MiB, whose strips are one row', [64, 8 * MiB], 2, [1, 65_536]],
  ] as const)('is deflated in chunks of 256 x 256, cut to the picture: %s', (_, shape, sampleBytes, chunks) => {
    expect(arrayStorage(shape, sampleBytes, 'gzip')).toEqual({ chunks, compression: 1, compression_opts: [1] });
  });

  it.each([
    ['grey', [20_000, 30_000], 1, [278, 3750]],
    ['one column too many', [1025, 40_000], 1, [205, 5000]],
    ['interleaved colour', [9000, 9000, 3], 1, [300, 3000, 3]],
    ['planar colour', [3, 9000, 9000], 1, [1, 1000, 1000]],
    ['bytes of a file', [40 * MiB], 1, [MiB]],
  ] as const)('is cut evenly where it is large: %s', (_, shape, sampleBytes, chunks) => {
    const storage = arrayStorage(shape, sampleBytes, 'none');
    expect(storage).toEqual({ chunks, compression: 0, compression_opts: [] });
  });

  it('never cuts a chunk that strips meet in', () => {
    for (const [rows, columns, sampleBytes] of [
      [20_000, 30_000, 1],
      [300, 4_000_000, 8],
      [70_000, 70_000, 2],
    ] as const) {
      for (const compression of ['none', 'gzip'] as const) {
        const [chunkRows = 0] = arrayStorage([rows, columns], sampleBytes, compression)?.chunks ?? [];
        const strip = stripRows(columns * sampleBytes, chunkRows);
        expect(strip % chunkRows).toBe(0);
        expect(strip * columns * sampleBytes).toBeLessThanOrEqual(Math.max(STRIP_BYTES, columns * sampleBytes));
      }
    }
  });
});

describe('how a stack is stored', () => {
  it('has one picture a chunk at the most', () => {
    expect(stackStorage([50, 768, 1024], 1, 'none').chunks).toEqual([1, 768, 1024]);
    expect(stackStorage([50, 1103, 1536], 2, 'none').chunks).toEqual([1, 552, 768]);
    expect(stackStorage([2, 68, 68], 4, 'gzip').chunks).toEqual([1, 68, 68]);
    expect(stackStorage([50, 1103, 1536], 2, 'gzip')).toEqual({
      chunks: [1, 256, 256],
      compression: 1,
      compression_opts: [1],
    });
  });
});
