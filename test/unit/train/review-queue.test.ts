import { describe, expect, it } from 'vitest';
import { type Candidate, createReviewPool, type QueueEntry } from '../../../src/train/review-queue.ts';
import { seededRandom, shuffle } from '../../../src/train/seeded-random.ts';

const OUTLIER_BELOW = 0.4;

/** A candidate in the direction of an angle, whose two scores are `margin` apart. */
function candidate(name: string, angle: number, margin: number, similarity = 0.9): Candidate {
  const labels = [0.5 + margin / 2, 0.5 - margin / 2].map((score, at) => ({
    label: 'AB'[at] ?? '',
    score,
    rank: at + 1,
  }));
  return { id: name, name, labels, similarity, unit: Float32Array.of(Math.cos(angle), Math.sin(angle)) };
}

function queueOf(candidates: readonly Candidate[], limit: number): QueueEntry[] {
  const pool = createReviewPool({ limit, outlierBelow: OUTLIER_BELOW });
  for (const one of candidates) pool.offer(one);
  return pool.queue();
}

const names = (entries: readonly QueueEntry[]): string[] => entries.map(({ name }) => name);

describe('what to label next', () => {
  it('begins with the least sure picture and goes on with unsure ones unlike it', () => {
    const twins = Array.from({ length: 30 }, (_, at) => candidate(`twin ${at}`, at / 1000, 0.01 + at / 1000));
    const queue = queueOf([...twins, candidate('across', Math.PI, 0.1), candidate('aside', Math.PI / 2, 0.1)], 3);
    expect(names(queue)).toEqual(['twin 0', 'across', 'aside']);
    expect(queue[0]?.reason).toBe('A 0.51 or B 0.49: 0.01 apart.');
    expect(queue[1]?.reason).toMatch(
      /^A 0\.55 or B 0\.45: 0\.10 apart; likeness to the pictures above at most -1\.00\.$/,
    );
  });

  it('does not ask about pictures the model is sure of only because they are unlike the others', () => {
    const queue = queueOf(
      [candidate('unsure', 0, 0.02), candidate('sure', Math.PI, 0.99), candidate('near', 0.7, 0.1)],
      2,
    );
    expect(names(queue)).toEqual(['unsure', 'near']);
  });

  it('shows one picture of each kind that resembles no training image, the largest kind first', () => {
    const kind = Array.from({ length: 5 }, (_, at) => candidate(`kind ${at}`, 2 + at / 100, 0.9, 0.1 + at / 100));
    const queue = queueOf([candidate('stray', 4.5, 0.9, 0.05), ...kind, candidate('unsure', 0, 0.2)], 3);
    expect(names(queue)).toEqual(['kind 2', 'unsure', 'stray']);
    expect(queue[0]).toMatchObject({ kind: 'new', alike: 5, similarity: 0.12 });
    expect(queue[0]?.reason).toBe(
      'One of 5 pictures of a kind that resembles no training image (similarity 0.12, limit 0.40).',
    );
    expect(queue[2]?.reason).toContain('no other such picture');
  });

  it('is the same in any order, of more candidates than are kept, and never longer than asked for', () => {
    const random = seededRandom(5);
    const all = Array.from({ length: 9000 }, (_, at) => {
      return candidate(`picture ${at}`, random() * 6.28, random(), at % 2 === 0 ? 0.9 : random());
    });
    const order = Uint32Array.from(all.keys());
    shuffle(order, random);
    const queue = queueOf(all, 12);
    expect(queue).toHaveLength(12);
    expect(
      queueOf(
        [...order].flatMap((at) => all[at] ?? []),
        12,
      ),
    ).toEqual(queue);
  });

  it('is empty where nothing is to be labelled', () => {
    expect(queueOf([], 5)).toEqual([]);
  });
});
