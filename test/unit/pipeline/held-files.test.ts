import { describe, expect, it } from 'vitest';
import { createHeldFiles } from '../../../src/pipeline/held-files.ts';
import { createPressure } from '../../../src/pipeline/pressure.ts';
import { createFakeClock } from '../watcher/fake-clock.ts';

function create() {
  const clock = createFakeClock();
  const disk = { free: 0 };
  const pressure = createPressure(
    { minFreeGiB: 2 },
    { folders: [{ name: 'REPO', path: '/repo' }], waiting: () => 0, freeBytes: async () => disk.free, clock },
  );
  const stop = new AbortController();
  const noted: string[] = [];
  const warned: string[] = [];
  const released: string[] = [];
  const held = createHeldFiles({
    pressure,
    signal: stop.signal,
    onHold: ({ path }, reason) => noted.push(`${path}: ${reason}`),
    onPressure: (reason) => warned.push(reason),
    release: ({ path }) => released.push(path),
  });
  const file = (path: string) => ({ path, relativePath: path, size: 1, mtimeMs: 1, sidecars: [] });
  return { clock, disk, held, file, noted, warned, released, stop };
}

const REASON = 'the disk of REPO has less than 2 GiB free';

describe('files held back', () => {
  it('wait with the reason while the disk is full, and are released when it has room', async () => {
    const { clock, disk, held, file, noted, warned, released } = create();
    expect(await held.takes(file('a'))).toBe(true);
    expect(await held.takes(file('b'))).toBe(true);
    await clock.advance(30_000);
    expect(noted).toEqual([`a: ${REASON}`, `b: ${REASON}`]);
    expect(warned).toEqual([REASON]);
    expect(released).toEqual([]);
    disk.free = 2 ** 40;
    await clock.advance(3000);
    expect(released).toEqual(['a', 'b']);
    expect(await held.takes(file('a'))).toBe(false);
  });

  it('are held again when the disk fills up again', async () => {
    const { clock, disk, held, file, warned, released } = create();
    await held.takes(file('a'));
    disk.free = 2 ** 40;
    await clock.advance(3000);
    disk.free = 0;
    await clock.advance(3000);
    expect(await held.takes(file('a'))).toBe(true);
    disk.free = 2 ** 40;
    await clock.advance(3000);
    expect(released).toEqual(['a', 'a']);
    expect(warned).toEqual([REASON, REASON]);
  });

  it('do not pile up in memory: with a thousand, the next waits in the inbox', async () => {
    const { clock, disk, held, file, released } = create();
    for (let n = 1; n < 1000; n++) await held.takes(file(`${n}`));
    let through = false;
    void held.takes(file('1000')).then(() => (through = true));
    await clock.advance(30_000);
    expect(through).toBe(false);
    disk.free = 2 ** 40;
    await clock.advance(3000);
    expect(through).toBe(true);
    expect(released).toHaveLength(1000);
  });

  it('keep nobody from stopping', async () => {
    const { clock, held, file, stop } = create();
    for (let n = 1; n < 1000; n++) await held.takes(file(`${n}`));
    let through = false;
    void held.takes(file('1000')).then(() => (through = true));
    await clock.advance(0);
    stop.abort();
    await clock.advance(0);
    expect(through).toBe(true);
  });
});
