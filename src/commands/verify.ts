import { IngestError, isIngestError } from '../domain/errors.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import type { SessionPlaces } from '../pipeline/outgoing.ts';
import { closeTargets, type Targets } from '../pipeline/targets.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Difference } from '../publish/verify/difference.ts';
import { type VerifySummary, verifyRecords } from '../publish/verify-records.ts';
import { openStore, type Store } from '../store/store.ts';
import { type Invocation, text } from './invocation.ts';
import { createProgress } from './progress.ts';
import { publisherOf } from './publisher-of.ts';
import { sessionOptions } from './session-options.ts';
import { loadSettings, places } from './settings.ts';
import { oneLine } from './table.ts';

/**
 * `semantiff verify`: REPO, ledger, index and every target. With `--safe-to-delete` stdout has nothing but paths of
 * originals, one a line, and what differs goes to stderr.
 */
export async function run(invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const targets = await sessionOptions(settings.config).openTargets?.();
  try {
    return await verify(invocation, places(settings), targets ?? { publishers: [] });
  } finally {
    if (targets) await closeTargets(targets);
  }
}

async function verify(invocation: Invocation, here: SessionPlaces, { publishers, index }: Targets): Promise<number> {
  const { values, signal } = invocation;
  const json = values['json'] === true;
  const quick = values['quick'] === true;
  const wantsSafe = values['safe-to-delete'] === true;
  const target = text(values, 'target');
  if (wantsSafe && (quick || target !== undefined)) {
    const message = '--safe-to-delete reads every byte in every place, so it goes without --quick and --target';
    throw new IngestError('usage', message);
  }
  const store = storeOf(here.state, wantsSafe);
  const bar = createProgress(process.stderr);
  try {
    const summary = await verifyRecords({
      repo: here.repo,
      quick,
      publishers: chosen(publishers, target),
      ...(store && { ledger: store.ledger, indexed: (index?.index ?? store.index).ids() }),
      signal,
      onDifference: (difference) => {
        bar.end();
        if (json) process.stdout.write(`${JSON.stringify(difference)}\n`);
        else (wantsSafe ? process.stderr : process.stdout).write(`${differenceText(difference)}\n`);
      },
      ...(wantsSafe && {
        onSafe: (path) => void process.stdout.write(json ? `${JSON.stringify({ safe: path })}\n` : `${path}\n`),
      }),
      onProgress: (records) => bar.update(records, undefined, ''),
    });
    bar.end();
    if (!json) (wantsSafe ? process.stderr : process.stdout).write(summaryText(summary, publishers, wantsSafe));
    if (summary.stopped) return EXIT_FAILED;
    return summary.differences > 0 ? EXIT_QUARANTINED : EXIT_OK;
  } finally {
    bar.end();
    store?.close();
  }
}

/** A REPO that was made elsewhere has no ledger here; its records can be verified all the same. */
function storeOf(state: string, isNeeded: boolean): Store | undefined {
  try {
    return openStore(state, { access: 'read', durability: 'batch' });
  } catch (error) {
    if (isNeeded || !isIngestError(error, 'store/absent')) throw error;
    process.stderr.write('No ledger and no index of this REPO here: its files alone are verified.\n');
    return undefined;
  }
}

function chosen(publishers: readonly Publisher[], wanted: string | undefined): readonly Publisher[] {
  return wanted === undefined ? publishers : [publisherOf(publishers, wanted)];
}

function differenceText({ place, kind, id, file, message }: Difference): string {
  return oneLine(`${place} ${kind} ${id}${file === undefined ? '' : ` ${file}`}: ${message}`);
}

function summaryText(
  { records, withdrawn, differences, safe, stopped }: VerifySummary,
  publishers: readonly Publisher[],
  wantsSafe: boolean,
): string {
  const counts = [
    `${records} records verified`,
    ...(withdrawn > 0 ? [`${withdrawn} of them withdrawn`] : []),
    `${differences} differences`,
    ...(wantsSafe ? [`${safe} originals may be deleted`] : []),
  ];
  const only = wantsSafe && publishers.length === 0 ? 'No target is configured: REPO holds the only other copy.\n' : '';
  return `${stopped ? 'Stopped: ' : ''}${counts.join(', ')}.\n${only}`;
}
