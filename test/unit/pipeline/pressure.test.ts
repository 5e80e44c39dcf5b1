import { describe, expect, it } from 'vitest';
import { createPressure, type SpoolOptions } from '../../../src/pipeline/pressure.ts';
import { createFakeClock } from '../watcher/fake-clock.ts';

const GIB = 2 ** 30;

function create(options: SpoolOptions) {
  const clock = createFakeClock();
  const world = { free: { '/repo': 9 * GIB, '/state': 9 * GIB } as Record<string, number>, waiting: 0, looks: 0 };
  const folders = [
    { name: 'REPO', path: '/repo' },
    { name: 'STATE', path: '/state' },
  ];
  const freeBytes = async (path: string): Promise<number> => {
    world.looks += 1;
    const free = world.free[path];
    if (free === undefined) throw new Error('ENOENT');
    return free;
  };
  const pressure = createPressure(options, { folders, waiting: () => world.waiting, freeBytes, clock });
  return { clock, world, pressure };
}

describe('the pressure on the disks', () => {
  it('is none while both disks have room, and names the one that has not', async () => {
    const { clock, world, pressure } = create({ minFreeGiB: 2 });
    expect(await pressure.reason()).toBeUndefined();
    world.free['/state'] = 2 * GIB - 1;
    await clock.advance(3000);
    expect(await pressure.reason()).toBe('the disk of STATE has less than 2 GiB free');
    world.free['/state'] = 2 * GIB;
    await clock.advance(3000);
    expect(await pressure.reason()).toBeUndefined();
  });

  it('looks at the disks every three seconds at most', async () => {
    const { clock, world, pressure } = create({ minFreeGiB: 2 });
    for (let n = 0; n < 30; n++) {
      await pressure.reason();
      await clock.advance(100);
    }
    expect(world.looks).toBe(2);
  });

  it('counts what waits for delivery where that is limited', async () => {
    const { clock, world, pressure } = create({ minFreeGiB: 0, maxWaiting: 100 });
    world.waiting = 100;
    expect(await pressure.reason()).toBeUndefined();
    world.waiting = 101;
    await clock.advance(3000);
    expect(await pressure.reason()).toBe('more than 100 records wait for delivery');
  });

  it('leaves a folder that is not there to those who write to it', async () => {
    const { world, pressure } = create({ minFreeGiB: 2 });
    delete world.free['/repo'];
    expect(await pressure.reason()).toBeUndefined();
  });

  it('makes its caller wait until there is room, tells each reason once, and ends when it is stopped', async () => {
    const { clock, world, pressure } = create({ minFreeGiB: 2, maxWaiting: 5 });
    world.free['/repo'] = 0;
    const heard: string[] = [];
    let through = false;
    void pressure.relief(new AbortController().signal, (reason) => heard.push(reason)).then(() => (through = true));
    await clock.advance(60_000);
    expect([heard, through]).toEqual([['the disk of REPO has less than 2 GiB free'], false]);
    world.free['/repo'] = 9 * GIB;
    world.waiting = 6;
    await clock.advance(3000);
    expect(heard).toHaveLength(2);
    world.waiting = 0;
    await clock.advance(3000);
    expect(through).toBe(true);

    world.free['/repo'] = 0;
    await clock.advance(3000);
    const stop = new AbortController();
    const stopped = pressure.relief(stop.signal, () => stop.abort());
    await stopped;
  });
});
