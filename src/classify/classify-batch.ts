import type { Classification } from '../domain/record.ts';
import { decide, topLabels } from './decide.ts';
import { embedImages } from './embed-images.ts';
import type { OpenHead, OpenModel } from './open-model.ts';

export interface ClassifiedImage {
  embedding: Float32Array;
  classification: Classification;
}

/**
 * Classifies pictures that {@link preprocess} has prepared; the answers are in the order of `images`. The same picture
 * gives the same answer in any batch. Throws `classify/inference`.
 */
export async function classifyBatch(images: readonly Uint8Array[], model: OpenModel): Promise<ClassifiedImage[]> {
  const embeddings = await embedImages(images, model.backend, model.batchSize);
  return embeddings.map((embedding) => ({ embedding, classification: classifyEmbedding(embedding, model) }));
}

/** Labels and decision of an embedding of the model's backbone and preprocessing; throws `classify/inference`. */
export function classifyEmbedding(embedding: Float32Array, head: OpenHead): Classification {
  const { manifest, ref, embeddingOrigin, options } = head;
  const labels = topLabels(manifest.labels, head.score(embedding));
  const verdict = decide(manifest, labels, head.similarity(embedding), options);
  return { model: ref, embedding: embeddingOrigin, labels, ...verdict };
}
