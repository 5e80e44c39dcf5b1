import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import { sha256OfFile } from '../store/content-hash.ts';
import type { Ledger } from '../store/ledger.ts';
import { listRecords } from './list-records.ts';
import type { Publisher } from './publisher.ts';
import { type CheckedFolder, checkFolder } from './verify/check-folder.ts';
import { checkTarget } from './verify/check-target.ts';
import type { Difference } from './verify/difference.ts';

export interface VerifyOptions {
  repo: string;
  /** Names, sizes and revisions only; nothing is read whole. */
  quick: boolean;
  publishers: readonly Publisher[];
  ledger?: Pick<Ledger, 'list' | 'byHash'>;
  /** Every id of the search index with its revision. */
  indexed?: AsyncIterable<{ id: ContentHash; revision: number }>;
  signal: AbortSignal;
  onDifference: (difference: Difference) => void;
  /** Wanted: told of each original whose bytes are proven to be safe in every place. */
  onSafe?: (path: string) => void;
  onProgress: (records: number) => void;
}

export interface VerifySummary {
  records: number;
  withdrawn: number;
  differences: number;
  /** Originals that may be deleted. */
  safe: number;
  stopped: boolean;
}

const PAGE = 500;

/** What REPO holds. */
interface Seen {
  revisions: Map<ContentHash, number>;
  withdrawn: Set<ContentHash>;
}

/**
 * Holds REPO against its own checksums, then the ledger, the search index and every target against REPO. Nothing is
 * changed anywhere. Of each record its id and revision stay in memory, about 100 bytes.
 *
 * An original is safe where its record is whole in REPO, every target holds the same revision with checksums that were
 * compared, and its own bytes, read once more, are those of the record; not in a quick look. A record holds all pixels and
 * headers of its original but not the very file, and one that lacks some of its pages makes nothing safe.
 */
export async function verifyRecords(options: VerifyOptions): Promise<VerifySummary> {
  const { repo, signal, publishers } = options;
  const summary: VerifySummary = { records: 0, withdrawn: 0, differences: 0, safe: 0, stopped: false };
  const note = (difference: Difference): void => {
    summary.differences += 1;
    options.onDifference(difference);
  };
  const seen: Seen = { revisions: new Map(), withdrawn: new Set() };
  const silent = new Set<Publisher>();
  for await (const id of listRecords(repo)) {
    if (signal.aborted) return { ...summary, stopped: true };
    const here = await checkFolder(repo, id, options.quick);
    here.differences.forEach(note);
    summary.records += 1;
    if (here.revision !== undefined) seen.revisions.set(id, here.revision);
    if (here.withdrawn) seen.withdrawn.add(id);
    const proven = await askTargets(id, here, { ...options, onDifference: note }, silent);
    if (proven && isWhole(here) && keepsEverything(here)) summary.safe += await tellSafe(id, options);
    options.onProgress(summary.records);
  }
  summary.withdrawn = seen.withdrawn.size;
  if (options.ledger) checkLedger(options.ledger, seen, note);
  if (options.indexed) await checkIndex(options.indexed, seen, note);
  for (const publisher of publishers) {
    if (!silent.has(publisher)) await findExtra(publisher, seen, signal, note);
  }
  return summary;
}

/** Issues of records that do not hold all of their original. */
const LOSSY = new Set(['pages-left-out', 'page-unreadable', 'tiff-damaged']);

/** False where pages of the original are not in the record: deleting it would lose them. */
function keepsEverything({ stored }: CheckedFolder): boolean {
  return (stored?.record.issues ?? []).every(
    (issue) => !LOSSY.has(issue.code) && (issue.code !== 'more-pages' || issue['frames'] !== undefined),
  );
}

function isWhole({ stored, differences }: CheckedFolder): boolean {
  return stored !== undefined && differences.length === 0;
}

/** True when every target is proven to hold the record. */
async function askTargets(
  id: ContentHash,
  here: CheckedFolder,
  { publishers, quick, signal, onDifference }: VerifyOptions,
  silent: Set<Publisher>,
): Promise<boolean> {
  if (here.revision === undefined) return false;
  let proven = !quick && !here.withdrawn;
  for (const publisher of publishers) {
    if (silent.has(publisher)) {
      proven = false;
      continue;
    }
    const checked = await checkTarget(publisher, id, here, { quick, signal });
    checked.differences.forEach(onDifference);
    if (checked.silent) silent.add(publisher);
    proven &&= checked.proven;
  }
  return proven;
}

/** Reads every original of these bytes once more; tells of and counts those that are still what was recorded. */
async function tellSafe(id: ContentHash, { ledger, onSafe }: VerifyOptions): Promise<number> {
  if (!onSafe || !ledger) return 0;
  let safe = 0;
  for (const { path } of ledger.byHash([id]).get(id) ?? []) {
    const found = await sha256OfFile(path).catch((error: unknown) => {
      if (isIngestError(error, 'store/io')) return undefined;
      throw error;
    });
    if (found !== id) continue;
    onSafe(path);
    safe += 1;
  }
  return safe;
}

function checkLedger(ledger: Pick<Ledger, 'list'>, { revisions }: Seen, note: (difference: Difference) => void): void {
  for (let after = 0; ; ) {
    const rows = ledger.list({ state: 'done', limit: PAGE, after });
    for (const { contentHash: id, recordRevision = 0, path } of rows) {
      if (id === undefined) continue;
      const found = revisions.get(id);
      if (found === undefined) {
        note({ place: 'repo', kind: 'missing', id, message: `the ledger has its record as done, made of ${path}` });
      } else if (found < recordRevision) {
        const message = `the ledger knows revision ${recordRevision}, found ${found}`;
        note({ place: 'repo', kind: 'older', id, message });
      }
    }
    const last = rows.at(-1);
    if (!last) return;
    after = last.file;
  }
}

async function checkIndex(
  indexed: AsyncIterable<{ id: ContentHash; revision: number }>,
  { revisions, withdrawn }: Seen,
  note: (difference: Difference) => void,
): Promise<void> {
  const waiting = new Map(revisions);
  for (const id of withdrawn) waiting.delete(id);
  for await (const { id, revision } of indexed) {
    const expected = waiting.get(id);
    waiting.delete(id);
    if (expected === undefined) {
      note({ place: 'index', kind: 'extra', id, message: 'REPO has no such record' });
    } else if (revision !== expected) {
      const kind = revision < expected ? 'older' : 'newer';
      note({ place: 'index', kind, id, message: `expected revision ${expected}, found ${revision}` });
    }
  }
  for (const id of waiting.keys()) {
    note({ place: 'index', kind: 'not-indexed', id, message: 'no search finds this record' });
  }
}

async function findExtra(
  publisher: Publisher,
  { revisions }: Seen,
  signal: AbortSignal,
  note: (difference: Difference) => void,
): Promise<void> {
  for await (const id of publisher.list({ signal })) {
    if (revisions.has(id)) continue;
    note({ place: publisher.target, kind: 'extra', id, message: 'REPO has no such record' });
  }
}
