import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import { toGrey8 } from '../../../src/raster/display.ts';
import { resizeGrey } from '../../../src/raster/resize.ts';
import { triangleResize } from '../../../src/raster/triangle-resize.ts';
import { sharedDir } from '../../shared-folder.ts';

const shared = sharedDir();

/** triangleResize is Pillow's BILINEAR bit for bit (see its unit test): what models are trained with elsewhere. */
describe.skipIf(shared === undefined)('resizeGrey on real pictures', () => {
  it.each([
    ['fei/1_1.tif', 0],
    ['fei/Mus.-800_019.tif', 0.7],
    // Every pixel is noise here: the most that was seen.
    ['fei/baseline_eb.tif', 1.5],
    ['hitachi/sample-１_200倍(x200).tif', 0.5],
    ['tescan/image_ChanA_000003.tif', 0.5],
    ['zeiss/125nm_03.tif', 0.7],
    ['zeiss/dataset1_BSE_image10_13_1.tif', 0.4],
    ['other/test_loading_image_saved_with_DM.tif', 0],
  ])('differs from Pillow in %s by at most %d grey levels on average', async (name, limit) => {
    const bytes = await readFile(join(shared as string, 'samples/headers', name));
    const grey = toGrey8((await decodePicture(bytes, { maxPixelBytes: 2 ** 26 })).picture);
    const resized = resizeGrey(grey, 224, 224);
    const size = { width: grey.widthPx, height: grey.heightPx };
    const exact = triangleResize(grey.data, size, { width: 224, height: 224 });
    const off = resized.reduce((sum, value, i) => sum + Math.abs(value - (exact[i] as number)), 0);
    expect(off / resized.length).toBeLessThanOrEqual(limit);
  });
});
