import { errorMessage, isIngestError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import { closeStaging, openStaging, sweepStaging } from '../publish/staging.ts';
import type { LabelChange } from '../store/label-changes.ts';
import { documentOf } from './index-document.ts';
import type { Outgoing } from './outgoing.ts';
import { type Relabelled, relabelRecord } from './relabel-record.ts';

/** What following needs of a session, or of what delivery has open. */
export type FollowSession = Pick<Outgoing, 'repo' | 'store' | 'targets' | 'meaningOf'>;

export interface FollowOptions {
  signal: AbortSignal;
  log: Log;
  /** Records at once. */
  atOnce?: number;
  /** Asked before each record; false ends the run. */
  mayGoOn?: () => boolean;
  /** Leaves a record to a later run. */
  skip?: (change: LabelChange) => boolean;
}

export interface FollowSummary {
  /** Records whose record.json says now what their label says. */
  followed: number;
  /** Records that could not, each with the reason in its row. */
  failed: number;
  /** Records that are still to follow, these included. */
  waiting: number;
}

/** Rows of STATE that are read at once. */
const PAGE = 200;
/** Others are on their way to the disk while one is made. */
const AT_ONCE = 4;

/**
 * Lets the records whose labels in STATE are newer than their record.json follow, as new revisions, the ones that failed least
 * first. Each is committed by itself, so that a run may die or be stopped at any moment; one that fails keeps its row, with
 * the reason, for a later run; a disk that is full ends this one.
 */
export async function followLabels(session: FollowSession, options: FollowOptions): Promise<FollowSummary> {
  const { labelChanges } = session.store;
  const done = { followed: 0, failed: 0 };
  if (labelChanges.count().waiting > 0) {
    await sweepStaging(session.repo);
    const staging = await openStaging(session.repo);
    try {
      await followAll(session, { ...options, staging }, done);
    } finally {
      await closeStaging(staging);
    }
  }
  return { ...done, waiting: labelChanges.count().waiting };
}

/** What people are told of it. */
export function followSentences({ followed, waiting }: FollowSummary): string[] {
  return [
    ...(followed > 0 ? [`${records(followed)} followed labels given since`] : []),
    ...(waiting > 0 ? [`${records(waiting)} still to follow: semantiff status says why`] : []),
  ];
}

function records(count: number): string {
  return count === 1 ? '1 record' : `${count} records`;
}

interface Run extends FollowOptions {
  staging: string;
}

async function followAll(session: FollowSession, run: Run, done: Pick<FollowSummary, 'followed' | 'failed'>) {
  const { signal, mayGoOn, skip, atOnce = AT_ONCE } = run;
  const tried = new Set<string>();
  let isOver = false;
  const goesOn = (): boolean => !isOver && !signal.aborted && mayGoOn?.() !== false;
  const changes = function* (): Generator<LabelChange> {
    for (;;) {
      const page = session.store.labelChanges.page(PAGE + tried.size).filter(({ id }) => !tried.has(id));
      if (page.length === 0) return;
      for (const change of page) {
        tried.add(change.id);
        if (skip?.(change) !== true) yield change;
      }
    }
  };
  const waiting = changes();
  const worker = async (): Promise<void> => {
    for (const change of waiting) {
      if (!goesOn()) return;
      const outcome = await followOne(session, change, run);
      if (outcome === 'followed') done.followed += 1;
      if (outcome === 'failed' || outcome === 'no room') done.failed += 1;
      if (outcome === 'no room') isOver = true;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** `gone`: withdrawn meanwhile, or the run is stopped. */
type Outcome = 'followed' | 'failed' | 'no room' | 'gone';

async function followOne(session: FollowSession, change: LabelChange, run: Run): Promise<Outcome> {
  const { store, targets, meaningOf } = session;
  try {
    const { record, folder } = await relabelled(session, change, run);
    const document = targets.index ? undefined : await documentOf({ record, folder }, meaningOf);
    const { id, revision, classification } = record;
    store.followed({ id, revision, modelSha256: classification.model?.sha256 }, change, document);
    return 'followed';
  } catch (error) {
    if (isIngestError(error, 'publish/withdrawn')) store.labelChanges.forget([change.id]);
    if (run.signal.aborted || isIngestError(error, 'publish/withdrawn')) return 'gone';
    if (!isIngestError(error) && systemCode(error) === undefined) throw error;
    const reason = errorMessage(error);
    store.labelChanges.fail(change.id, reason);
    run.log.warn({ id: change.id, reason }, 'a record could not follow its label');
    return NO_ROOM.has(systemCode(error)) ? 'no room' : 'failed';
  }
}

/** Where a record got one more name at this moment, it is read anew once. */
async function relabelled(
  { repo }: FollowSession,
  { id, classification }: LabelChange,
  { staging, signal }: Run,
): Promise<Relabelled> {
  const tools = { repo, staging, signal };
  try {
    return await relabelRecord(id, classification, tools);
  } catch (error) {
    if (!isIngestError(error, 'publish/source') || !error.retryable) throw error;
    return await relabelRecord(id, classification, tools);
  }
}

const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

/** The code of the operating system's error that this is, or that it was made of. */
function systemCode(error: unknown): unknown {
  if (isIngestError(error)) return error.context['systemCode'];
  return error instanceof Error && 'syscall' in error && 'code' in error ? error.code : undefined;
}
