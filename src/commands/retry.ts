import { resolve } from 'node:path';
import { EXIT_OK } from '../domain/states.ts';
import { ledgerPath } from '../store/state-folder.ts';
import { openStore } from '../store/store.ts';
import type { Invocation } from './invocation.ts';
import { loadSettings, places } from './settings.ts';

/** `semantiff retry [FILE...]`: quarantined files are queued for the next run. */
export async function run(invocation: Invocation): Promise<number> {
  const { state } = places(await loadSettings(invocation));
  const store = openStore(state, { access: 'write', durability: 'record' });
  try {
    const paths = invocation.operands.map((path) => ledgerPath(resolve(invocation.cwd, path)));
    const queued = store.ledger.retry(paths.length > 0 ? paths : undefined);
    if (invocation.values['json'] === true) process.stdout.write(`${JSON.stringify({ queued })}\n`);
    else process.stdout.write(`${queued} files queued; the next backfill or watch takes them.\n`);
    return EXIT_OK;
  } finally {
    store.close();
  }
}
