import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Records are built in `REPO/.staging/<host>-<pid>-<random>/` and appear in `records/` by one rename, so that no reader
 * ever sees half a record and a killed run leaves its rubbish in one known place.
 */
const STAGING = '.staging';
/** A run of another computer whose folder nobody touched for so long is taken for dead. */
const FOREIGN_AGE_MS = 7 * 24 * 3600 * 1000;

const hostKey = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Makes this run's own staging folder and returns its absolute path. */
export async function openStaging(repo: string): Promise<string> {
  const folder = join(repo, STAGING, `${hostKey}-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Removes this run's staging folder, and the folder of all runs when it is the last. */
export async function closeStaging(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await rmdir(join(folder, '..')).catch(() => undefined);
}

/** Removes what killed runs of this computer left, and what other computers left long ago; returns how many. */
export async function sweepStaging(repo: string, now = Date.now()): Promise<number> {
  const root = join(repo, STAGING);
  const names = await readdir(root).catch(() => []);
  let swept = 0;
  for (const name of names) {
    if (!(await isDead(root, name, now))) continue;
    await rm(join(root, name), { recursive: true, force: true });
    swept += 1;
  }
  if (swept > 0) await rmdir(root).catch(() => undefined);
  return swept;
}

async function isDead(root: string, name: string, now: number): Promise<boolean> {
  const match = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{8}$/.exec(name);
  if (match?.[1] === hostKey) return !isRunning(Number(match[2]));
  const facts = await stat(join(root, name)).catch(() => undefined);
  return facts !== undefined && now - facts.mtimeMs > FOREIGN_AGE_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
