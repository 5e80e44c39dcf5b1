import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyEmbedding } from '../../../src/classify/classify-batch.ts';
import { openModel } from '../../../src/classify/open-model.ts';
import { createLog } from '../../../src/log.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import type { EmbedOutcome } from '../../../src/train/dataset.ts';
import { openTrainer } from '../../../src/train/open-trainer.ts';
import { type RetrainInput, type RetrainOutcome, retrain } from '../../../src/train/retrain.ts';
import { type HeadTrainer, rowOf, type TrainingSet } from '../../../src/train/trainer.ts';
import { rings } from '../../builders/clusters.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { tinyBackbone } from '../../builders/tiny-backbone.ts';

const log = createLog('silent');
const LABELS = ['Inside', 'Around'];
const BACKBONE = tinyBackbone(224, 6).model;

let trainers: HeadTrainer[];
beforeAll(async () => {
  trainers = await Promise.all([openTrainer('onnx'), openTrainer('wasm')]);
});
afterAll(async () => {
  for (const trainer of trainers) await trainer.close();
});

/** Files that stand for pictures whose embeddings are those of `set`: one class lies around the other. */
function ringImages(set: TrainingSet): RetrainInput & { embed: (files: string[]) => AsyncGenerator<EmbedOutcome> } {
  const folder = temporaryFolder();
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  const files = Array.from({ length: set.count }, (_, row) => join(pictures, `${row}.tif`));
  files.forEach((file, row) => writeFileSync(file, String(row)));
  const backbone = join(folder, 'backbone.onnx');
  writeFileSync(backbone, BACKBONE);
  return {
    images: files.map((file, row) => ({ file, label: LABELS[set.labels[row] ?? 0] ?? '' })),
    name: 'rings',
    modelsFolder: join(folder, 'models'),
    cacheFolder: join(folder, 'cache'),
    backbone: { name: 'tiny', file: backbone },
    // Of 1,600 points in six dimensions all have a near one.
    nearDuplicates: 'ignored',
    async *embed(asked) {
      for (const file of asked) {
        const bytes = readFileSync(file);
        yield { file, sha256: sha256Hex(bytes), embedding: rowOf(set, Number(bytes.toString())) };
      }
    },
  };
}

async function train(input: ReturnType<typeof ringImages>, trainer: number): Promise<RetrainOutcome> {
  const used = trainers[trainer];
  if (used === undefined) throw new Error('There is no such trainer.');
  return await retrain(input, { embed: (files) => input.embed(files), trainer: used }, { log });
}

function top1({ manifest }: RetrainOutcome): number {
  return manifest.metrics.find(({ split }) => split === 'cross-validation')?.top1 ?? 0;
}

describe('a head with a hidden layer', () => {
  it('is cross-validated, calibrated and written, and a model opened from its folder classifies with it', async () => {
    const set = rings({ count: 120, dim: 6, seed: 31 });
    const input = { ...ringImages(set), hidden: 12, c: 10, steps: 300 };
    const made = await train(input, 0);
    expect(made.manifest.head.hidden).toBe(12);
    expect(readFileSync(join(made.folder, 'card.md'), 'utf8')).toContain('a hidden layer of 12 units');
    expect(top1(made)).toBeGreaterThan(0.9);
    expect(top1(await train({ ...ringImages(set), c: 10 }, 0))).toBeLessThan(0.75);

    const model = await openModel(made.folder);
    try {
      const right = Array.from(set.labels).filter((label, row) => {
        return classifyEmbedding(rowOf(set, row), model).labels[0]?.label === LABELS[label];
      });
      expect(right.length / set.count).toBeGreaterThan(0.95);
    } finally {
      await model.close();
    }
  });

  it('comes out the same from another trainer, within what the trainers may differ by', async () => {
    const set = rings({ count: 80, dim: 6, seed: 32 });
    const input = { ...ringImages(set), hidden: 8, c: 10, steps: 300 };
    const [onnx, tfjs] = [await train(input, 0), await train(input, 1)];
    expect([onnx, tfjs].map(({ manifest }) => manifest.training.trainer)).toEqual(['onnx', 'tfjs-wasm']);
    expect(onnx.manifest.training.steps).toBe(300);
    expect(Math.abs(onnx.manifest.calibration.temperature - tfjs.manifest.calibration.temperature)).toBeLessThan(0.05);
    expect(Math.abs(top1(onnx) - top1(tfjs))).toBeLessThan(0.02);
  });
});

describe('class weights', () => {
  it('stand in the model, and find images of a small class that the others drown', async () => {
    const whole = rings({ count: 200, dim: 6, seed: 33 });
    // One in twelve is of the second class, and moved so that a line separates most of it.
    const rows = Array.from({ length: 200 }, (_, row) => row).filter((row) => row % 2 === 0 || row % 12 === 1);
    const set: TrainingSet = {
      ...whole,
      count: rows.length,
      embeddings: Float32Array.from(
        rows.flatMap((row) => [...rowOf(whole, row)].map((v, d) => v + (row % 2) * +(d === 0))),
      ),
      labels: Uint16Array.from(rows, (row) => row % 2),
      weights: new Float32Array(rows.length).fill(1),
    };
    const recall = ({ report }: RetrainOutcome): number => {
      const [confusion] = report.evaluations.map((one) => one.confusion[report.labels.indexOf('Around')] ?? []);
      const all = confusion?.reduce((a, b) => a + b, 0) ?? 0;
      return (confusion?.[report.labels.indexOf('Around')] ?? 0) / all;
    };
    const plain = await train(ringImages(set), 0);
    const balanced = await train({ ...ringImages(set), classWeights: 'balanced' }, 0);
    expect(plain.manifest.training.classWeights).toBeUndefined();
    expect(balanced.manifest.training.classWeights).toBe('balanced');
    expect(recall(balanced)).toBeGreaterThan(recall(plain) + 0.1);
  });
});

describe('a set that is trained in mini-batches', () => {
  it('is stopped by its validation side, which the model states, and gives the same head again', async () => {
    const set = rings({ count: 1600, dim: 6, seed: 34 });
    const input = { ...ringImages(set), steps: 400, heldOut: 'none' as const };
    const first = await train(input, 0);
    const aside = Array.from({ length: set.count }, (_, row) => createHash('sha256').update(String(row)).digest('hex'))
      .map((hash) => Number.parseInt(hash.slice(0, 13), 16) / 2 ** 52)
      .filter((place) => place >= 0.8 && place < 0.9);
    expect(first.manifest.training.stoppedBy).toBe(aside.length);
    const again = await train(input, 0);
    expect(again.manifest.head.sha256).toBe(first.manifest.head.sha256);
  });
});
