import { resolve } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { candidateRules } from '../watcher/candidate.ts';
import { inboxConflict } from '../watcher/inbox-conflict.ts';
import { type InboxProblem, listInbox } from '../watcher/list-inbox.ts';
import { followPromotions } from './follow-promotion.ts';
import { createNameInside } from './name-inside.ts';
import { planFiles } from './plan-files.ts';
import { readAhead } from './read-ahead.ts';
import { type RunOptions, type RunSummary, runPlans } from './run-files.ts';
import { createUserFiles } from './user-files.ts';

/** So many files are listed ahead of the workers: enough for an ETA early on, a few MB of memory. */
const LISTED_AHEAD = 20_000;

export interface BackfillOptions extends RunOptions {
  inbox: string;
  /** Called as the listing goes on; `ended` when the total is final. */
  onListed?: (total: number, ended: boolean) => void;
  onProblem?: (problem: InboxProblem) => void;
}

/**
 * Makes records of all pictures below `inbox`. What the ledger knows as finished is not opened again. A model that is
 * promoted meanwhile labels the pictures that come after.
 */
export async function backfill(options: BackfillOptions): Promise<RunSummary> {
  const { inbox, signal, log } = options;
  const onProblem = (problem: InboxProblem): void => {
    log.warn({ ...problem }, 'problem in the inbox');
    options.onProblem?.(problem);
  };
  // All kinds of picture are listed, also those that are not accepted: each gets a state with a reason.
  const rules = candidateRules(['tiff', 'jpeg', 'png']);
  const files = listInbox(inbox, { rules, nameInside: createNameInside() }, { signal, onProblem });
  const { store, versions, config } = options.session;
  const ahead = readAhead(files, LISTED_AHEAD, options.onListed);
  const userFiles = createUserFiles(inbox);
  const plans = planFiles(ahead, { inbox, ledger: store.ledger, versions, accept: config.accept, userFiles });
  const promotions = followPromotions(options.session, log);
  try {
    return await runPlans(plans, options);
  } finally {
    await promotions.stop();
  }
}

/**
 * The inbox as an absolute path.
 * @throws IngestError `usage` when it contains REPO or STATE, or lies in one of them.
 */
export async function checkedInbox(inbox: string, places: { repo: string; state: string }): Promise<string> {
  const absolute = resolve(inbox);
  const conflict = await inboxConflict(absolute, places.repo, places.state);
  if (conflict !== undefined) throw new IngestError('usage', conflict);
  return absolute;
}
