import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/store.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const DIST = resolve(import.meta.dirname, '../../../dist');
const ROUNDS = 20;

function startDeliverer(root: string, ...more: string[]): ChildProcessByStdio<null, Readable, null> {
  if (!existsSync(join(DIST, 'pipeline/deliver.js')))
    throw new Error('dist/ is missing: npm run build comes before this test.');
  const script = join(import.meta.dirname, 'crash-deliverer.mjs');
  return spawn(process.execPath, [script, DIST, root, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Kills a deliverer some time after its first commit; returns the last number it said. */
async function killSoon(root: string, afterMs: number): Promise<number> {
  const child = startDeliverer(root);
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (last === 0) setTimeout(() => child.kill('SIGKILL'), afterMs);
    last = Number(line);
  }
  return last;
}

/** Every file below a folder with its content. */
function contentBelow(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]));
}

describe('a delivery whose process is killed', () => {
  it('loses nothing and leaves nothing: REPO, target and index hold the same records in the same revisions', async () => {
    const root = temporaryFolder();
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const last = await killSoon(root, Math.random() * 400);
      expect(last).toBeGreaterThan(acknowledged);
      acknowledged = last;
    }
    const [code] = (await once(startDeliverer(root, 'finish'), 'exit')) as [number | null];
    expect(code).toBe(0);

    // What a killed write of a revision leaves beside a record belongs to none.
    const made = new Map([...contentBelow(join(root, 'repo', 'records'))].filter(([path]) => !path.includes('.tmp-')));
    expect(contentBelow(join(root, 'target', 'records'))).toEqual(made);
    const records = [...made].filter(([path]) => path.endsWith('record.json')).map(([, text]) => JSON.parse(text));
    expect(records.length).toBeGreaterThan(acknowledged * 4);

    const elsewhere = openStore(join(root, 'index'), { access: 'read', durability: 'batch' });
    const indexed: [string, number][] = [];
    for await (const { id, revision } of elsewhere.index.ids()) indexed.push([id, revision]);
    expect(indexed).toHaveLength(records.length);
    expect(new Map(indexed)).toEqual(new Map(records.map(({ id, revision }) => [id, revision])));
    elsewhere.close();

    const store = openStore(join(root, 'state'), { access: 'read', durability: 'batch' });
    expect(store.ledger.counts().done).toBe(records.length);
    expect(store.outbox.counts()).toMatchObject([
      { name: 'elsewhere', due: 0, failed: 0, delivered: records.length },
      { name: 'folder', due: 0, failed: 0, delivered: records.length },
    ]);
    store.close();
  }, 300_000);
});
