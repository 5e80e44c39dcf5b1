import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackboneInterface } from '../../../src/classify/backbone-schema.ts';
import { classifyBatch } from '../../../src/classify/classify-batch.ts';
import { embedImages } from '../../../src/classify/embed-images.ts';
import { openBackbone } from '../../../src/classify/open-backbone.ts';
import { openModel } from '../../../src/classify/open-model.ts';
import { encodeTfjsModel } from '../../../src/classify/tfjs-file.ts';
import { openTfjs } from '../../../src/classify/tfjs-runtime.ts';
import { createLog } from '../../../src/log.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import type { Embed } from '../../../src/train/gather-embeddings.ts';
import { onnxTrainer } from '../../../src/train/onnx-trainer.ts';
import type { RetrainInput } from '../../../src/train/retrain.ts';
import { retrainTuned, type TuneDeps } from '../../../src/train/retrain-tuned.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';
import type { HeadTrainer } from '../../../src/train/trainer.ts';
import { noisyStripes } from '../../builders/noisy-stripes.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { tinyLayersNetwork } from '../../builders/tiny-layers-network.ts';
import { hasNativeTfjs } from '../../native-tfjs.ts';

const SIZE = 32;
const FACE: BackboneInterface = {
  format: 'tfjs',
  input: 'input',
  output: 'embedding',
  layout: 'nhwc',
  channels: 1,
  normalise: '-1..1',
  featureAxis: 1,
};
const log = createLog('silent');
const hasNative = await hasNativeTfjs();

/** Files that hold the network's input. */
function stripeFiles(folder: string, count: number): { file: string; label: string }[] {
  mkdirSync(folder);
  return noisyStripes(count, SIZE, seededRandom(5)).map(({ pixels, label }, at) => {
    const file = join(folder, `${at}.tif`);
    writeFileSync(file, pixels);
    return { file, label };
  });
}

async function openEmbed(bytes: Uint8Array): Promise<{ embed: Embed; close: () => Promise<void> }> {
  const backend = await openBackbone(bytes, { interface: FACE, inputSize: SIZE });
  return {
    embed: async function* (files) {
      for (const file of files) {
        const pixels = new Uint8Array(readFileSync(file));
        const [embedding = new Float32Array(0)] = await embedImages([pixels], backend, 1);
        yield { file, sha256: sha256Hex(pixels), embedding };
      }
    },
    close: () => backend.close(),
  };
}

describe.skipIf(!hasNative)('retraining with the last blocks of the backbone', () => {
  let trainer: HeadTrainer;
  let network: Uint8Array;
  beforeAll(async () => {
    trainer = await onnxTrainer();
    (await openTfjs(['tfjs-node-gpu', 'tfjs-node'])).use();
    network = encodeTfjsModel(await tinyLayersNetwork(SIZE, 3));
  });
  afterAll(async () => {
    await trainer.close();
  });

  function inputOf(): RetrainInput {
    const folder = temporaryFolder();
    const file = join(folder, 'backbone.tfjs');
    writeFileSync(file, network);
    return {
      images: stripeFiles(join(folder, 'pictures'), 240),
      name: 'stripes',
      modelsFolder: join(folder, 'models'),
      cacheFolder: join(folder, 'cache'),
      backbone: { name: 'tiny', file, interface: FACE, inputSize: SIZE },
      nearDuplicates: 'ignored',
    };
  }

  async function depsOf(): Promise<TuneDeps & { close: () => Promise<void> }> {
    const { embed, close } = await openEmbed(network);
    const readPicture = (file: string): Promise<Uint8Array> => Promise.resolve(new Uint8Array(readFileSync(file)));
    return { trainer, embed, readPicture, openBackbone: openEmbed, close };
  }

  it('makes a model of the tuned network that serves as it was trained, judged by images that tuned nothing', async () => {
    const deps = await depsOf();
    const input = inputOf();
    const { manifest, folder } = await retrainTuned(input, { blocks: 1, augment: false, rate: 0.01 }, deps, { log });
    await deps.close();
    const { tuned } = manifest.training;
    expect(tuned).toMatchObject({ blocks: 1 });
    expect(manifest.backbone).toMatchObject({ name: 'tiny-tuned', file: 'backbone.tfjs', interface: FACE });
    expect(manifest.backbone.sha256).not.toBe(sha256Hex(network));
    const judged = manifest.metrics.reduce((sum, { n }) => sum + n, 0);
    expect(judged + (tuned?.images ?? 0)).toBe(240);
    expect(tuned?.images).toBeGreaterThan(150);

    const model = await openModel(folder);
    try {
      const pictures = input.images.slice(0, 30).map(({ file }) => new Uint8Array(readFileSync(file)));
      const answers = await classifyBatch(pictures, model);
      const right = answers.filter(({ classification }, at) => {
        return classification.labels[0]?.label === input.images[at]?.label;
      });
      expect(right.length).toBeGreaterThan(24);
    } finally {
      await model.close();
    }
  });

  it('keeps the network and says so where tuning made nothing better', async () => {
    const deps = await depsOf();
    const wild = { blocks: 1, augment: true, rate: 100 };
    const { manifest, warnings } = await retrainTuned(inputOf(), wild, deps, { log });
    await deps.close();
    expect(warnings.join(' ')).toContain('stayed as it was');
    expect(manifest.backbone.sha256).toBe(sha256Hex(network));
    expect(manifest.training.tuned).toBeUndefined();
  });

  it('refuses a backbone that is no layers model', async () => {
    const deps = await depsOf();
    const input = inputOf();
    const onnx = { ...input, backbone: { name: 'tiny', file: input.backbone.file, inputSize: SIZE } };
    await expect(retrainTuned(onnx, { blocks: 1, augment: false }, deps, { log })).rejects.toMatchObject({
      code: 'train/model',
      message: expect.stringContaining('layers model'),
    });
    await deps.close();
  });
});
