import type { Head } from '../classify/head.ts';
import { type Neighbours, unitVector } from '../classify/neighbours.ts';
import type { Example } from './dataset.ts';

/** 256 neighbours of 1,280 numbers are 1.3 MB and 0.3 ms an image. */
const NEIGHBOURS_MAX = 256;

/**
 * The real training images that the outlier guard compares with: all of them, or of more than 256 the same number of
 * every class as far as it has them, taken by content hash, so that the choice is stable as the set grows.
 */
export function chooseNeighbours(examples: readonly Example[], head: Head): Neighbours {
  const rank = new Map<number, number>();
  const chosen = examples
    .filter(({ simulated }) => !simulated)
    .toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1))
    .map((example) => {
      const turn = rank.get(example.label) ?? 0;
      rank.set(example.label, turn + 1);
      return { example, turn };
    })
    .toSorted((a, b) => a.turn - b.turn || a.example.label - b.example.label)
    .slice(0, NEIGHBOURS_MAX);
  const vectors = new Float32Array(chosen.length * head.dim);
  chosen.forEach(({ example }, row) => vectors.set(unitVector(head, example.embedding), row * head.dim));
  return { count: chosen.length, dim: head.dim, vectors };
}
