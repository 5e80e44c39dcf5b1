import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';
import { sharedDir } from '../../shared-folder.ts';

interface Described {
  shape: number[];
  dtype: string;
  sha256: string;
}
interface DescribedPage extends Described {
  grey?: Described;
}
interface Expected {
  tifffile: string;
  pictures: Record<string, DescribedPage & { pages?: DescribedPage[] }>;
}

const fixture = resolve(import.meta.dirname, '../../fixtures/tifffile-planes.json');
const expected = JSON.parse(await readFile(fixture, 'utf8')) as Expected;
const shared = sharedDir();

const DTYPES: Record<string, string> = { BigUint64Array: 'uint64', BigInt64Array: 'int64' };

function describeArray(shape: readonly number[], data: SampleArray): Described {
  const name = data.constructor.name;
  const dtype = DTYPES[name] ?? name.replace('Array', '').toLowerCase();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { shape: [...shape], dtype, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The array that tifffile would give: all samples of true colour, else the plane. */
function asTifffile({ plane, colour, storedColour }: Picture): Described {
  if (storedColour) return describeArray(storedColour.shape, storedColour.data);
  if (colour) return describeArray([colour.heightPx, colour.widthPx, 3], colour.data);
  return describeArray([plane.heightPx, plane.widthPx], plane.data);
}

describe.skipIf(shared === undefined)('decodePicture against tifffile', () => {
  it.each(Object.keys(expected.pictures))('decodes every page of %s bit for bit', async (path) => {
    const bytes = await readFile(join(shared as string, 'samples', path));
    const { pages = [], ...first } = expected.pictures[path] as DescribedPage & { pages?: DescribedPage[] };
    for (const [page, { grey, ...whole }] of [first, ...pages].entries()) {
      const { picture, tiff } = await decodePicture(bytes, { maxPixelBytes: 64 * 2 ** 20, page });
      expect(asTifffile(picture), `page ${page}`).toEqual(grey ?? whole);
      expect(tiff?.pages).toHaveLength(1 + pages.length);
    }
  });
});
