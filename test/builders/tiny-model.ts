import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeHead } from '../../src/classify/head.ts';
import { loadModelFolder, type ModelFolder } from '../../src/classify/model-folder.ts';
import type { ModelManifest } from '../../src/classify/model-schema.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { modelManifest } from './model-manifest.ts';
import { tinyBackbone } from './tiny-backbone.ts';

export interface TinyModel {
  name: string;
  version?: string;
  labels: readonly string[];
  /** Of the backbone: another seed is another backbone. */
  seed?: number;
  /** [labels x 4]; default: the label at its own place in the embedding. */
  weights?: readonly number[];
  /** Content hashes of the images it was trained on; absent: it does not say. */
  trainedOn?: readonly string[];
  changes?: Partial<ModelManifest>;
}

const LENGTH = 4;

/** Writes a model that works (a backbone of one matrix, four numbers an embedding) below `root` and reads it again. */
export async function writeTinyModel(root: string, spec: TinyModel): Promise<ModelFolder> {
  const { name, version = '1', labels, seed = 1, trainedOn } = spec;
  const folder = join(root, name, version);
  const backbone = tinyBackbone(224, LENGTH, { seed }).model;
  const weights = spec.weights ?? labels.flatMap((_, label) => [0, 1, 2, 3].map((at) => Number(at === label)));
  const head = encodeHead({
    classes: labels.length,
    dim: LENGTH,
    weights: Float32Array.from(weights),
    bias: new Float32Array(labels.length),
    mean: new Float32Array(LENGTH),
    scale: new Float32Array(LENGTH).fill(1),
  });
  const { neighbours: _, ...manifest } = modelManifest({
    name,
    version,
    labels: [...labels],
    trainingImages: labels.map(() => ({ real: 50, simulated: 0 })),
    embeddingLength: LENGTH,
    backbone: { name: `tiny ${seed}`, file: 'backbone.onnx', sha256: sha256Hex(backbone) },
    head: { file: 'head.bin', sha256: sha256Hex(head) },
    ...spec.changes,
  });
  mkdirSync(folder, { recursive: true });
  if (trainedOn !== undefined) {
    const list = Buffer.from(`${JSON.stringify({ schemaVersion: 1, images: trainedOn })}\n`);
    manifest.training.images = { file: 'training.json', sha256: sha256Hex(list), count: trainedOn.length };
    writeFileSync(join(folder, 'training.json'), list);
  }
  writeFileSync(join(folder, 'backbone.onnx'), backbone);
  writeFileSync(join(folder, 'head.bin'), head);
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return await loadModelFolder(folder);
}
