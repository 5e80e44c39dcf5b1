import { setImmediate } from 'node:timers/promises';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { openTfjs, TFJS_ENGINES, type Tfjs, type TfjsEngine, type TfjsRuntime } from '../classify/tfjs-runtime.ts';
import { trainerOf } from './descent.ts';
import type { Layer, Layers } from './layers.ts';
import type { Batch, LoadedBatch, StepRates, Steps } from './step-engine.ts';
import type { HeadTrainer } from './trainer.ts';

type LayerTensors = { weights: Tensor2D; bias: Tensor1D };
type BatchTensors = { x: Tensor2D; targets: Tensor2D; shares: Tensor2D };

/** now + momentum (now - before) */
function lookAhead<T extends Tensor1D | Tensor2D>(tf: Tfjs, now: T, before: T, momentum: number): T {
  return tf.add(now, tf.mul(tf.sub(now, before), momentum));
}

/** Outputs of each layer, the first being the batch itself; the last is before the softmax. */
function forward(tf: Tfjs, x: Tensor2D, layers: readonly LayerTensors[]): Tensor2D[] {
  const outputs = [x];
  layers.forEach(({ weights, bias }, at) => {
    const z = tf.add<Tensor2D>(tf.matMul(outputs[at] ?? x, weights), bias);
    outputs.push(at === layers.length - 1 ? z : tf.relu(z));
  });
  return outputs;
}

/** x'd. On WebAssembly a product with a transposed left side takes seven times as long as this. */
function transposedProduct(tf: Tfjs, x: Tensor2D, d: Tensor2D): Tensor2D {
  return tf.getBackend() === 'wasm' ? tf.transpose(tf.matMul(tf.transpose(d), x)) : tf.matMul(x, d, true);
}

/** The layers after a step, as the graph in head-step.ts computes them. */
function nextLayers(
  tf: Tfjs,
  { x, targets, shares }: BatchTensors,
  { now, before }: { now: readonly LayerTensors[]; before: readonly LayerTensors[] },
  { rates: { layers: rates, momentum }, l2 }: { rates: StepRates; l2: number },
): LayerTensors[] {
  const ahead = now.map(({ weights, bias }, at) => ({
    weights: lookAhead(tf, weights, before[at]?.weights ?? weights, momentum),
    bias: lookAhead(tf, bias, before[at]?.bias ?? bias, momentum),
  }));
  const outputs = forward(tf, x, ahead);
  let gradient: Tensor2D = tf.mul(tf.sub(tf.softmax(outputs.at(-1) ?? x), targets), shares);
  const next: LayerTensors[] = [];
  for (const [at, { weights, bias }] of [...ahead.entries()].toReversed()) {
    const input = outputs[at] ?? x;
    const { weights: rate = 0, bias: biasRate = 0 } = rates[at] ?? {};
    const slope = tf.add<Tensor2D>(transposedProduct(tf, input, gradient), tf.mul(weights, l2));
    next.unshift({
      weights: tf.sub(weights, tf.mul(slope, rate)),
      bias: tf.sub(bias, tf.mul(tf.sum<Tensor1D>(gradient, 0), biasRate)),
    });
    if (at > 0) gradient = tf.mul(tf.matMul(gradient, weights, false, true), tf.sign(input));
  }
  return next;
}

function stepsOf({ tf, use }: TfjsRuntime, layers: Layers, l2: number): Steps {
  use();
  const start = layers.map(({ inputs, outputs, weights, bias }) => ({
    weights: tf.tensor2d(weights, [inputs, outputs]),
    bias: tf.tensor1d(bias),
  }));
  const state: { now: LayerTensors[]; before: LayerTensors[] } = { now: start, before: start };
  const loaded = new Set<BatchTensors>();
  const load = ({ rows, x, targets, shares }: Batch): LoadedBatch => {
    use();
    const batch: BatchTensors = {
      x: tf.tensor2d(x, [rows, x.length / rows]),
      targets: tf.tensor2d(targets, [rows, targets.length / rows]),
      shares: tf.tensor2d(shares, [rows, 1]),
    };
    loaded.add(batch);
    return {
      async step(rates) {
        // A step never leaves the thread: without this a signal would wait for the end of the training.
        await setImmediate();
        use();
        const next = tf.tidy(() => nextLayers(tf, batch, state, { rates, l2 }));
        if (state.before !== state.now) tf.dispose(state.before);
        state.before = state.now;
        state.now = next;
      },
      free() {
        tf.dispose(batch);
        loaded.delete(batch);
      },
    };
  };
  const read = (tensors: readonly LayerTensors[]): Layers => {
    use();
    return tensors.map(layerOf);
  };
  return {
    load,
    layers: () => ({ now: read(state.now), before: read(state.before) }),
    end: () => tf.dispose([state.now, state.before, ...loaded]),
  };
}

/** Copies: what an engine hands out may be its own memory. */
function layerOf({ weights, bias }: LayerTensors): Layer {
  const [inputs, outputs] = weights.shape;
  return {
    inputs,
    outputs,
    weights: weights.dataSync<'float32'>().slice(),
    bias: bias.dataSync<'float32'>().slice(),
  };
}

/**
 * Fits heads with TensorFlow.js on the first of `engines` that loads, with the same steps as the ONNX trainer written in
 * its operations. Throws `classify/model` where no engine loads.
 */
export async function tfjsTrainer(engines: readonly TfjsEngine[] = TFJS_ENGINES): Promise<HeadTrainer> {
  const runtime = await openTfjs(engines);
  return trainerOf(runtime.name, `TensorFlow.js (${runtime.name})`, {
    begin: (layers, l2) => Promise.resolve(stepsOf(runtime, layers, l2)),
    close: () => Promise.resolve(),
  });
}
