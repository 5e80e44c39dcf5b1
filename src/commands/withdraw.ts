import { IngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import { EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import { reprocess } from '../pipeline/reprocess.ts';
import { openSession } from '../pipeline/session.ts';
import { type Withdrawal, withdrawRecords } from '../pipeline/withdraw.ts';
import { acquireStateLock } from '../store/state-lock.ts';
import { openStore } from '../store/store.ts';
import { createView, exitCode, summaryText } from './backfill.ts';
import { type Invocation, text } from './invocation.ts';
import { loadSettings, places } from './settings.ts';

/** `semantiff withdraw ID... --reason TEXT`, or `--erase operator`. */
export async function run(invocation: Invocation): Promise<number> {
  const ids = invocation.operands.map(idOf);
  if (ids.length === 0) {
    throw new IngestError('usage', 'say which: semantiff withdraw ID... (64 hex digits, as search --json shows them)');
  }
  const erase = text(invocation.values, 'erase');
  if (erase === undefined) return await withdraw(ids, invocation);
  if (erase !== 'operator') {
    throw new IngestError('usage', `--erase expects "operator", and received "${erase}"`);
  }
  return await eraseOperators(ids, invocation);
}

function idOf(operand: string): ContentHash {
  const id = ContentHash.safeParse(operand.toLowerCase());
  if (id.success) return id.data;
  throw new IngestError('usage', `expected the id of a record (64 hex digits), and received "${operand}"`);
}

async function withdraw(ids: ContentHash[], invocation: Invocation): Promise<number> {
  const reason = text(invocation.values, 'reason')?.trim();
  if (!reason) {
    throw new IngestError('usage', 'why? Say --reason TEXT: it is what people find in place of the record');
  }
  const settings = await loadSettings(invocation);
  const { repo, state } = places(settings);
  const lock = acquireStateLock(state);
  try {
    const store = openStore(state, { access: 'write', durability: 'record' });
    try {
      const done = await withdrawRecords(ids, reason, { repo, store, now: new Date() });
      for (const one of done) process.stdout.write(lineOf(one, invocation.values['json'] === true));
      return done.some((one) => 'missing' in one) ? EXIT_QUARANTINED : EXIT_OK;
    } finally {
      store.close();
    }
  } finally {
    lock.release();
  }
}

function lineOf(one: Withdrawal, json: boolean): string {
  if (json) return `${JSON.stringify(one)}\n`;
  if ('missing' in one) return `${one.id}: no such record in REPO\n`;
  const { id, withdrawnAt, reason } = one.tombstone;
  return `${id}: withdrawn at ${withdrawnAt}: ${reason}\n`;
}

async function eraseOperators(ids: ContentHash[], invocation: Invocation): Promise<number> {
  const settings = await loadSettings(invocation);
  const json = invocation.values['json'] === true;
  const session = await openSession(settings.config, places(settings), 'batch', settings.log);
  const view = createView(json);
  try {
    const summary = await reprocess({
      session,
      signal: invocation.signal,
      log: settings.log,
      onReport: view.report,
      all: true,
      only: new Set(ids),
      erase: ['operator'],
    });
    view.end();
    if (!json) {
      process.stdout.write(summaryText(summary));
      process.stdout.write('Names that the microscope drew into a picture stay in it: look at its data bar.\n');
    }
    return summary.fresh < ids.length ? EXIT_QUARANTINED : exitCode(summary);
  } finally {
    view.end();
    await session.close();
  }
}
