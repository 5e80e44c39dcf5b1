import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import type { HeadTrainer } from './trainer.ts';

/** What `--trainer` takes. */
export const TRAINER_CHOICES = ['auto', 'onnx', 'tfjs', 'tfjs-node', 'wasm'] as const;
export type TrainerChoice = (typeof TRAINER_CHOICES)[number];

/**
 * Opens a trainer of heads: `onnx` the training step on onnxruntime-node, `tfjs` the first engine of TensorFlow.js that
 * loads, `tfjs-node` one of its native packages (with -gpu before the one without), `wasm` its WebAssembly engine.
 *
 * `auto` is the fastest that loads, by measurement (bench/train.mjs; docs/adr/0017-trainers.md): ONNX, then
 * TensorFlow.js native, then WebAssembly. A step is a product of 100 x 1,280 by 1,280 x 10 numbers, too little for a
 * graphics card to make up for handing it over, so tfjs-node-gpu does not come first where it is installed. Throws
 * `train/model` where the choice does not load.
 */
export async function openTrainer(choice: TrainerChoice): Promise<HeadTrainer> {
  const reasons: string[] = [];
  if (choice === 'auto' || choice === 'onnx') {
    try {
      const { onnxTrainer } = await import('./onnx-trainer.ts');
      return await onnxTrainer();
    } catch (error) {
      reasons.push(`onnx: ${errorMessage(error)}`);
    }
  }
  if (choice !== 'onnx') {
    try {
      return await openTfjsTrainer(choice);
    } catch (error) {
      if (!isIngestError(error, 'classify/model')) throw error;
      reasons.push(error.message);
    }
  }
  throw new IngestError('train/model', `Opening the trainer "${choice}" failed. ${reasons.join(' ')}`);
}

async function openTfjsTrainer(choice: Exclude<TrainerChoice, 'onnx'>): Promise<HeadTrainer> {
  const { tfjsTrainer } = await import('./tfjs-trainer.ts');
  if (choice === 'wasm') return await tfjsTrainer(['tfjs-wasm']);
  return choice === 'tfjs-node' ? await tfjsTrainer(['tfjs-node-gpu', 'tfjs-node']) : await tfjsTrainer();
}
