import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { readTiff, type Tiff } from '../../../src/raster/tiff-directory.ts';
import { buildTiff, layoutTiff, type TiffSpec } from '../../builders/tiff-builder.ts';
import { rejection } from '../../expect-ingest-error.ts';

const read = (bytes: Uint8Array): Promise<Tiff> => readTiff(memorySource(bytes));
const readSpec = (spec: Partial<TiffSpec> = {}): Promise<Tiff> => read(buildTiff({ width: 5, height: 4, ...spec }));

const VARIANTS: [string, Partial<TiffSpec>][] = [true, false].flatMap((littleEndian) =>
  [true, false].flatMap((bigTiff) =>
    [true, false].map((ifdAtEnd): [string, Partial<TiffSpec>] => [
      `${littleEndian ? 'little' : 'big'} endian, ${bigTiff ? 'BigTIFF' : 'classic'}, directory ${ifdAtEnd ? 'last' : 'first'}`,
      { littleEndian, bigTiff, ifdAtEnd },
    ]),
  ),
);

describe('readTiff', () => {
  it.each(VARIANTS)('reads structure and raw tags: %s', async (_, variant) => {
    const raw = Uint8Array.from({ length: 300 }, (_value, i) => (i * 31) % 256);
    const tiff = await readSpec({
      ...variant,
      bits: 16,
      samples: 3,
      photometric: 2,
      rowsPerStrip: 3,
      tags: [
        { tag: 270, type: 'ASCII', value: 'Länge 5 µm' },
        { tag: 282, type: 'RATIONAL', value: [[1_000_000, 7]] },
        { tag: 34682, type: 'UNDEFINED', value: raw },
        { tag: 65000, type: 'DOUBLE', value: [0.1, -2] },
      ],
    });
    const [page] = tiff.pages;
    expect(tiff).toMatchObject({ littleEndian: variant.littleEndian, bigTiff: variant.bigTiff, damage: undefined });
    expect(page.image).toMatchObject({
      widthPx: 5,
      heightPx: 4,
      bitsPerSample: 16,
      samplesPerPixel: 3,
      sampleFormat: 'uint',
      planar: false,
      tiled: false,
      chunkHeightPx: 3,
    });
    expect(await page.text(270)).toBe('Länge 5 µm');
    expect([...((await page.numbers(282)) ?? [])]).toEqual([1_000_000 / 7]);
    expect((await page.tag(34682))?.bytes).toEqual(raw);
    expect([...((await page.numbers(65000)) ?? [])]).toEqual([0.1, -2]);
    expect(await page.tag(1234)).toBeUndefined();
  });

  it('reads tags that are not sorted', async () => {
    const tiff = await readSpec({ unsorted: true, tags: [{ tag: 305, type: 'ASCII', value: 'x' }] });
    expect(tiff.pages[0].image?.widthPx).toBe(5);
    expect(await tiff.pages[0].text(305)).toBe('x');
  });

  it('keeps the byte of a latin-1 micro sign that is no UTF-8', async () => {
    const tiff = await readSpec({ tags: [{ tag: 34118, type: 'ASCII', value: Uint8Array.of(0x31, 0xb5, 0x6d, 0) }] });
    expect((await tiff.pages[0].tag(34118))?.bytes).toEqual(Uint8Array.of(0x31, 0xb5, 0x6d, 0));
    expect(await tiff.pages[0].text(34118)).toBe('1µm');
  });

  it('reads every quotient of a tag with several rationals, signed ones too', async () => {
    const tiff = await readSpec({
      tags: [
        {
          tag: 65001,
          type: 'SRATIONAL',
          value: [
            [-1, 3],
            [5, -7],
          ],
        },
        {
          tag: 65002,
          type: 'RATIONAL',
          value: [
            [4_000_000_000, 1],
            [1, 0],
          ],
        },
      ],
    });
    const [page] = tiff.pages;
    expect([...((await page.numbers(65001)) ?? [])]).toEqual([-1 / 3, -5 / 7]);
    expect([...((await page.numbers(65002)) ?? [])]).toEqual([4_000_000_000, Number.POSITIVE_INFINITY]);
  });

  it('gives a tag of unknown type as one byte a value', async () => {
    const tiff = await readSpec({ tags: [{ tag: 65003, type: 99, value: Uint8Array.of(1, 2, 3, 4, 5, 6) }] });
    expect(await tiff.pages[0].tag(65003)).toEqual({
      tag: 65003,
      type: 99,
      count: 6,
      bytes: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(await tiff.pages[0].numbers(65003)).toBeUndefined();
  });

  it('lets the first of two equal tags count', async () => {
    const tiff = await readSpec({
      tags: [
        { tag: 65004, type: 'SHORT', value: 1 },
        { tag: 65004, type: 'SHORT', value: 2 },
      ],
    });
    expect((await tiff.pages[0].numbers(65004))?.[0]).toBe(1);
  });

  it('reads all pages and tells reduced ones apart', async () => {
    const tiff = await readSpec({
      morePages: [
        { width: 2, height: 2, tags: [{ tag: 254, type: 'LONG', value: 1 }] },
        { width: 7, height: 3 },
      ],
    });
    expect(tiff.pages.map((page) => page.image?.widthPx)).toEqual([5, 2, 7]);
    expect(tiff.pages.map((page) => page.image?.isFullPicture)).toEqual([true, false, true]);
  });
});

describe('readTiff on damaged files', () => {
  it('refuses what is no TIFF', async () => {
    const error = await rejection(read(new TextEncoder().encode('RIFFxxxxWAVE')), 'raster/not-a-picture');
    expect(error.message).toContain('52494646');
    await rejection(read(new Uint8Array()), 'raster/not-a-picture');
  });

  it('says where a directory past the end would stand', async () => {
    const { bytes, ifdOffsets } = layoutTiff({ width: 5, height: 4 });
    const error = await rejection(read(bytes.slice(0, ifdOffsets[0])), 'raster/truncated');
    expect(error.message).toContain(`at ${ifdOffsets[0]}`);
    expect(error.context['needsBytes']).toBe((ifdOffsets[0] ?? 0) + 2);
  });

  it('reports a file cut at any place behind its header as truncated', async () => {
    const { bytes } = layoutTiff({ width: 5, height: 4 });
    for (let length = 4; length < bytes.length; length++) {
      await rejection(read(bytes.slice(0, length)), 'raster/truncated');
    }
  });

  it('refuses an empty directory', async () => {
    const { bytes, ifdOffsets } = layoutTiff({ width: 5, height: 4 });
    bytes.fill(0, ifdOffsets[0]);
    await rejection(read(bytes), 'raster/corrupt');
  });

  it('refuses a BigTIFF that claims more entries than it could list, and allocates nothing for them', async () => {
    const { bytes, ifdOffsets } = layoutTiff({ width: 5, height: 4, bigTiff: true });
    new DataView(bytes.buffer).setBigUint64(ifdOffsets[0] ?? 0, 2n ** 60n, true);
    await rejection(read(bytes), 'raster/corrupt');
  });

  it('rejects only when asked for a tag whose count is beyond the file', async () => {
    const tiff = await readSpec({
      tags: [{ tag: 34682, type: 'BYTE', value: Uint8Array.of(1, 2, 3, 4, 5), declaredCount: 4_000_000_000 }],
    });
    const error = await rejection(tiff.pages[0].tag(34682), 'raster/truncated');
    expect(error.message).toContain('4000000000');
  });

  it('ends a chain of directories that loops, keeping the pages before', async () => {
    const { bytes, ifdOffsets, nextIfdPositions } = layoutTiff({
      width: 5,
      height: 4,
      morePages: [{ width: 6, height: 6 }],
    });
    new DataView(bytes.buffer).setUint32(nextIfdPositions[1] ?? 0, ifdOffsets[0] ?? 0, true);
    const tiff = await read(bytes);
    expect(tiff.pages).toHaveLength(2);
    expect(tiff.damage?.code).toBe('raster/corrupt');
  });

  it('keeps a sound first page when the next directory is past the end', async () => {
    const { bytes, nextIfdPositions } = layoutTiff({ width: 5, height: 4 });
    new DataView(bytes.buffer).setUint32(nextIfdPositions[0] ?? 0, 1_000_000, true);
    const tiff = await read(bytes);
    expect(tiff.pages[0].image?.widthPx).toBe(5);
    expect(tiff.damage?.code).toBe('raster/truncated');
  });

  it.each([
    ['no width', { omit: [256] }],
    ['a height of nought', { tags: [{ tag: 257, type: 'LONG', value: 0 }] }],
    ['a tile of nought', { tile: { width: 16, height: 16 }, tags: [{ tag: 322, type: 'LONG', value: 0 }] }],
  ] satisfies [string, Partial<TiffSpec>][])('says why a page with %s is no picture', async (_, spec) => {
    const tiff = await readSpec(spec);
    expect(tiff.pages[0].image).toBeUndefined();
    expect(tiff.pages[0].fault?.code).toBe('raster/corrupt');
  });
});
