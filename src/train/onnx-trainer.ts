import * as ort from 'onnxruntime-node';
import { IngestError } from '../domain/errors.ts';
import { trainerOf } from './descent.ts';
import { headStepModel } from './head-step.ts';
import type { Layer, Layers } from './layers.ts';
import type { Batch, LoadedBatch, StepRates, Steps } from './step-engine.ts';
import type { HeadTrainer } from './trainer.ts';

interface LayerTensors {
  weights: ort.Tensor;
  bias: ort.Tensor;
}

function tensor(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

function scalar(value: number): ort.Tensor {
  return tensor(Float32Array.of(value), []);
}

function floats(value: ort.Tensor | undefined): Float32Array {
  if (value?.data instanceof Float32Array) return value.data;
  throw new IngestError('train/model', 'Training a head, expected float32 weights from a step, found another type.');
}

/** Runs the step graph; the layers of the step before are kept for the momentum. */
function stepsOf(session: ort.InferenceSession, layers: Layers, l2: number): Steps {
  const start = layers.map(({ inputs, outputs, weights, bias }) => ({
    weights: tensor(weights, [inputs, outputs]),
    bias: tensor(bias, [outputs]),
  }));
  const state: { now: readonly LayerTensors[]; before: readonly LayerTensors[] } = { now: start, before: start };
  const penalty = scalar(l2);
  const feedsOf = ({ layers: rates, momentum }: StepRates): Record<string, ort.Tensor> => {
    const feeds: Record<string, ort.Tensor> = { momentum: scalar(momentum), l2: penalty };
    state.now.forEach(({ weights, bias }, at) => {
      feeds[`w${at}`] = weights;
      feeds[`b${at}`] = bias;
      feeds[`rate${at}`] = scalar(rates[at]?.weights ?? 0);
      feeds[`bias_rate${at}`] = scalar(rates[at]?.bias ?? 0);
    });
    state.before.forEach(({ weights, bias }, at) => {
      feeds[`w${at}_before`] = weights;
      feeds[`b${at}_before`] = bias;
    });
    return feeds;
  };
  const load = ({ rows, x, targets, shares }: Batch): LoadedBatch => {
    const batch = {
      x: tensor(x, [rows, x.length / rows]),
      t: tensor(targets, [rows, targets.length / rows]),
      s: tensor(shares, [rows, 1]),
    };
    return {
      async step(rates) {
        const out = await session.run({ ...batch, ...feedsOf(rates) });
        const next = layers.map((_, at) => nextOf(out, at));
        state.before = state.now;
        state.now = next;
      },
      free() {},
    };
  };
  const read = (tensors: readonly LayerTensors[]): Layers =>
    layers.map((layer, at) => layerOf(layer, tensors[at]?.weights, tensors[at]?.bias));
  return { load, layers: () => ({ now: read(state.now), before: read(state.before) }), end() {} };
}

function layerOf({ inputs, outputs }: Layer, weights: ort.Tensor | undefined, bias: ort.Tensor | undefined): Layer {
  return { inputs, outputs, weights: floats(weights), bias: floats(bias) };
}

function nextOf(out: ort.InferenceSession.OnnxValueMapType, at: number): LayerTensors {
  const weights = out[`w${at}_next`];
  const bias = out[`b${at}_next`];
  if (weights === undefined || bias === undefined)
    throw new IngestError('train/model', 'A training step gave nothing.');
  return { weights, bias };
}

async function createSession(layers: number, threads: number): Promise<ort.InferenceSession> {
  return await ort.InferenceSession.create(headStepModel(layers), {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

/**
 * Fits heads with a training step written as an ONNX graph and run by onnxruntime-node, which has no training API but
 * runs the closed-form gradient faster than anything else in JavaScript. One thread by default: sums keep their order,
 * so a training gives the same bytes again.
 */
export async function onnxTrainer({ threads = 1 }: { threads?: number } = {}): Promise<HeadTrainer> {
  // Of a softmax regression at once, so that a runtime that does not work is known here.
  const sessions = new Map([[1, Promise.resolve(await createSession(1, threads))]]);
  const sessionOf = (layers: number): Promise<ort.InferenceSession> => {
    const session = sessions.get(layers) ?? createSession(layers, threads);
    sessions.set(layers, session);
    return session;
  };
  return trainerOf('onnx', 'onnxruntime', {
    begin: async (layers, l2) => stepsOf(await sessionOf(layers.length), layers, l2),
    async close() {
      for (const session of sessions.values()) await (await session).release();
    },
  });
}
