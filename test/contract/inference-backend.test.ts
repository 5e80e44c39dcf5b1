import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../../src/classify/backend.ts';
import { openOnnxBackend } from '../../src/classify/onnx.ts';
import { seededRandom } from '../../src/train/seeded-random.ts';
import { tinyBackbone } from '../builders/tiny-backbone.ts';

const tiny = tinyBackbone(8, 5);
const PIXELS = tiny.size * tiny.size;

/** Every backend opens the same tiny network in its own format. */
const BACKENDS: { name: string; open: () => Promise<InferenceBackend> }[] = [
  { name: 'onnx', open: () => openOnnxBackend(tiny.model) },
];

function pictures(count: number): Uint8Array {
  const random = seededRandom(7);
  return Uint8Array.from({ length: count * PIXELS }, () => Math.floor(random() * 256));
}

function expected(image: Uint8Array): number[] {
  return Array.from({ length: tiny.length }, (_, at) =>
    image.reduce((sum, pixel, p) => sum + pixel * (tiny.weights[p * tiny.length + at] ?? 0), 0),
  );
}

describe.each(BACKENDS)('the $name backend', ({ name, open }) => {
  let backend: InferenceBackend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(async () => {
    await backend.close();
  });

  it('says what it is and what it takes and gives', () => {
    expect(backend).toMatchObject({ name, inputSize: tiny.size, embeddingLength: tiny.length });
  });

  it('gives the embedding that the network defines', async () => {
    const image = pictures(1);
    const embedding = await backend.embed(image, 1);
    // Sums of 64 products of up to 127: float32 keeps three decimals of them.
    expected(image).forEach((value, at) => expect(embedding[at]).toBeCloseTo(value, 2));
  });

  it('gives a batch in order, each picture as it gives it alone', async () => {
    const images = pictures(7);
    const batch = await backend.embed(images, 7);
    for (let at = 0; at < 7; at += 1) {
      const alone = await backend.embed(images.subarray(at * PIXELS, (at + 1) * PIXELS), 1);
      alone.forEach((value, d) => expect(batch[at * tiny.length + d]).toBeCloseTo(value, 3));
    }
  });

  it('answers calls that overlap each with its own pictures', async () => {
    const images = pictures(4);
    const parts = [0, 1, 2, 3].map((at) => images.subarray(at * PIXELS, (at + 1) * PIXELS));
    const together = await Promise.all(parts.map((part) => backend.embed(part, 1)));
    const whole = await backend.embed(images, 4);
    together.forEach((embedding, at) => embedding.forEach((v, d) => expect(v).toBeCloseTo(whole[at * 5 + d] ?? 0, 3)));
  });

  it('refuses bytes that are not the stated number of pictures', async () => {
    await expect(backend.embed(new Uint8Array(PIXELS - 1), 1)).rejects.toMatchObject({ code: 'classify/inference' });
    await expect(backend.embed(new Uint8Array(0), 0)).rejects.toMatchObject({ code: 'classify/inference' });
  });
});

describe('opening an ONNX backbone', () => {
  it('refuses what is no ONNX model', async () => {
    await expect(openOnnxBackend(new TextEncoder().encode('not a model'))).rejects.toMatchObject({
      code: 'classify/model',
    });
  });
});
