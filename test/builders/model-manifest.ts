import type { ModelManifest } from '../../src/classify/model-schema.ts';

const NO_HASH = '0'.repeat(64);

/** A manifest of three labels with 50, 20 and 9 real images, an outlier guard at 0.3 and both thresholds. */
export function modelManifest(changes: Partial<ModelManifest> = {}): ModelManifest {
  return {
    schemaVersion: 1,
    name: 'tiny',
    version: '1',
    labels: ['Fibres', 'Particles', 'Tips'],
    trainingImages: [
      { real: 50, simulated: 0 },
      { real: 20, simulated: 0 },
      { real: 9, simulated: 400 },
    ],
    preprocessing: 'squash224-aa-v1',
    inputSize: 224,
    embeddingLength: 4,
    backbone: { name: 'tiny', file: 'backbone.onnx', sha256: NO_HASH },
    head: { file: 'head.bin', sha256: NO_HASH },
    neighbours: { file: 'neighbours.bin', sha256: NO_HASH, count: 2, below: 0.3 },
    calibration: { temperature: 1, validations: ['cross-validation'] },
    thresholds: {
      accept: {
        above: 0.9,
        evidence: [{ validation: 'cross-validation', n: 80, precision: 0.99, lowerBound: 0.951, target: 0.95 }],
      },
      suggest: {
        above: 0.4,
        evidence: [{ validation: 'cross-validation', n: 95, precision: 0.96, lowerBound: 0.91, target: 0.9 }],
      },
    },
    training: {
      software: 'test',
      trainer: 'onnx',
      c: 0.1,
      seed: 1,
      simulatedWeight: 0,
      heldOut: 'none',
      dataSha256: NO_HASH,
    },
    metrics: [],
    data: [],
    ...changes,
  };
}
