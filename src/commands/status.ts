import { IngestError } from '../domain/errors.ts';
import { EXIT_OK, FILE_STATES, type FileState } from '../domain/states.ts';
import { targetStatus } from '../pipeline/target-status.ts';
import type { LabelChangeCounts } from '../store/label-changes.ts';
import type { LedgerRow } from '../store/ledger-row.ts';
import { stateLockHolder } from '../store/state-lock.ts';
import { openStore, type Store } from '../store/store.ts';
import { type Invocation, text, wholeNumber } from './invocation.ts';
import { duration } from './progress.ts';
import { knownTarget } from './retry.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine, table } from './table.ts';
import { deliveriesText, targetJson, targetsText } from './targets-text.ts';

const LISTED = 20;

/** `semantiff status`: counts, the oldest waiting file, why a file is where it is. */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const { state } = places(settings);
  const store = openStore(state, { access: 'read', durability: 'batch' });
  const json = invocation.values['json'] === true;
  try {
    const target = knownTarget(store.outbox, text(invocation.values, 'target'));
    if (target !== undefined) {
      const limit = wholeNumber(invocation.values, 'limit', 1) ?? LISTED;
      process.stdout.write(deliveriesText(store.outbox, { target, limit, json }));
      return EXIT_OK;
    }
    const rows = listed(invocation, store);
    if (json) printJson(store, rows, state);
    else process.stdout.write(rows ? rowsText(rows) : overviewText(store, state));
    return EXIT_OK;
  } finally {
    store.close();
  }
}

function listed({ operands, values }: Invocation, store: Store): LedgerRow[] | undefined {
  if (operands.length > 0) return operands.flatMap((path) => store.ledger.why(path));
  const show = text(values, 'show');
  if (show === undefined) return undefined;
  const state = FILE_STATES.find((name) => name === show);
  if (!state) throw new IngestError('usage', `--show expects one of ${FILE_STATES.join(', ')}, and received "${show}"`);
  return store.ledger.list({ state, limit: wholeNumber(values, 'limit', 1) ?? LISTED });
}

function printJson(store: Store, rows: LedgerRow[] | undefined, stateFolder: string): void {
  if (!rows) {
    const working = stateLockHolder(stateFolder);
    const targets = targetStatus(store.outbox);
    const labels = store.labelChanges.count();
    const more = {
      ...(labels.waiting > 0 && { labels }),
      ...(targets.length > 0 && { targets: targets.map(targetJson) }),
      ...(working && { working }),
    };
    process.stdout.write(`${JSON.stringify({ counts: store.ledger.counts(), ...more })}\n`);
    return;
  }
  for (const row of rows) {
    const { path, state, reason, errorCode, contentHash, attempts, stateSince } = row;
    const since = new Date(stateSince).toISOString();
    process.stdout.write(
      `${JSON.stringify({ file: path, state, reason, errorCode, id: contentHash, attempts, since })}\n`,
    );
  }
}

function overviewText(store: Store, stateFolder: string): string {
  const counts = store.ledger.counts();
  const lines = FILE_STATES.map((state) => [state, String(counts[state])]);
  const holder = stateLockHolder(stateFolder);
  const notes = [
    ...(holder ? [`Process ${holder.pid ?? 'unknown'} is at work since ${holder.since ?? 'a while'}.`] : []),
    ...(['waiting', 'queued'] as const).flatMap((state) => oldest(store, state)),
    ...labelNotes(store.labelChanges.count()),
    ...(counts.quarantined > 0 ? ['semantiff status --show quarantined says why.'] : []),
  ];
  const counted = table([{ title: 'state' }, { title: 'files', align: 'right' }], lines);
  return [counted, targetsText(targetStatus(store.outbox)), notes.map((note) => `${note}\n`).join('')]
    .filter(Boolean)
    .join('\n');
}

/** Records whose labels in STATE are newer than their own. */
function labelNotes({ waiting, error }: LabelChangeCounts): string[] {
  if (waiting === 0) return [];
  const what = waiting === 1 ? '1 record is' : `${waiting} records are`;
  return [`${what} still to follow labels given since${error === undefined ? '.' : `: ${oneLine(error)}`}`];
}

function oldest(store: Store, state: FileState): string[] {
  const [row] = store.ledger.list({ state, limit: 1 });
  if (!row) return [];
  const age = duration((Date.now() - row.stateSince) / 1000);
  return [`Oldest ${state}: ${oneLine(row.path)}, for ${age}: ${oneLine(row.reason)}`];
}

function rowsText(rows: LedgerRow[]): string {
  if (rows.length === 0) return 'No such file in the ledger.\n';
  return table(
    [{ title: 'state' }, { title: 'file', max: 60 }, { title: 'why', max: 160 }],
    rows.map(({ state, path, reason }) => [state, path, reason]),
  );
}
