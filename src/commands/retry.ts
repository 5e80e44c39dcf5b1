import { resolve } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { ledgerPath } from '../store/state-folder.ts';
import { openStore, type Store } from '../store/store.ts';
import { type Invocation, text } from './invocation.ts';
import { loadSettings, places } from './settings.ts';

/** `semantiff retry [FILE...]`: quarantined files, or deliveries that failed, are queued for the next run. */
export async function run(invocation: Invocation): Promise<number> {
  const { state } = places(await loadSettings(invocation));
  const store = openStore(state, { access: 'write', durability: 'record' });
  try {
    const { queued, said } = isAboutDelivery(invocation)
      ? retryDelivery(store, invocation)
      : retryFiles(store, invocation);
    process.stdout.write(invocation.values['json'] === true ? `${JSON.stringify({ queued })}\n` : `${said}\n`);
    return EXIT_OK;
  } finally {
    store.close();
  }
}

function isAboutDelivery({ values }: Invocation): boolean {
  return values['failed'] === true || text(values, 'target') !== undefined;
}

function retryFiles({ ledger }: Store, { operands, cwd }: Invocation): { queued: number; said: string } {
  const paths = operands.map((path) => ledgerPath(resolve(cwd, path)));
  const queued = ledger.retry(paths.length > 0 ? paths : undefined);
  return { queued, said: `${queued} files queued; the next backfill or watch takes them.` };
}

function retryDelivery({ outbox }: Store, { operands, values }: Invocation): { queued: number; said: string } {
  if (operands.length > 0) throw new IngestError('usage', '--failed and --target ask for deliveries, not for files');
  const target = knownTarget(outbox, text(values, 'target'));
  const queued = outbox.retry({ failed: values['failed'] === true, ...(target !== undefined && { target }) });
  return { queued, said: `${queued} deliveries queued; a watch that runs, or the next run, takes them.` };
}

/**
 * The name of a target that the outbox knows.
 * @throws IngestError `usage` for any other.
 */
export function knownTarget(outbox: Store['outbox'], name: string | undefined): string | undefined {
  const known = outbox.counts().map((target) => target.name);
  if (name === undefined || known.includes(name)) return name;
  const expected = known.length > 0 ? `one of ${known.join(', ')}` : 'nothing, for no target was ever configured';
  throw new IngestError('usage', `--target expects ${expected}, and received "${name}"`);
}
