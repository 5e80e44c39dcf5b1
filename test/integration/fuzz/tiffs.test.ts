import { beforeAll, describe, expect, it } from 'vitest';
import { isIngestError } from '../../../src/domain/errors.ts';
import { VENDOR_TAG_NUMBERS } from '../../../src/metadata/vendor-tags.ts';
import { readerInto, readTiffFacts } from '../../../src/pipeline/tiff-facts.ts';
import { type DecodedPicture, decodePicture } from '../../../src/raster/decode-picture.ts';
import { toGrey8 } from '../../../src/raster/display.ts';
import { memorySource } from '../../../src/raster/memory-source.ts';
import { tiffCompleteness } from '../../../src/raster/tiff-complete.ts';
import { readTiff, type Tiff } from '../../../src/raster/tiff-directory.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { type Dice, dice } from '../../builders/dice.ts';
import { type Aim, byteMutations } from '../../builders/mutate-bytes.ts';
import { type CorpusFile, pictureCorpus } from './corpus.ts';
import { FUZZ_TIMEOUT_MS, fuzz, type Mutant } from './fuzz-run.ts';
import { checkHarvest } from './header-checks.ts';

interface Original extends CorpusFile {
  /** Where directories and the values they point to stand: damage there changes the structure, not a pixel. */
  places: readonly { offset: number; length: number }[];
}

const MAX_PIXEL_BYTES = 16 * 2 ** 20;
/** Space for the pictures of a mutant whose size was damaged, and for the codecs. */
const MAX_GROWTH_BYTES = 512 * 2 ** 20;

/** The fault that the program states, or undefined where it did the work; anything else is a bug. */
async function orFault<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isIngestError(error)) return undefined;
    throw error;
  }
}

async function originalOf({ name, bytes }: CorpusFile): Promise<Original> {
  const tiff = await orFault(readTiff(memorySource(bytes)));
  const pages = tiff?.pages.slice(0, 4) ?? [];
  const places = pages.flatMap(({ ifdOffset, entries }) => [
    { offset: ifdOffset, length: 2 + entries.size * (tiff?.bigTiff === true ? 20 : 12) + 4 },
    ...[...entries.values()]
      .filter(({ inline, byteLength }) => !inline && byteLength < 4096)
      .map(({ offset, byteLength }) => ({ offset, length: byteLength })),
  ]);
  return { name, bytes, places: [{ offset: 0, length: 16 }, ...places] };
}

function aimAt({ places }: Original): Aim {
  return (bytes, chosen) => {
    if (chosen.chance(0.15)) return chosen.below(Math.max(bytes.length, 1));
    const { offset, length } = chosen.pick(places);
    return Math.min(offset + chosen.below(length), Math.max(bytes.length - 1, 0));
  };
}

function mutantOf(originals: readonly Original[], chosen: Dice): Mutant {
  const original = chosen.pick(originals);
  const other = chosen.pick(originals).bytes;
  const mutations = byteMutations(aimAt(original));
  const how: string[] = [];
  let { bytes } = original;
  for (let times = chosen.chance(0.6) ? 1 : 2 + chosen.below(3); times > 0; times--) {
    const { name, apply } = chosen.pick(mutations);
    how.push(name);
    bytes = apply(bytes, chosen, other);
  }
  return { file: original.name, how, parts: new Map([['picture.tif', bytes]]) };
}

async function harvestOf(bytes: Uint8Array, tiff: Tiff, decoded: DecodedPicture | undefined): Promise<void> {
  const { widthPx, heightPx } = decoded?.picture.facts ?? { widthPx: 1024, heightPx: 768 };
  const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
  const input = { fileName: 'picture.tif', ...facts, sidecars: [], image: { widthPx, heightPx } };
  checkHarvest({ ...input, readAt: readerInto(bytes) }, bytes);
}

/** Judged complete or not, decoded or refused, harvested: all without an exception that is not an IngestError. */
async function checkPicture(bytes: Uint8Array): Promise<boolean> {
  expect(await tiffCompleteness(memorySource(bytes))).toHaveProperty('complete');
  const decoded = await orFault(decodePicture(bytes, { maxPixelBytes: MAX_PIXEL_BYTES }));
  if (decoded !== undefined) {
    const { widthPx, heightPx } = decoded.picture.facts;
    expect(toGrey8(decoded.picture).data).toHaveLength(widthPx * heightPx);
  }
  const tiff = decoded?.tiff ?? (await orFault(readTiff(memorySource(bytes))));
  if (tiff !== undefined) await harvestOf(bytes, tiff, decoded);
  return decoded !== undefined;
}

describe('damaged pictures', () => {
  let originals: Original[] = [];
  beforeAll(async () => {
    originals = await Promise.all(pictureCorpus().map(async (file) => await originalOf(file)));
  });

  it('are checked as they were before they are damaged', async () => {
    const decoded = await Promise.all(originals.map(async ({ bytes }) => await checkPicture(bytes)));
    expect(decoded.filter(Boolean).length).toBeGreaterThan(originals.length / 2);
  });

  it('become a picture or an IngestError, soon and in little memory', { timeout: FUZZ_TIMEOUT_MS }, async () => {
    let decoded = 0;
    await fuzz({
      kind: 'pictures',
      mutants: 3000,
      maxGrowthBytes: MAX_GROWTH_BYTES,
      make: (chosen) => mutantOf(originals, chosen),
      check: async ({ parts }) => {
        if (await checkPicture(parts.get('picture.tif') ?? new Uint8Array())) decoded++;
      },
    });
    // Mutants that are all refused at once would prove nothing.
    expect(decoded).toBeGreaterThan(0);
  });

  it('come out the same for the same seed', () => {
    const digest = (seed: number): string => {
      const { file, how, parts } = mutantOf(originals, dice(seed));
      return [file, ...how, sha256Hex(parts.get('picture.tif') ?? new Uint8Array())].join();
    };
    expect(digest(7)).toBe(digest(7));
    expect(digest(7)).not.toBe(digest(8));
  });
});
