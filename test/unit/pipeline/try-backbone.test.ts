import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../../../src/classify/backend.ts';
import { tryBackbone } from '../../../src/pipeline/try-backbone.ts';
import { demoPictures } from '../../../src/pipeline/try-pictures.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const SIZE = 32;
const PIXELS = SIZE * SIZE;
const { signal } = new AbortController();

let pictures: string[];
beforeAll(async () => {
  pictures = (await demoPictures()).slice(0, 3);
});

type Embed = (image: Uint8Array, at: number, count: number) => number[];

function backend(embed: Embed, embeddingLength = 2): InferenceBackend {
  return {
    name: 'test',
    embeddingLength,
    inputSize: SIZE,
    embed: (images, count) =>
      Promise.resolve(
        Float32Array.from(
          Array.from({ length: count }, (_, at) =>
            embed(images.subarray(at * PIXELS, (at + 1) * PIXELS), at, count),
          ).flat(),
        ),
      ),
    close: () => Promise.resolve(),
  };
}

function meanOf(image: Uint8Array): number {
  return image.reduce((sum, level) => sum + level, 0) / image.length;
}

describe('trying a backbone on real pictures', () => {
  it('passes one that tells pictures apart, and says how well', async () => {
    const trial = await tryBackbone(
      backend((image) => [meanOf(image), image[0] ?? 0, 7], 3),
      pictures,
      signal,
    );
    expect(trial).toMatchObject({ pictures: 3, unread: [], deadNumbers: 1 });
    expect(trial.meanCosine).toBeGreaterThan(0);
    expect(trial.meanCosine).toBeLessThan(1);
  });

  it.each<[string, Embed, RegExp]>([
    ['numbers that are not finite', () => [Number.NaN, 1], /not finite/],
    ['one number throughout', () => [3, 3], /embeddings of different numbers, found 3 throughout/],
    ['the same for different pictures', () => [1, 2], /different embeddings of different pictures, found the same of/],
    [
      'something else for a batch than for its pictures',
      (image, _, count) => [meanOf(image), meanOf(image) * count, 1],
      /the same embedding in a batch and alone/,
    ],
    ['the pictures of a batch in another order', (image, at) => [meanOf(image) + at, 1], /in a batch and alone/],
  ])('refuses one that gives %s', async (_, embed, reason) => {
    const attempt = tryBackbone(backend(embed, embed(new Uint8Array(PIXELS), 0, 1).length), pictures, signal);
    await expect(attempt).rejects.toMatchObject({ code: 'classify/model', message: expect.stringMatching(reason) });
  });

  it('lists pictures that cannot be read, counts the same picture once, and needs two', async () => {
    const broken = join(temporaryFolder(), 'broken.tif');
    writeFileSync(broken, 'no picture');
    const good = backend((image) => [meanOf(image), 1]);
    const trial = await tryBackbone(good, [...pictures, broken, pictures[0] ?? ''], signal);
    expect(trial).toMatchObject({ pictures: 3, unread: [{ file: broken }] });
    await expect(tryBackbone(good, [broken, pictures[0] ?? ''], signal)).rejects.toThrow(/two different pictures/);
  });
});
