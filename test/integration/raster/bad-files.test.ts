import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IngestError } from '../../../src/domain/errors.ts';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import { toGrey8, toRgb8 } from '../../../src/raster/display.ts';
import { openFileSource } from '../../../src/raster/file-source.ts';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { tiffCompleteness } from '../../../src/raster/tiff-complete.ts';
import { sharedDir } from '../../shared-folder.ts';

const shared = sharedDir();
const folder = shared === undefined ? '' : join(shared, 'samples/bad');
const files = shared === undefined ? [] : readdirSync(folder);

/** What follows in this file is referred to by a vendor's own pointers only. */
const SHARE_REFERRED_TO: Record<string, number> = { 'olympus-sis/olympus_SIS.tif': 0.4 };

const MAX_PIXEL_BYTES = 64 * 2 ** 20;
const MAX_MS = 5_000;
/** The largest picture among them takes 11 MB decoded; the rest is room for the codecs. */
const MAX_GROWTH_BYTES = 128 * 2 ** 20;

async function decodeAll(bytes: Uint8Array): Promise<unknown> {
  try {
    const { picture } = await decodePicture(bytes, { maxPixelBytes: MAX_PIXEL_BYTES });
    toRgb8(picture);
    return toGrey8(picture).data.length === picture.facts.widthPx * picture.facts.heightPx;
  } catch (error) {
    return error;
  }
}

describe.skipIf(shared === undefined)('broken files', () => {
  it.each(files)('end in a picture or an IngestError, soon and in little memory: %s', async (name) => {
    const bytes = await readFile(join(folder, name));
    const rss = process.memoryUsage().rss;
    const started = performance.now();
    const outcome = await decodeAll(bytes);
    expect(performance.now() - started).toBeLessThan(MAX_MS);
    expect(process.memoryUsage().rss - rss).toBeLessThan(MAX_GROWTH_BYTES);
    if (outcome !== true) expect(outcome).toBeInstanceOf(IngestError);
  });

  it.each(files)('are judged complete or not without an exception: %s', async (name) => {
    const source = await openFileSource(join(folder, name));
    try {
      expect(await tiffCompleteness(source)).toHaveProperty('complete');
    } finally {
      await source.close();
    }
  });

  it.each([
    'imagetiff_inf_loop_id=000032_src=000558_000248_op=splice_rep=8.tif',
    'imagetiff_oom_crash_id=000001_sig=06_src=000000_op=havoc_rep=8.tif',
    'nexuslims_quanta_corrupt_strips_quad1image_001.tif',
    'pillow_multipage_single_frame_loop.tiff',
  ])('with nonsense in them are not waited for: %s', async (name) => {
    const source = await openFileSource(join(folder, name));
    expect(await tiffCompleteness(source)).toMatchObject({ complete: true, damaged: expect.any(String) });
    await source.close();
  });
});

describe.skipIf(shared === undefined)('whole files', () => {
  const whole = shared === undefined ? [] : readdirSync(join(shared, 'samples/headers'), { recursive: true });
  const tiffs = whole.map((name) => String(name).replaceAll('\\', '/')).filter((name) => /\.tiff?$/.test(name));

  it.each(tiffs)('are complete, and cut short they are not: %s', async (name) => {
    const path = join(shared as string, 'samples/headers', name);
    const source = await openFileSource(path);
    expect(await tiffCompleteness(source)).toEqual({ complete: true });
    await source.close();
    const bytes = await readFile(path);
    const cut = memorySource(bytes.subarray(0, Math.floor(bytes.length * (SHARE_REFERRED_TO[name] ?? 0.99))));
    expect((await tiffCompleteness(cut)).complete).toBe(false);
  });
});
