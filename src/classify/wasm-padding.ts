import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tfjs } from './tfjs-runtime.ts';

const CONVOLUTIONS = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'] as const;

type Pair = [number, number] | number;

/** What the four kernels have in common among their attributes. */
interface ConvolutionAttributes {
  strides: Pair;
  dilations: Pair;
  pad: unknown;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

let isMended = false;

/**
 * The WebAssembly engine (4.22.0) gives zeros for a convolution with padding "same" whose steps are longer than its filter
 * of more than one pixel, where the picture needs no padding. Given the same padding in numbers it computes it. Changes
 * the engine once for the process.
 */
export function mendWasmPadding(tf: Tfjs): void {
  if (isMended) return;
  isMended = true;
  for (const kernelName of CONVOLUTIONS) {
    const kernel = tf.getKernel(kernelName, 'wasm');
    // TensorFlow.js warns of a kernel that is registered twice.
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      ...kernel,
      kernelFunc: (params) => {
        const { x, filter } = params.inputs;
        const attrs = params.attrs as unknown as ConvolutionAttributes;
        const pad = paddingOf(tf, [x as Tensor4D, filter as Tensor4D], attrs, kernelName.includes('Depthwise'));
        return kernel.kernelFunc(pad === undefined ? params : { ...params, attrs: { ...params.attrs, pad } });
      },
    });
  }
}

/** The padding in numbers, for rows and columns between batch and channels; undefined where it may stay as it is. */
function paddingOf(
  tf: Tfjs,
  [x, filter]: [Tensor4D, Tensor4D],
  { strides, dilations, pad, dimRoundingMode }: ConvolutionAttributes,
  isDepthwise: boolean,
): number[][] | undefined {
  if (pad !== 'same') return undefined;
  const { computeConv2DInfo } = tf.backend_util;
  const info = computeConv2DInfo(x.shape, filter.shape, strides, dilations, pad, dimRoundingMode, isDepthwise);
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  if (strideHeight <= effectiveFilterHeight && strideWidth <= effectiveFilterWidth) return undefined;
  const { top, bottom, left, right } = info.padInfo;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
