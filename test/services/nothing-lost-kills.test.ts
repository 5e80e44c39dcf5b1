import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { dice } from '../builders/dice.ts';
import { makeWorld, NO_SERVERS } from './world.ts';

const PICTURES = 16;
const KILLS = 50;
/** A run begins its work about half a second after its start, and is at its end after two or three. */
const KILLED_AFTER_MS = { least: 300, most: 2300 };
const WORKERS = ['--workers', '1', '--no-classify'];

describe.skipIf(NO_SERVERS !== undefined)('nothing is lost, and nothing is there twice', () => {
  it(`when ${KILLS} runs are killed at random moments`, async () => {
    const seed = Number(process.env['SEMANTIFF_KILL_SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`SEMANTIFF_KILL_SEED=${seed} repeats the moments of these kills.\n`);
    const { below, pick } = dice(seed);
    const world = await makeWorld({ pictures: PICTURES });
    const verbs = [
      ['backfill', world.inbox, ...WORKERS],
      ['reprocess', '--all', ...WORKERS],
      ['deliver', '--until-empty'],
    ];
    const killed: Record<string, number> = {};
    for (let kills = 0, runs = 0; kills < KILLS; runs++) {
      expect(runs, 'runs end before they are killed').toBeLessThan(4 * KILLS);
      const [verb = '', ...args] = pick(verbs);
      const run = world.start(verb, ...args);
      run.stdout?.resume();
      run.stderr?.resume();
      // Not for its worker, which may go on for a moment while the next run begins.
      const end = once(run, 'exit');
      await Promise.race([end, delay(KILLED_AFTER_MS.least + below(KILLED_AFTER_MS.most - KILLED_AFTER_MS.least))]);
      if (run.exitCode !== null) continue;
      run.kill('SIGKILL');
      await end;
      kills += 1;
      killed[verb] = (killed[verb] ?? 0) + 1;
    }
    process.stdout.write(`Killed at work: ${JSON.stringify(killed)}.\n`);
    for (const verb of verbs.slice(0, 2)) {
      const { code, stderr } = await world.run(...verb);
      expect(code, stderr).toBe(0);
    }
    await world.deliver();
    await world.expectNothingLost();
  });
});
