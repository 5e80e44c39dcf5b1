import { describe, expect, it } from 'vitest';
import { createSlots } from '../../../src/publish/slots.ts';

describe('slots', () => {
  it('run no more at once than they are, in order, and go on after a failure', async () => {
    const inSlot = createSlots(2);
    const order: number[] = [];
    let open = 0;
    const work = (index: number) => async (): Promise<number> => {
      order.push(index);
      open += 1;
      expect(open).toBeLessThanOrEqual(2);
      await Promise.resolve();
      open -= 1;
      if (index === 1) throw new Error('this one fails');
      return index;
    };
    const all = await Promise.allSettled([0, 1, 2, 3, 4].map((index) => inSlot(work(index))));
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
  });
});
