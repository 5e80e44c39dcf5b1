import { describe, expect, it } from 'vitest';
import { readAhead } from '../../../src/pipeline/read-ahead.ts';

describe('readAhead', () => {
  it('keeps the order, and never holds more than its limit', async () => {
    let given = 0;
    let taken = 0;
    let most = 0;
    async function* source(): AsyncGenerator<number> {
      for (let i = 0; i < 100; i++) {
        given += 1;
        most = Math.max(most, given - taken);
        yield await Promise.resolve(i);
      }
    }
    const seen: number[] = [];
    for await (const item of readAhead(source(), 5)) {
      taken += 1;
      seen.push(item);
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(most).toBeLessThanOrEqual(7);
  });

  it('hands an error of the source on after the items before it', async () => {
    async function* source(): AsyncGenerator<number> {
      yield await Promise.resolve(1);
      throw new Error('share is offline');
    }
    const seen: number[] = [];
    const consume = async (): Promise<void> => {
      for await (const item of readAhead(source(), 5)) seen.push(item);
    };
    await expect(consume()).rejects.toThrow('share is offline');
    expect(seen).toEqual([1]);
  });

  it('ends the source when the consumer stops', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield await Promise.resolve(i);
      } finally {
        ended = true;
      }
    }
    for await (const item of readAhead(source(), 2)) if (item === 3) break;
    expect(ended).toBe(true);
  });
});
