import { describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../../../src/classify/backend.ts';
import { embedImages } from '../../../src/classify/embed-images.ts';

/** Embeds a picture of one pixel as that pixel, and remembers the sizes of the batches. */
function pixelBackend(batches: number[]): InferenceBackend {
  return {
    name: 'pixel',
    inputSize: 1,
    embeddingLength: 1,
    embed: async (images, count) => {
      batches.push(count);
      return Float32Array.from(images, (pixel) => (pixel === 255 ? Number.NaN : pixel));
    },
    close: async () => undefined,
  };
}

const pictures = (...pixels: number[]) => pixels.map((pixel) => Uint8Array.of(pixel));

describe('embedding pictures', () => {
  it('feeds batches of the size asked for and keeps the order', async () => {
    const batches: number[] = [];
    const embeddings = await embedImages(pictures(5, 4, 3, 2, 1), pixelBackend(batches), 2);
    expect(batches).toEqual([2, 2, 1]);
    expect(embeddings.map(([value]) => value)).toEqual([5, 4, 3, 2, 1]);
  });

  it('gives embeddings that own their memory, so that one can be kept without the batch', async () => {
    const [first] = await embedImages(pictures(1, 2), pixelBackend([]), 8);
    expect(first?.buffer.byteLength).toBe(4);
  });

  it('refuses a picture of another size and an answer that is not finite', async () => {
    await expect(embedImages([new Uint8Array(2)], pixelBackend([]), 8)).rejects.toMatchObject({
      code: 'classify/inference',
    });
    await expect(embedImages(pictures(255), pixelBackend([]), 8)).rejects.toMatchObject({ code: 'classify/inference' });
  });
});
