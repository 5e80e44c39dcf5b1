import type { BigIntStats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isAbsent } from './list-inbox.ts';

interface Place {
  name: string;
  given: string;
  /** The real path; of a folder that is yet to be made, the real path of what exists of it, and the rest. */
  path: string;
}

/**
 * Says why these three folders cannot be used together, or undefined when they can: an inbox must not contain REPO or
 * STATE, lie in one of them, or be one of them, or the program would ingest its own output. Links are resolved, folders
 * need not exist yet, and bind mounts and second drive letters are recognised by device and inode.
 */
export async function inboxConflict(inbox: string, repo: string, state: string): Promise<string | undefined> {
  const ours = await placeOf('the inbox', inbox);
  for (const other of [await placeOf('REPO', repo), await placeOf('STATE', state)]) {
    if (await contains(ours, other)) return sentence(ours, other);
    if (await contains(other, ours)) return sentence(other, ours);
  }
  return undefined;
}

function sentence(outer: Place, inner: Place): string {
  const found = `${outer.name} (${outer.given}) contains or is ${inner.name} (${inner.given})`;
  return `Expected inbox, REPO and STATE apart, found that ${found}`;
}

async function placeOf(name: string, given: string): Promise<Place> {
  return { name, given, path: await realPathOfFuture(resolve(given)) };
}

async function realPathOfFuture(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isAbsent(error) || parent === path) throw error;
    return join(await realPathOfFuture(parent), basename(path));
  }
}

async function contains(outer: Place, inner: Place): Promise<boolean> {
  const outerFacts = await factsOf(outer.path);
  for (let path = inner.path; ; path = dirname(path)) {
    if (samePath(path, outer.path)) return true;
    if (outerFacts && sameFolder(outerFacts, await factsOf(path))) return true;
    if (dirname(path) === path) return false;
  }
}

function samePath(a: string, b: string): boolean {
  if (process.platform === 'linux') return a === b;
  // Windows and macOS compare names without case, and `realpath` cannot tell the case of a folder yet to be made.
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}

function sameFolder(a: BigIntStats, b: BigIntStats | undefined): boolean {
  return b !== undefined && a.ino !== 0n && a.ino === b.ino && a.dev === b.dev;
}

async function factsOf(path: string): Promise<BigIntStats | undefined> {
  return await stat(path, { bigint: true }).catch(() => undefined);
}
