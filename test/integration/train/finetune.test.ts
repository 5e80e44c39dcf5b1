import type { io, Tensor2D } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTfjs } from '../../../src/classify/tfjs-runtime.ts';
import { finetune, type TunedNetwork, type TuneOptions, type TunePicture } from '../../../src/train/finetune-tfjs.ts';
import { onnxTrainer } from '../../../src/train/onnx-trainer.ts';
import { seededRandom } from '../../../src/train/seeded-random.ts';
import type { HeadTrainer } from '../../../src/train/trainer.ts';
import { tinyLayersNetwork } from '../../builders/tiny-layers-network.ts';
import { hasNativeTfjs } from '../../native-tfjs.ts';

const SIZE = 12;
const LENGTH = 3;
const hasNative = await hasNativeTfjs();

/** Stripes of two, three and four pixels, lying and standing, at any phase, under noise. */
function stripes(count: number, seed: number): TunePicture[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const label = at % 3;
    const [period, phase, across] = [label + 2, Math.floor(random() * 12), random() < 0.5];
    const pixels = Uint8Array.from({ length: SIZE * SIZE }, (__, p) => {
      const place = across ? p % SIZE : Math.floor(p / SIZE);
      const bright = Math.floor((place + phase) / period) % 2 === 0;
      return (bright ? 150 : 90) + Math.floor(random() * 40);
    });
    return { pixels, label };
  });
}

function weightsOf({ weightData }: io.ModelArtifacts): Float32Array {
  if (!(weightData instanceof ArrayBuffer)) throw new TypeError('Expected the weights in one piece.');
  return new Float32Array(weightData);
}

/** Values of each weight, by name. */
function byName(artifacts: io.ModelArtifacts): Map<string, Float32Array> {
  const values = weightsOf(artifacts);
  let at = 0;
  return new Map(
    artifacts.weightSpecs?.map(({ name, shape }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      at += length;
      return [name, values.slice(at - length, at)];
    }),
  );
}

describe.skipIf(!hasNative)('tuning the last blocks of a backbone', () => {
  const data = { pictures: stripes(90, 1), stopBy: stripes(60, 2) };
  const options: TuneOptions = { blocks: 1, classes: 3, seed: 1, augment: false, rate: 0.01, epochs: 20 };
  let network: TunedNetwork;
  let trainer: HeadTrainer;
  beforeAll(async () => {
    trainer = await onnxTrainer();
    (await openTfjs(['tfjs-node-gpu', 'tfjs-node'])).use();
    network = {
      artifacts: await tinyLayersNetwork(SIZE, LENGTH),
      output: 'embedding',
      inputSize: SIZE,
      toInput: (images, count) => ({
        values: Float32Array.from(images, (level) => level / 127.5 - 1),
        shape: [count, SIZE, SIZE, 1],
      }),
      toEmbedding: (_, output) => output as Tensor2D,
    };
  });
  afterAll(async () => {
    await trainer.close();
  });

  it('tells pictures apart that it has not seen, better than before', async () => {
    const { loss, epochs } = await finetune(network, data, options, trainer);
    expect(epochs).toBeGreaterThan(0);
    expect(loss.after).toBeLessThan(loss.before * 0.7);
  });

  it('changes the last blocks alone, and no statistics of a normalisation', async () => {
    const { artifacts } = await finetune(network, data, options, trainer);
    const [before, after] = [byName(network.artifacts), byName(artifacts)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    const changed = [...before]
      .filter(([name, old]) => old.some((value, i) => value !== after.get(name)?.[i]))
      .map(([name]) => name);
    const kernels = [...before.keys()].filter((name) => name.endsWith('kernel'));
    expect(changed).toContain(kernels[1]);
    expect(changed).not.toContain(kernels[0]);
    expect(changed.filter((name) => name.includes('moving'))).toEqual([]);
    const both = await finetune(network, data, { ...options, blocks: 2, epochs: 3 }, trainer);
    const first = [...byName(both.artifacts).values()][0];
    expect(both.epochs).toBeGreaterThan(0);
    expect(first).not.toEqual([...before.values()][0]);
  });

  it('gives the same bytes for the same pictures and seed, turned at random or not', async () => {
    for (const augment of [false, true]) {
      const short = { ...options, augment, epochs: 8 };
      const [one, two] = [await finetune(network, data, short, trainer), await finetune(network, data, short, trainer)];
      expect(one.epochs).toBeGreaterThan(0);
      expect(weightsOf(one.artifacts)).toEqual(weightsOf(two.artifacts));
    }
  });

  it('leaves the network as it was where nothing becomes better', async () => {
    const wild = { ...options, rate: 50, epochs: 2 };
    const { artifacts, epochs, loss } = await finetune(network, data, wild, trainer);
    expect({ epochs, after: loss.after }).toEqual({ epochs: 0, after: loss.before });
    expect(weightsOf(artifacts)).toEqual(weightsOf(network.artifacts));
  });

  it('gives back all memory, also of a tuning that was stopped', async () => {
    const { tf, use } = await openTfjs(['tfjs-node-gpu', 'tfjs-node']);
    use();
    const before = tf.memory().numTensors;
    await finetune(network, data, { ...options, epochs: 2 }, trainer);
    const stop = new AbortController();
    const running = finetune(network, data, { ...options, epochs: 500, signal: stop.signal }, trainer);
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(running).rejects.toThrow('enough');
    use();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses more blocks than there are, a class without pictures and a file that is no layers model', async () => {
    const refused = async (change: Partial<TuneOptions>, other: Partial<TunedNetwork> = {}): Promise<unknown> =>
      await finetune({ ...network, ...other }, data, { ...options, ...change }, trainer).catch(
        (error: unknown) => error,
      );
    expect(await refused({ blocks: 3 })).toMatchObject({
      code: 'train/model',
      message: expect.stringContaining('1 to 2'),
    });
    expect(await refused({ classes: 4 })).toMatchObject({ code: 'train/data' });
    expect(await refused({}, { artifacts: { modelTopology: {} } })).toMatchObject({ code: 'train/model' });
  });
});
