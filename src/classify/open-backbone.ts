import type { BackboneInterface } from './backbone-schema.ts';
import type { InferenceBackend } from './backend.ts';
import { openOnnxBackend } from './onnx.ts';

export interface BackboneOptions {
  /** Default: that of the shipped backbones. */
  interface?: BackboneInterface | undefined;
  inputSize?: number | undefined;
  /** Inference threads of onnxruntime, default 1; TensorFlow.js decides on its own. */
  threads?: number | undefined;
}

/** Opens the file of a backbone with the runtime of its format; throws `classify/model`. */
export async function openBackbone(bytes: Uint8Array, options: BackboneOptions = {}): Promise<InferenceBackend> {
  const { interface: face, inputSize, threads } = options;
  if (face?.format !== 'tfjs') {
    return await openOnnxBackend(bytes, { interface: face, inputSize, ...(threads !== undefined && { threads }) });
  }
  // TensorFlow.js takes half a second to load, and most models do not need it.
  const { openTfjsBackend } = await import('./tfjs.ts');
  return await openTfjsBackend(bytes, { interface: face, inputSize });
}
