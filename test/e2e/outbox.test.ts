import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { FileOutcome } from '../../src/store/ledger-row.ts';
import type { OutboxItem } from '../../src/store/outbox-row.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { idOf } from '../builders/micrograph-record.ts';
import { jsonLines, makePlaces, runCli } from './run-cli.ts';

const HOUR = 3_600_000;

function done(name: string): FileOutcome {
  const work = { contentHash: idOf(name), versions: { harvestVersion: 1, convertVersion: 1 }, recordRevision: 1 };
  return { path: `/in/${name}`, inbox: '/in', bytes: 1, mtimeMs: 1, state: 'done', reason: 'record made', ...work };
}

/** A STATE in which a target has one record of four, refused one, and failed to get one; nothing is sent to it now. */
async function makeState(): Promise<string[]> {
  const { state, repo, places } = await makePlaces();
  await mkdir(repo);
  const now = Date.now() - 2 * HOUR;
  const targets = [
    { name: 'webdav', kind: 'publish' },
    { name: 'elastic', kind: 'index' },
  ] as const;
  const store = openStore(state, { access: 'write', durability: 'batch', now: () => now, targets });
  store.commit(['a', 'b', 'c', 'd'].map(done), []);
  settle(store.outbox, now);
  store.close();
  return places;
}

function settle(outbox: Store['outbox'], now: number): void {
  const [a, b, c] = outbox.due('webdav', now, 3) as [OutboxItem, OutboxItem, OutboxItem];
  outbox.delivered('webdav', [a]);
  outbox.refused(b, { code: 'publish/refused', message: 'the name is\ntoo long' });
  outbox.failed(c, { code: 'publish/unreachable', message: 'no route', nextTryAt: now + 9 * HOUR });
  outbox.pause('webdav', { code: 'publish/unauthorised', reason: 'wrong password' });
}

describe('the outbox on the command line', () => {
  it('is told by status: what waits, since when and why, and what was given up', async () => {
    const places = await makeState();
    const { stdout, code } = await runCli(['status', ...places]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^elastic +4 +0 +0 +2 h 0 min/m);
    expect(stdout).toMatch(/^webdav +2 +1 +1 +2 h 0 min +wrong password$/m);
    expect(stdout).toContain('webdav is paused until a new run or semantiff retry --target webdav: wrong password');
    const [line] = jsonLines((await runCli(['status', ...places, '--json'])).stdout);
    expect(line).toMatchObject({
      counts: { done: 4 },
      targets: [
        { target: 'elastic', kind: 'index', waiting: 4, failed: 0, delivered: 0 },
        {
          target: 'webdav',
          kind: 'publish',
          waiting: 2,
          failed: 1,
          delivered: 1,
          oldest: { id: idOf('c'), attempts: 1 },
          why: 'wrong password',
          paused: { code: 'publish/unauthorised', reason: 'wrong password' },
        },
      ],
    });
  });

  it('lists what one target was given up for and is still to have', async () => {
    const places = await makeState();
    const { stdout } = await runCli(['status', ...places, '--target', 'webdav']);
    expect(stdout).toContain(`failed  ${idOf('b')}      1  the name is too long`);
    const lines = jsonLines((await runCli(['status', ...places, '--target', 'webdav', '--json'])).stdout);
    expect(lines).toMatchObject([
      { target: 'webdav', id: idOf('b'), kind: 'publish', state: 'failed', attempts: 1, errorCode: 'publish/refused' },
      { id: idOf('c'), state: 'due', reason: 'no route' },
      { id: idOf('d'), state: 'due', attempts: 0 },
    ]);
    const wrong = await runCli(['status', ...places, '--target', 'ftp']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--target expects one of elastic, webdav, and received "ftp"');
  });

  it('is queued again by retry: what was given up, or all that waits for a target; files are left alone', async () => {
    const places = await makeState();
    const failed = await runCli(['retry', ...places, '--failed', '--target', 'webdav', '--json']);
    expect(jsonLines(failed.stdout)).toEqual([{ queued: 1 }]);
    const [line] = jsonLines((await runCli(['status', ...places, '--json'])).stdout);
    expect(line).toMatchObject({ targets: [{ target: 'elastic' }, { target: 'webdav', waiting: 3, failed: 0 }] });
    expect(JSON.stringify(line)).not.toContain('paused');
    const all = await runCli(['retry', ...places, '--target', 'webdav']);
    expect(all.stdout).toBe('1 deliveries queued; a watch that runs, or the next run, takes them.\n');
    expect((await runCli(['retry', ...places, '--failed', 'a.tif'])).code).toBe(2);
  });

  it('is delivered nowhere where no target is configured', async () => {
    const places = await makeState();
    const { code, stderr } = await runCli(['deliver', ...places]);
    expect(code).toBe(2);
    expect(stderr).toContain('No target is configured');
  });
});
