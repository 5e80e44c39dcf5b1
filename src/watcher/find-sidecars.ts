import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CandidateRules } from './candidate.ts';
import type { Clock } from './clock.ts';
import { type NameInside, type Pairs, pairWithNames } from './pair-sidecars.ts';

/** A sidecar beside a picture: its absolute path and what stat said. */
export interface SidecarSeen {
  path: string;
  size: number;
  mtimeMs: number;
}

/** Finds the sidecars of a picture at the moment it is handed out, and the pictures of a sidecar that has come. */
export interface SidecarFinder {
  /** Sorted by path; empty when the folder cannot be read now. */
  find(picture: string): Promise<SidecarSeen[]>;
  /** Absolute paths, sorted. */
  picturesOf(sidecar: string): Promise<string[]>;
  /** A sidecar came to this folder: what is remembered of it is out of date. */
  forget(folder: string): void;
}

/** Pictures become ready in bursts: one listing serves those of a folder for as long as this. */
const FRESH_MS = 500;
const FOLDERS_KEPT = 8;

export function createSidecarFinder(rules: CandidateRules, clock: Clock, nameInside?: NameInside): SidecarFinder {
  const listings = new Map<string, { at: number; pairs: Promise<Pairs> }>();
  const pairsIn = async (folder: string): Promise<Pairs> => {
    let listing = listings.get(folder);
    if (!listing || clock.now() - listing.at > FRESH_MS) {
      listing = { at: clock.now(), pairs: listPairs(folder, rules, nameInside) };
      listings.delete(folder);
      listings.set(folder, listing);
      for (const oldest of listings.keys()) if (listings.size > FOLDERS_KEPT) listings.delete(oldest);
    }
    return await listing.pairs;
  };
  return {
    find: async (picture) => {
      const folder = dirname(picture);
      const names = (await pairsIn(folder)).sidecarsOf(basename(picture));
      const seen = await Promise.all(names.map((name) => lookAtSidecar(join(folder, name))));
      return seen.filter((sidecar) => sidecar !== undefined);
    },
    picturesOf: async (sidecar) => {
      const folder = dirname(sidecar);
      return (await pairsIn(folder)).picturesOf(basename(sidecar)).map((name) => join(folder, name));
    },
    forget: (folder) => {
      listings.delete(folder);
    },
  };
}

async function lookAtSidecar(path: string): Promise<SidecarSeen | undefined> {
  const facts = await lstat(path).catch(() => undefined);
  return facts?.isFile() ? { path, size: facts.size, mtimeMs: facts.mtimeMs } : undefined;
}

async function listPairs(folder: string, rules: CandidateRules, nameInside: NameInside | undefined): Promise<Pairs> {
  const names = await readdir(folder).catch(() => []);
  const ofKind = (kind: 'picture' | 'sidecar'): string[] => names.filter((name) => rules.kindOf(name) === kind);
  return await pairWithNames(ofKind('picture'), ofKind('sidecar'), {
    nameInside,
    pathOf: (name) => join(folder, name),
  });
}
