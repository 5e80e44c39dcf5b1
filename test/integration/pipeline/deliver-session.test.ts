import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openStore, type Store } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const DIST = resolve(import.meta.dirname, '../../../dist');
const DEMO = resolve(import.meta.dirname, '../../../demo');
const PICTURES = ['S05_coating_grains.tif', 'S06_cracked_coating.tif', 'S07_chip_corner.tif'];

type Line = Record<string, unknown>;

interface Run {
  child: ChildProcessByStdio<null, Readable, null>;
  lines: Line[];
  end: Promise<void>;
}

function startRun(root: string, verb: 'backfill' | 'watch', options: object = {}): Run {
  if (!existsSync(join(DIST, 'pipeline/deliver.js')))
    throw new Error('dist/ is missing: npm run build comes before this test.');
  const script = join(import.meta.dirname, 'deliver-session.mjs');
  const child = spawn(process.execPath, [script, DIST, root, verb, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  return { child, lines, end: new Promise((done) => child.on('close', () => done())) };
}

async function backfill(root: string): Promise<{ fresh: number; done: number; undelivered: string[] }> {
  const run = startRun(root, 'backfill');
  await run.end;
  return (run.lines.at(-1) as { summary: { fresh: number; done: number; undelivered: string[] } }).summary;
}

function makeInbox(root: string, pictures: string[] = PICTURES): void {
  mkdirSync(join(root, 'inbox'), { recursive: true });
  for (const name of pictures) copyFileSync(join(DEMO, name), join(root, 'inbox', name));
}

function contentBelow(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]));
}

function read<T>(root: string, name: 'state' | 'index', ask: (store: Store) => T): T {
  const store = openStore(join(root, name), { access: 'read', durability: 'batch' });
  try {
    return ask(store);
  } finally {
    store.close();
  }
}

async function eventually(check: () => void): Promise<void> {
  await vi.waitFor(check, { timeout: 60_000, interval: 50 });
}

describe('a session with targets', () => {
  it('delivers all records of a backfill before it ends, and indexes them there only', async () => {
    const root = temporaryFolder();
    makeInbox(root);
    expect(await backfill(root)).toMatchObject({ fresh: 3, undelivered: [] });
    expect(contentBelow(join(root, 'target', 'records'))).toEqual(contentBelow(join(root, 'repo', 'records')));
    expect(await read(root, 'index', async ({ index }) => await index.count())).toBe(3);
    const embedded = read(root, 'state', (store) => store.disagreements());
    expect(embedded.notIndexed).toHaveLength(3);
  });

  it('says at the end of a backfill what waits for a target that is away, and the next run delivers it', async () => {
    const root = temporaryFolder();
    makeInbox(root);
    writeFileSync(join(root, 'down'), '');
    expect(await backfill(root)).toMatchObject({
      fresh: 3,
      done: 3,
      undelivered: [
        '3 records wait for target elsewhere: not all publishers have its files yet',
        '3 records wait for target folder: no route to the target',
      ],
    });
    rmSync(join(root, 'down'));
    expect(await backfill(root)).toMatchObject({ fresh: 0, undelivered: [] });
    expect(contentBelow(join(root, 'target', 'records'))).toEqual(contentBelow(join(root, 'repo', 'records')));
  });

  it('makes a picture findable elsewhere soon after it came', async () => {
    const root = temporaryFolder();
    const { child, lines, end } = startRun(root, 'watch');
    await eventually(() => expect(lines).toContainEqual({ ready: true }));
    const [first, second] = PICTURES as [string, string];
    const indexed = (name: string): number | undefined =>
      lines.find((line) => line['indexed'] === name)?.['at'] as number;
    makeInbox(root, [first]);
    await eventually(() => expect(indexed(first)).toBeDefined());
    const dropped = Date.now();
    makeInbox(root, [second]);
    await eventually(() => expect(indexed(second)).toBeDefined());
    // About a second on a busy machine, a fifth of it the gathering of documents.
    expect((indexed(second) ?? Infinity) - dropped).toBeLessThan(15_000);
    child.kill('SIGTERM');
    await end;
    expect(contentBelow(join(root, 'target', 'records'))).toEqual(contentBelow(join(root, 'repo', 'records')));
  });

  it('takes no new pictures while too many records wait, and goes on by itself when they were delivered', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'down'), '');
    const { child, lines, end } = startRun(root, 'watch', { spool: { maxWaiting: 0 } });
    await eventually(() => expect(lines).toContainEqual({ ready: true }));
    const [first, second] = PICTURES as [string, string];
    makeInbox(root, [first]);
    await eventually(() => expect(lines).toContainEqual({ file: join(root, 'inbox', first), state: 'done' }));
    // The room is looked at every three seconds.
    await pause(3500);
    makeInbox(root, [second]);
    const waiting = () => read(root, 'state', ({ ledger }) => ledger.list({ state: 'waiting', limit: 9 }));
    await eventually(() =>
      expect(waiting()).toMatchObject([
        { path: join(root, 'inbox', second), reason: 'more than 0 records wait for delivery' },
      ]),
    );
    rmSync(join(root, 'down'));
    await eventually(() => expect(lines).toContainEqual({ file: join(root, 'inbox', second), state: 'done' }));
    await eventually(() => expect(lines.filter((line) => 'indexed' in line)).toHaveLength(2));
    child.kill('SIGTERM');
    await end;
  });

  it('leaves pictures where they are while the disk is full', async () => {
    const root = temporaryFolder();
    makeInbox(root);
    const { child, lines, end } = startRun(root, 'backfill', { spool: { minFreeGiB: 1e9 } });
    await eventually(() => expect(lines).toContainEqual({ ready: true }));
    await pause(1000);
    child.kill('SIGTERM');
    await end;
    expect(lines.at(-1)).toMatchObject({ summary: { fresh: 0, quarantined: 0, stopped: true } });
    expect(await backfill(root)).toMatchObject({ fresh: 3, undelivered: [] });
  });
});
