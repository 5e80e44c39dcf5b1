import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';

/** TensorFlow.js without an engine: its operations run on the engine that is in use. */
export type Tfjs = typeof import('@tensorflow/tfjs-core');

/**
 * Engines of TensorFlow.js in the order in which they are tried: the two native packages, which not every machine can
 * install, then WebAssembly, which comes with this program.
 */
export const TFJS_ENGINES = ['tfjs-node-gpu', 'tfjs-node', 'tfjs-wasm'] as const;
export type TfjsEngine = (typeof TFJS_ENGINES)[number];

export interface TfjsRuntime {
  name: TfjsEngine;
  tf: Tfjs;
  /**
   * Makes this engine the one that operations run on. The engine in use is one for the whole process: call it before
   * operations that follow each other without an `await` in between.
   */
  use: () => void;
}

/** Opens the first engine of `names` that loads; throws `classify/model` with the reason of each where none does. */
export async function openTfjs(names: readonly TfjsEngine[] = TFJS_ENGINES): Promise<TfjsRuntime> {
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return await open(name);
    } catch (error) {
      // The first line names the package; node-gyp and the loader add their search paths below it.
      reasons.push(`${name}: ${errorMessage(error).split('\n')[0]}`);
    }
  }
  throw new IngestError('classify/model', `Opening TensorFlow.js, found no engine that loads. ${reasons.join('; ')}`);
}

async function open(name: TfjsEngine): Promise<TfjsRuntime> {
  const tf = await import('@tensorflow/tfjs-core');
  const backend = name === 'tfjs-wasm' ? 'wasm' : 'tensorflow';
  if (name === 'tfjs-wasm') await loadWasm();
  else await loadNative(`@tensorflow/${name}`);
  if (!(await tf.setBackend(backend))) throw new Error(`its backend "${backend}" did not start`);
  return {
    name,
    tf,
    use: () => {
      // Of a backend that has been started this takes effect at once; the promise is for those that have not.
      if (tf.getBackend() !== backend) void tf.setBackend(backend);
    },
  };
}

/** The name is a variable because the package is optional: types are those of tfjs-core, and its absence is no error. */
async function loadNative(name: string): Promise<void> {
  await import(name);
}

async function loadWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const { resolve } = createRequire(import.meta.url);
  setWasmPaths(dirname(resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm')) + sep);
  await withoutNewListeners(startWasm);
}

async function startWasm(): Promise<void> {
  const { setBackend } = await import('@tensorflow/tfjs-core');
  await setBackend('wasm');
}

/** Emscripten's start hooks into faults of the whole program and throws them anew: they are for the program to handle. */
async function withoutNewListeners(start: () => Promise<void>): Promise<void> {
  const faults = ['uncaughtException', 'unhandledRejection'];
  const before = new Map(faults.map((fault) => [fault, process.rawListeners(fault)]));
  await start();
  for (const [fault, known] of before) {
    for (const listener of process.rawListeners(fault)) {
      if (!known.includes(listener)) process.removeListener(fault, listener as (...args: unknown[]) => void);
    }
  }
}
