import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../src/train/seeded-random.ts';

/**
 * A seeded TensorFlow.js layers model of two convolutions with batch normalisation and a mean over the picture, its layer
 * `embedding`, below a layer of classes: grey pictures [n, size, size, 1] with values -1 to 1 in, embeddings [n, length] out. With `poolPx` the
 * mean is over squares of that many pixels, and pictures of one kind are not nearly the same. Needs an engine that is in use.
 */
export async function tinyLayersNetwork(
  size: number,
  length: number,
  { seed = 1, poolPx }: { seed?: number; poolPx?: number } = {},
): Promise<tf.io.ModelArtifacts> {
  const pooled =
    poolPx === undefined
      ? [layers.globalAveragePooling2d({ dataFormat: 'channelsLast', name: 'embedding' })]
      : [layers.averagePooling2d({ poolSize: poolPx }), layers.flatten({ name: 'embedding' })];
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [size, size, 1], filters: 4, kernelSize: 3, activation: 'relu', padding: 'same' }),
      layers.batchNormalization(),
      layers.conv2d({ filters: length, kernelSize: 3, activation: 'relu', padding: 'same' }),
      layers.batchNormalization(),
      ...pooled,
      // What a network was trained for once: nothing of it is in the embedding.
      layers.dense({ units: 7, name: 'old_classes' }),
    ],
  });
  const random = seededRandom(seed);
  const kernels = model.weights.filter(({ shape }) => shape.length === 4);
  for (const kernel of kernels) {
    const shape = kernel.shape.map((one) => one ?? 1);
    const count = shape.reduce((a, b) => a * b, 1);
    kernel.write(
      tf.tensor(
        Float32Array.from({ length: count }, () => random() - 0.5),
        shape,
      ),
    );
  }
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    }),
  );
  model.dispose();
  return saved;
}
