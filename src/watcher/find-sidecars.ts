import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CandidateRules } from './candidate.ts';
import type { Clock } from './clock.ts';
import { type Pairs, pairSidecars } from './pair-sidecars.ts';

/** Finds the sidecars of a picture at the moment it is handed out. */
export interface SidecarFinder {
  /** Absolute paths, sorted; empty when the folder cannot be read now. */
  find(picture: string): Promise<string[]>;
  /** A sidecar came to this folder: what is remembered of it is out of date. */
  forget(folder: string): void;
}

/** Pictures become ready in bursts: one listing serves those of a folder for as long as this. */
const FRESH_MS = 500;
const FOLDERS_KEPT = 8;

export function createSidecarFinder(rules: CandidateRules, clock: Clock): SidecarFinder {
  const listings = new Map<string, { at: number; pairs: Promise<Pairs> }>();
  return {
    find: async (picture) => {
      const folder = dirname(picture);
      let listing = listings.get(folder);
      if (!listing || clock.now() - listing.at > FRESH_MS) {
        listing = { at: clock.now(), pairs: listPairs(folder, rules) };
        listings.delete(folder);
        listings.set(folder, listing);
        for (const oldest of listings.keys()) if (listings.size > FOLDERS_KEPT) listings.delete(oldest);
      }
      const pairs = await listing.pairs;
      return pairs.sidecarsOf(basename(picture)).map((name) => join(folder, name));
    },
    forget: (folder) => {
      listings.delete(folder);
    },
  };
}

async function listPairs(folder: string, rules: CandidateRules): Promise<Pairs> {
  const names = await readdir(folder).catch(() => []);
  return pairSidecars(
    [],
    names.filter((name) => rules.kindOf(name) === 'sidecar'),
  );
}
