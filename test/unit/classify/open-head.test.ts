import { expect, it } from 'vitest';
import { classifyEmbedding } from '../../../src/classify/classify-batch.ts';
import type { ModelFolder } from '../../../src/classify/model-folder.ts';
import { nearestSimilarity, unitVector } from '../../../src/classify/neighbours.ts';
import { openHead } from '../../../src/classify/open-model.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';
import { modelManifest } from '../../builders/model-manifest.ts';

const DIM = 4;

it('gives the answer that a look at every training image gives, of pictures near to them and far', () => {
  const random = seededRandom(3);
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, () => 2 * random() - 1);
  const plain = { mean: new Float32Array(DIM), scale: new Float32Array(DIM).fill(1) };
  const count = 13;
  const vectors = Float32Array.from(Array.from({ length: count }, () => [...unitVector(plain, numbers(DIM))]).flat());
  const neighbours = { count, dim: DIM, vectors };
  const guard = { file: 'neighbours.bin', sha256: '0'.repeat(64), count, below: 0.8 };
  const model: ModelFolder = {
    folder: '',
    manifest: { ...modelManifest(), neighbours: guard },
    sha256: 'c'.repeat(64),
    ref: { name: 'tiny', version: '1', sha256: 'c'.repeat(64) },
    head: { classes: 3, dim: DIM, weights: numbers(3 * DIM), bias: numbers(3), ...plain },
    neighbours,
  };
  const head = openHead(model);
  const exact = { ...head, similarity: (e: Float32Array) => nearestSimilarity(neighbours, unitVector(plain, e)) };
  const embeddings = Array.from({ length: 200 }, () => numbers(DIM));
  const answers = embeddings.map((embedding) => classifyEmbedding(embedding, head));
  expect(answers).toEqual(embeddings.map((embedding) => classifyEmbedding(embedding, exact)));
  const outliers = answers.filter(({ reason }) => reason.startsWith('Unlike every training image')).length;
  expect(outliers).toBeGreaterThan(10);
  expect(outliers).toBeLessThan(190);
});
