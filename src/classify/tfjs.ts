import { errorMessage, IngestError } from '../domain/errors.ts';
import type { InferenceBackend } from './backend.ts';
import { backendOf, type EmbeddingOptions, type Features, type Network } from './network.ts';
import type { Operations } from './operations.ts';
import { decodeTfjsModel, type TfjsModel } from './tfjs-file.ts';
import { type LoadedTfjs, loadGraph, loadLayers } from './tfjs-load.ts';
import { openTfjs, type TfjsEngine, type TfjsRuntime } from './tfjs-runtime.ts';
import { mendWasmPadding } from './wasm-padding.ts';

export interface TfjsOptions extends EmbeddingOptions {
  /** Engines to try, of which the first that loads is taken. */
  engines?: readonly TfjsEngine[];
}

/** A network of TensorFlow.js, and what is computed from what in it. */
export interface TfjsNetwork extends Network {
  operations: Operations;
}

/**
 * Opens a backbone from the bytes of `backbone.tfjs`: a graph model, of which any node may be the output, or a layers
 * model, of which any layer may be. Throws `classify/model` where the bytes are no such model.
 */
export async function openTfjsBackend(bytes: Uint8Array, options: TfjsOptions): Promise<InferenceBackend> {
  return await backendOf(await openTfjsNetwork(decodeTfjsModel(bytes), options.engines), options);
}

/** Opens any model of TensorFlow.js; throws `classify/model` where it refuses it or no engine loads. */
export async function openTfjsNetwork(model: TfjsModel, engines?: readonly TfjsEngine[]): Promise<TfjsNetwork> {
  const runtime = await openTfjs(engines);
  if (runtime.name === 'tfjs-wasm') mendWasmPadding(runtime.tf);
  const loaded = await load(model, runtime);
  const { inputs, outputs, operations } = loaded;
  return {
    name: runtime.name,
    inputs,
    outputs,
    operations,
    async run(input, output) {
      return compute(input, output, loaded, runtime);
    },
    async close() {
      runtime.use();
      loaded.dispose();
    },
  };
}

async function load(model: TfjsModel, { use }: TfjsRuntime): Promise<LoadedTfjs> {
  use();
  try {
    return model.format === 'graph-model' ? await loadGraph(model) : await loadLayers(model);
  } catch (cause) {
    const message = `Opening a backbone, TensorFlow.js refused the ${model.format}: ${errorMessage(cause)}`;
    throw new IngestError('classify/model', message, { cause });
  }
}

/** Nothing is awaited between making tensors and reading them: meanwhile another engine might be put to use. */
function compute(
  { name, values, shape }: Parameters<Network['run']>[0],
  output: string,
  loaded: LoadedTfjs,
  { tf, use }: TfjsRuntime,
): Features {
  use();
  let computed: Features | undefined;
  tf.tidy(() => {
    const sides = [...shape];
    const tensor =
      values instanceof Uint8Array
        ? tf.tensor(Int32Array.from(values), sides, 'int32')
        : tf.tensor(values, sides, 'float32');
    const features = loaded.compute(name, tensor, output);
    if (features.dtype !== 'float32') throw new Error(`expected float32 as "${output}", found ${features.dtype}`);
    // A copy: what an engine hands out may be its own memory.
    computed = { values: features.dataSync<'float32'>().slice(), shape: features.shape };
  });
  if (computed !== undefined) return computed;
  throw new Error(`expected numbers as "${output}", found none`);
}
