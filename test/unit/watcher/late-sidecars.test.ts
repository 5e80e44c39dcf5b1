import { describe, expect, it } from 'vitest';
import { createLateSidecars } from '../../../src/watcher/late-sidecars.ts';
import { createFakeClock } from './fake-clock.ts';

function bench() {
  const clock = createFakeClock();
  const taken: string[] = [];
  const faults: unknown[] = [];
  const late = createLateSidecars(clock, 100, {
    onQuiet: async (sidecar) => {
      taken.push(sidecar);
      if (sidecar === 'bad') throw new Error('program fault');
      await Promise.resolve();
    },
    onTooMany: () => taken.push('scan'),
    onFault: (error) => faults.push(error),
  });
  return { clock, taken, faults, late };
}

describe('sidecars that come late', () => {
  it('are taken once, when they have been quiet', async () => {
    const { clock, taken, late } = bench();
    late.add('a.txt');
    await clock.advance(60);
    late.add('a.txt');
    await clock.advance(60);
    expect(taken).toEqual([]);
    await clock.advance(60);
    expect(taken).toEqual(['a.txt']);
    await clock.advance(1000);
    expect(taken).toEqual(['a.txt']);
  });

  it('are left alone after the stop, and a fault is told', async () => {
    const { clock, taken, faults, late } = bench();
    late.add('bad');
    await clock.advance(100);
    expect(faults).toEqual([new Error('program fault')]);
    late.add('a.txt');
    late.stop();
    await clock.advance(1000);
    expect(taken).toEqual(['bad']);
  });

  it('ask for a scan when too many come at once', async () => {
    const { clock, taken, late } = bench();
    for (let i = 0; i < 10_001; i++) late.add(`${i}.txt`);
    expect(taken).toEqual(['scan']);
    late.stop();
    await clock.advance(1);
  });
});
