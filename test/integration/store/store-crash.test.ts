import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseQuery } from '../../../src/search/parse-query.ts';
import { STORE_FILE } from '../../../src/store/state-folder.ts';
import { acquireStateLock, stateLockHolder } from '../../../src/store/state-lock.ts';
import { openStore } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const DIST = resolve(import.meta.dirname, '../../../dist');
const BATCH = 16;

type Writer = ChildProcessByStdio<null, Readable, null>;

/** Starts a process that commits batches without end. The program must be built: another process runs no TypeScript. */
function startWriter(state: string): Writer {
  if (!existsSync(join(DIST, 'store/store.js')))
    throw new Error('dist/ is missing: npm run build comes before this test.');
  const script = join(import.meta.dirname, 'crash-writer.mjs');
  return spawn(process.execPath, [script, DIST, state], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills the writer once it has said that `commits` batches are in; returns the last number it said. */
async function killAfter(writer: Writer, commits: number): Promise<number> {
  let last = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    last = Number(line);
    if (last >= commits) writer.kill('SIGKILL');
  }
  return last;
}

describe('a store whose process is killed', () => {
  it('is whole every time: all that was committed, ledger and index alike, nothing twice, the lock free', async () => {
    const state = temporaryFolder();
    let acknowledged = 0;
    for (const round of [1, 2, 3, 4, 5]) {
      acknowledged = await killAfter(startWriter(state), acknowledged + round * 3);
      acquireStateLock(state).release();
      const store = openStore(state, { access: 'write', durability: 'batch' });
      const { done } = store.ledger.counts();
      expect(done % BATCH).toBe(0);
      expect(done / BATCH).toBeGreaterThanOrEqual(acknowledged);
      expect(store.disagreements()).toEqual({ notIndexed: [], notInLedger: [] });
      expect(await store.index.count()).toBe(done);
      const found = await store.index.search(parseQuery({ text: 'killed', label: ['Fibres'] }));
      expect(found.total).toBe(done);
      store.close();
      expect(damage(state)).toEqual(['ok']);
    }
  });

  it('is locked to others while the process lives, and readable', async () => {
    const state = temporaryFolder();
    const writer = startWriter(state);
    onTestFinished(() => void writer.kill('SIGKILL'));
    const lines = createInterface({ input: writer.stdout });
    await once(lines, 'line');
    expect(stateLockHolder(state)?.pid).toBe(writer.pid);
    expect(() => acquireStateLock(state)).toThrow(expect.objectContaining({ code: 'store/locked' }));
    const reader = openStore(state, { access: 'read', durability: 'batch' });
    expect(reader.ledger.counts().done).toBeGreaterThanOrEqual(BATCH);
    reader.close();
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    expect(stateLockHolder(state)).toBeUndefined();
  });
});

/** What SQLite's own check of the file says; the text index checks itself against its own tables. */
function damage(state: string): unknown[] {
  const db = new Database(join(state, STORE_FILE));
  try {
    db.exec("INSERT INTO document_text (document_text) VALUES ('integrity-check')");
    return db.prepare('PRAGMA integrity_check').pluck().all();
  } finally {
    db.close();
  }
}
