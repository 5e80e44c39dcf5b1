import { IngestError } from '../domain/errors.ts';
import type { EmbeddingOrigin, ModelRef } from '../domain/record.ts';
import type { InferenceBackend } from './backend.ts';
import type { DecisionOptions } from './decide.ts';
import { type ScoreEmbedding, scorerOf } from './head.ts';
import { loadModelFolder, type ModelFolder, readBackbone } from './model-folder.ts';
import type { ModelManifest } from './model-schema.ts';
import { type Neighbours, nearestSimilarity, unitVector } from './neighbours.ts';
import { openBackbone } from './open-backbone.ts';

/** The part of a model that works on embeddings: enough to classify an archive again without reading a pixel. */
export interface OpenHead {
  manifest: ModelManifest;
  ref: ModelRef;
  sha256: string;
  embeddingOrigin: EmbeddingOrigin;
  score: ScoreEmbedding;
  /**
   * Cosine to the nearest training image, or to any that is near enough for the guard; undefined where the model has no
   * outlier guard.
   */
  similarity: (embedding: Float32Array) => number | undefined;
  options: DecisionOptions;
}

/** A model ready to classify pictures. */
export interface OpenModel extends OpenHead {
  backend: InferenceBackend;
  /** Most pictures the network sees at once; more are fed in pieces. */
  batchSize: number;
  close(): Promise<void>;
}

export interface OpenModelOptions extends DecisionOptions {
  batchSize?: number;
  /** Inference threads, default 1. */
  threads?: number;
}

/** A batch of 8 runs at about the rate of one of 32 and needs a quarter of its activations. */
const BATCH_SIZE = 8;

/** Loads and checks a model folder and opens its backbone; throws `classify/model`. */
export async function openModel(folder: string, options: OpenModelOptions = {}): Promise<OpenModel> {
  const model = await loadModelFolder(folder);
  const { inputSize, embeddingLength, backbone } = model.manifest;
  const backend = await openBackbone(await readBackbone(model), {
    interface: backbone.interface,
    inputSize,
    threads: options.threads,
  });
  if (backend.inputSize !== inputSize || backend.embeddingLength !== embeddingLength) {
    await backend.close();
    throw new IngestError(
      'classify/model',
      `Opening the model ${model.ref.name} ${model.ref.version}, expected a backbone from ${inputSize} px to ${embeddingLength} numbers, found one from ${backend.inputSize} px to ${backend.embeddingLength}.`,
    );
  }
  return {
    ...openHead(model, options),
    backend,
    batchSize: options.batchSize ?? BATCH_SIZE,
    close: () => backend.close(),
  };
}

/** The head of a model without its backbone, for embeddings that are already there. */
export function openHead(model: ModelFolder, options: DecisionOptions = {}): OpenHead {
  const { manifest, ref, sha256, head, neighbours } = model;
  return {
    manifest,
    ref,
    sha256,
    embeddingOrigin: {
      backboneSha256: manifest.backbone.sha256,
      preprocessing: manifest.preprocessing,
      dimensions: manifest.embeddingLength,
    },
    score: scorerOf(head, manifest.calibration.temperature),
    similarity: similarityTo(neighbours, model),
    options,
  };
}

/** Most pictures are near to one of the first that are looked at: it ends there, a tenth of the way. */
function similarityTo(
  neighbours: Neighbours | undefined,
  { head, manifest }: Pick<ModelFolder, 'head' | 'manifest'>,
): OpenHead['similarity'] {
  if (neighbours === undefined) return () => undefined;
  const enough = manifest.neighbours?.below;
  return (embedding) => nearestSimilarity(neighbours, unitVector(head, embedding), enough);
}
