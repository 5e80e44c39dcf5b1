import { describe, expect, it } from 'vitest';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { type Completeness, tiffCompleteness } from '../../../src/raster/tiff-complete.ts';
import { buildTiff, layoutTiff, type TiffSpec } from '../../builders/tiff-builder.ts';

const judge = (bytes: Uint8Array): Promise<Completeness> => tiffCompleteness(memorySource(bytes));

const header = Uint8Array.from({ length: 3000 }, (_, i) => 32 + (i % 90));
const SHAPES: [string, TiffSpec][] = [
  ['directory last', { width: 40, height: 30, rowsPerStrip: 7, tags: [{ tag: 34682, type: 'BYTE', value: header }] }],
  ['directory first', { width: 40, height: 30, rowsPerStrip: 7, ifdAtEnd: false }],
  ['BigTIFF, big endian', { width: 40, height: 30, bits: 16, bigTiff: true, littleEndian: false }],
  ['tiles', { width: 40, height: 30, tile: { width: 16, height: 16 }, compression: 8 }],
  ['two pages', { width: 9, height: 9, morePages: [{ width: 20, height: 20 }] }],
];

describe('tiffCompleteness', () => {
  it.each(SHAPES)('calls a whole file complete: %s', async (_, spec) => {
    expect(await judge(buildTiff(spec))).toEqual({ complete: true });
  });

  it.each(SHAPES)(
    'calls a file cut anywhere incomplete, and never asks for more than the whole: %s',
    async (_, spec) => {
      const bytes = buildTiff(spec);
      const step = Math.max(1, Math.floor(bytes.length / 500));
      for (let length = 0; length < bytes.length; length += step) {
        const verdict = await judge(bytes.slice(0, length));
        expect({ length, complete: verdict.complete }).toEqual({ length, complete: false });
        if (!verdict.complete) expect(verdict.needsBytes ?? 0).toBeLessThanOrEqual(bytes.length);
      }
    },
  );

  it('waits for a file of full size whose end is still zeros where the directory stands last', async () => {
    const { bytes, ifdOffsets } = layoutTiff({ width: 40, height: 30 });
    const reserved = bytes.slice();
    reserved.fill(0, ifdOffsets[0]);
    expect((await judge(reserved)).complete).toBe(false);
  });

  it('waits while the entries at the end of a directory are still zero', async () => {
    const { bytes, nextIfdPositions } = layoutTiff({ width: 40, height: 30 });
    bytes.fill(0, (nextIfdPositions[0] ?? 0) - 24);
    expect((await judge(bytes)).complete).toBe(false);
  });

  it('waits while the vendor header behind the pixels is still zero', async () => {
    const zeros = { tag: 34682, type: 'BYTE', value: new Uint8Array(3000) } as const;
    expect((await judge(buildTiff({ width: 40, height: 30, tags: [zeros] }))).complete).toBe(false);
  });

  it('does not wait because a text field is padded with NULs', async () => {
    const padded = { tag: 315, type: 'ASCII', value: new Uint8Array(64) } as const;
    expect(await judge(buildTiff({ width: 40, height: 30, tags: [padded] }))).toEqual({ complete: true });
  });

  it('waits while the header does not point to a directory yet', async () => {
    const bytes = buildTiff({ width: 40, height: 30 });
    bytes.fill(0, 4, 8);
    expect((await judge(bytes)).complete).toBe(false);
  });

  it('waits for files that are empty or still begin with zeros', async () => {
    expect((await judge(new Uint8Array())).complete).toBe(false);
    expect((await judge(new Uint8Array(5000))).complete).toBe(false);
  });

  it('lets other files go on by their content', async () => {
    expect(await judge(new TextEncoder().encode('plain text'))).toEqual({ complete: true, notTiff: true });
    expect(await judge(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toEqual({ complete: true, notTiff: true });
  });

  it.each([
    ['strips far outside a small file', { tags: [{ tag: 273, type: 'LONG', value: 2_000_000_000 }] }],
    ['a tag of gigabytes', { tags: [{ tag: 65000, type: 'BYTE', value: header, declaredCount: 3_000_000_000 }] }],
    ['no width', { omit: [256] }],
    ['too few strips', { rowsPerStrip: 1, tags: [{ tag: 273, type: 'LONG', value: [8, 9] }] }],
  ] satisfies [string, Partial<TiffSpec>][])('does not wait for ever for a file with %s', async (_, spec) => {
    const verdict = await judge(buildTiff({ width: 40, height: 30, ...spec }));
    expect(verdict).toMatchObject({ complete: true, damaged: expect.any(String) });
  });

  it('reads little of a large file', async () => {
    const bytes = buildTiff({ width: 1000, height: 1000, rowsPerStrip: 100 });
    const whole = memorySource(bytes);
    let fetched = 0;
    const counted = {
      size: whole.size,
      read(offset: number, length: number): Promise<Uint8Array> {
        fetched += length;
        return whole.read(offset, length);
      },
    };
    expect(await tiffCompleteness(counted)).toEqual({ complete: true });
    expect(fetched).toBeLessThan(2000);
  });
});
