import type { OptionSpec } from './usage.ts';

/** How the head of a model is trained. */
export const HEAD_OPTIONS: Record<string, OptionSpec> = {
  trainer: { value: 'NAME', help: 'auto, onnx, tfjs, tfjs-node or wasm: what computes the training (default: auto)' },
  head: { value: 'KIND', help: 'softmax, or mlp with one hidden layer (default: softmax)' },
  hidden: { value: 'N', help: 'units of the hidden layer of --head mlp (default: 64)' },
  'class-weights': { value: 'WAY', help: 'none, or balanced: every class weighs the same (default: none)' },
  steps: { value: 'N', help: 'most training steps (default: 1000 for up to 1,024 images, else 4000)' },
  seed: { value: 'N', help: 'seed of the training (default: 1)' },
};
