import { describe, expect, it } from 'vitest';
import { createScanLoop } from '../../../src/watcher/scan-loop.ts';
import { createFakeClock } from './fake-clock.ts';

function createBench(workMs = 0, rescanMs = 60_000) {
  const clock = createFakeClock();
  const scans: string[] = [];
  const loop = createScanLoop(clock, { rescanMs: () => rescanMs, againMs: 2000 }, async (below) => {
    scans.push(`${clock.now()} ${below ?? 'all'}`);
    if (workMs > 0) {
      await new Promise<void>((resolve) => {
        clock.after(workMs, resolve);
      });
    }
    return workMs;
  });
  return { clock, scans, loop };
}

describe('scan loop', () => {
  it('scans the whole inbox at once and then again and again', async () => {
    const { clock, scans, loop } = createBench();
    const running = loop.run();
    await clock.advance(120_000);
    loop.stop();
    await running;
    expect(scans).toEqual(['0 all', '60000 all', '120000 all']);
  });

  it('scans a tenth of the time at most', async () => {
    const { clock, scans, loop } = createBench(20_000);
    const running = loop.run();
    await clock.advance(420_000);
    loop.stop();
    await running;
    expect(scans).toEqual(['0 all', '200000 all', '400000 all']);
  });

  it('scans a new folder at once, and again when its watch is in place', async () => {
    const { clock, scans, loop } = createBench();
    const running = loop.run();
    await clock.advance(1000);
    loop.folder('a');
    loop.folder('b');
    await clock.advance(10_000);
    loop.stop();
    await running;
    expect(scans).toEqual(['0 all', '1000 a', '1000 b', '3000 a', '3000 b']);
  });

  it('does not forget a wish that comes during a scan', async () => {
    const { clock, scans, loop } = createBench(100);
    const running = loop.run();
    await clock.advance(50);
    loop.soon();
    await clock.advance(10_000);
    loop.stop();
    await running;
    expect(scans).toEqual(['0 all', '100 all']);
  });

  it('scans the whole inbox instead of hundreds of new folders', async () => {
    const { clock, scans, loop } = createBench();
    const running = loop.run();
    await clock.advance(1000);
    for (let i = 0; i < 201; i++) loop.folder(`f${i}`);
    await clock.advance(1000);
    loop.stop();
    await running;
    expect(scans).toEqual(['0 all', '1000 all']);
  });

  it('sleeps for longer than timers of the system can count', async () => {
    const { clock, scans, loop } = createBench(0, 1e12);
    const running = loop.run();
    await clock.advance(10_000);
    loop.stop();
    await running;
    expect(scans).toEqual(['0 all']);
  });
});
