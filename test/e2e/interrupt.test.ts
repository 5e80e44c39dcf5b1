import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { writeDistinctTiffs } from '../builders/distinct-tiffs.ts';
import { filesBelow, finished, jsonLines, makePlaces, runCli, startCli } from './run-cli.ts';

it('stops politely on SIGTERM, keeps what is done, and goes on with the next run', async () => {
  const { inbox, repo, places } = await makePlaces();
  await writeDistinctTiffs(inbox, 120);
  const args = ['backfill', inbox, ...places, '--workers', '1', '--json'];
  const child = startCli(args);
  const end = finished(child);
  while (!(await filesBelow(repo)).some((file) => file.endsWith('record.json')) && child.exitCode === null)
    await delay(5);
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await end;
  expect(code).toBe(1);
  expect(stderr).toMatch(/stopping after the files under way/);
  const done = jsonLines(stdout).filter(({ state }) => state === 'done').length;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(120);
  expect((await filesBelow(repo)).filter((file) => file.endsWith('record.json'))).toHaveLength(done);
  expect((await filesBelow(repo)).filter((file) => file.includes('.staging'))).toEqual([]);
  const rest = await runCli(args);
  expect(rest.code).toBe(0);
  expect(jsonLines(rest.stdout).filter(({ state }) => state === 'done')).toHaveLength(120 - done);
});
