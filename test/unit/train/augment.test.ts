import { describe, expect, it } from 'vitest';
import { TURNS, turnSquare, turnsOf } from '../../../src/train/augment.ts';

// 1 2 3
// 4 5 6
// 7 8 9
const SQUARE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

describe('views of a square picture', () => {
  it('are mirrored and turned as they are called', () => {
    expect([...turnSquare(SQUARE, 3, 'flip-x')]).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7]);
    expect([...turnSquare(SQUARE, 3, 'flip-y')]).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
    expect([...turnSquare(SQUARE, 3, 'turn-90')]).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect([...turnSquare(SQUARE, 3, 'turn-180')]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect([...turnSquare(SQUARE, 3, 'turn-270')]).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect([...turnSquare(SQUARE, 3, 'flip-diagonal')]).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9]);
    expect([...turnSquare(SQUARE, 3, 'flip-antidiagonal')]).toEqual([9, 6, 3, 8, 5, 2, 7, 4, 1]);
  });

  it('are seven different ones, of which flips and rotations ask for three each', () => {
    const views = new Set([SQUARE, ...TURNS.map((turn) => turnSquare(SQUARE, 3, turn))].map(String));
    expect(views.size).toBe(8);
    expect(turnsOf(['flips'])).toEqual(['flip-x', 'flip-y', 'turn-180']);
    expect(turnsOf(['rotations'])).toEqual(['turn-90', 'turn-180', 'turn-270']);
    expect(turnsOf(['rotations', 'flips'])).toEqual(TURNS);
    expect(turnsOf([])).toEqual([]);
  });
});
