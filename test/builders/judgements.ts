import { createHash } from 'node:crypto';
import type { Example } from '../../src/train/dataset.ts';
import type { Judged } from '../../src/train/evaluate.ts';

/** A judgement whose softmax at temperature 1 gives exactly these scores. */
export function judgedScores(at: number, label: number, scores: readonly number[]): Judged {
  return { at, label, logits: Float64Array.from(scores, Math.log), similarity: 0.9 };
}

/** An image by its place; its content hash follows from it. */
export function exampleAt(at: number, label: number, more: Partial<Example> = {}): Example {
  return {
    sha256: createHash('sha256').update(String(at)).digest('hex'),
    label,
    simulated: false,
    testOnly: false,
    embedding: new Float32Array(0),
    ...more,
  };
}
