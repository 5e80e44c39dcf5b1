import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { IngestError } from '../domain/errors.ts';
import { openLock } from './sqlite.ts';

const LOCK_FILE = 'state.lock';
const HOLDER_FILE = 'state.lock.json';
/** `status` takes the lock for a moment to see whether it is free: a run that starts just then waits that moment. */
const PATIENCE_MS = 300;

/** Who works on a STATE folder, as far as can be told. */
export interface LockHolder {
  pid?: number | undefined;
  host?: string | undefined;
  since?: string | undefined;
}

const Holder = z.object({ pid: z.int(), host: z.string(), since: z.string() });

export interface StateLock {
  /** Lets the next process in. A process that dies releases it too, however it dies. */
  release(): void;
}

/**
 * Takes the one right to work on `stateDir` (backfill, watch, reprocess). It is a lock of the operating system on a file
 * there, not a process number written down: it cannot be left behind by a crash, nor be mistaken for another process
 * that got the same number. Reading (search, status) needs no lock.
 * @throws IngestError `store/locked` naming the holder.
 */
export function acquireStateLock(stateDir: string): StateLock {
  mkdirSync(stateDir, { recursive: true });
  const lock = openLock(join(stateDir, LOCK_FILE), PATIENCE_MS);
  if (lock === undefined) throw lockedError(stateDir);
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  writeFileSync(join(stateDir, HOLDER_FILE), JSON.stringify(holder));
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      rmSync(join(stateDir, HOLDER_FILE), { force: true });
      lock.release();
    },
  };
}

/** Who holds the lock of `stateDir` now; undefined when it is free. */
export function stateLockHolder(stateDir: string): LockHolder | undefined {
  const file = join(stateDir, LOCK_FILE);
  if (!existsSync(file)) return undefined;
  const lock = openLock(file, 0);
  if (lock === undefined) return readHolder(stateDir);
  lock.release();
  return undefined;
}

function lockedError(stateDir: string): IngestError {
  const { pid, host, since } = readHolder(stateDir);
  const who = pid === undefined ? 'another process' : `process ${pid} on ${host} since ${since}`;
  return new IngestError(
    'store/locked',
    `Cannot start work on STATE "${stateDir}": expected nobody else at work there, found ${who}. Wait for it, stop it, or give this run its own --state.`,
    { retryable: true, context: { pid } },
  );
}

function readHolder(stateDir: string): LockHolder {
  try {
    return Holder.parse(JSON.parse(readFileSync(join(stateDir, HOLDER_FILE), 'utf8')));
  } catch {
    return {};
  }
}
