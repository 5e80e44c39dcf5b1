import { IngestError } from '../domain/errors.ts';
import type { InferenceBackend } from './backend.ts';

/**
 * Embeds prepared pictures in batches of at most `batchSize`, one embedding a picture in their order. Throws
 * `classify/inference` where a picture has another size than the network's input, or an embedding is not finite.
 */
export async function embedImages(
  images: readonly Uint8Array[],
  backend: InferenceBackend,
  batchSize: number,
): Promise<Float32Array[]> {
  const embeddings: Float32Array[] = [];
  for (let start = 0; start < images.length; start += batchSize) {
    const batch = images.slice(start, start + batchSize);
    const values = await backend.embed(joined(batch, backend.inputSize), batch.length);
    if (!values.every(Number.isFinite)) {
      throw new IngestError('classify/inference', 'Embedding a picture, the network gave a number that is not finite.');
    }
    const length = backend.embeddingLength;
    batch.forEach((_, at) => embeddings.push(values.slice(at * length, (at + 1) * length)));
  }
  return embeddings;
}

function joined(images: readonly Uint8Array[], inputSize: number): Uint8Array {
  const pixels = inputSize * inputSize;
  const out = new Uint8Array(images.length * pixels);
  images.forEach((image, at) => {
    if (image.length !== pixels) {
      throw new IngestError(
        'classify/inference',
        `Embedding a picture, expected ${inputSize} x ${inputSize} grey bytes, found ${image.length}.`,
      );
    }
    out.set(image, at * pixels);
  });
  return out;
}
