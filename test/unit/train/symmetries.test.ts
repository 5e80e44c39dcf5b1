import { expect, it } from 'vitest';
import { SYMMETRIES, turned } from '../../../src/train/symmetries.ts';

it('turns and mirrors a square in all eight ways, the first of which changes nothing', () => {
  const square = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
  const ways = Array.from({ length: SYMMETRIES }, (_, which) => [...turned(square, 3, which)].join(''));
  expect(ways[0]).toBe('123456789');
  expect(ways.toSorted()).toEqual(
    ['123456789', '147258369', '321654987', '369258147', '741852963', '789456123', '963852741', '987654321'].toSorted(),
  );
});
