import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { openStore } from '../../src/store/store.ts';
import { writeDistinctTiffs } from '../builders/distinct-tiffs.ts';
import { filesBelow, finished, makePlaces, runCli, startCli } from './run-cli.ts';

const FILES = 200;
const KILLS = 5;

/** Waits until the run has written some records beyond `from`, so that the kill hits it at work. */
async function untilRecords(repo: string, from: number, more: number, ended: () => boolean): Promise<void> {
  for (;;) {
    const records = (await filesBelow(repo)).filter((file) => file.endsWith('record.json')).length;
    if (records >= from + more || ended()) return;
    await delay(5);
  }
}

it('loses nothing and does nothing twice when it is killed five times during a back-fill of 200 files', async () => {
  const { inbox, repo, state, places } = await makePlaces();
  await writeDistinctTiffs(inbox, FILES);
  const args = ['backfill', inbox, ...places, '--workers', '2', '--no-classify'];

  for (let kill = 0; kill < KILLS; kill++) {
    const before = (await filesBelow(repo)).filter((file) => file.endsWith('record.json')).length;
    const child = startCli(args);
    const end = finished(child);
    await untilRecords(repo, before, 1 + kill * 5, () => child.exitCode !== null);
    // Not always at the same point of a batch.
    await delay(kill * 7);
    child.kill('SIGKILL');
    await end;
  }
  const left = (await filesBelow(repo)).filter((file) => file.endsWith('record.json')).length;
  expect(left, 'the kills must hit the run at work').toBeLessThan(FILES);
  const last = await runCli([...args, '--json']);
  expect(last.code, last.stderr).toBe(0);

  const files = await filesBelow(repo);
  const records = files.filter((file) => file.endsWith('record.json'));
  expect(records).toHaveLength(FILES);
  expect(files.filter((file) => file.includes('.staging') || file.includes('.tmp-'))).toEqual([]);

  for (const file of records) {
    const record = MicrographRecord.parse(JSON.parse(await readFile(join(repo, file), 'utf8')));
    expect(record.revision).toBe(1);
    for (const { path, sha256 } of record.artefacts) {
      expect(sha256Hex(await readFile(join(repo, file, '..', path))), path).toBe(sha256);
    }
    const folder = join(file, '..');
    const beside = files.filter((other) => join(other, '..') === folder);
    expect(beside).toHaveLength(record.artefacts.length + 1);
  }

  const store = openStore(state, { access: 'read', durability: 'batch' });
  try {
    expect(store.ledger.counts()).toMatchObject({ done: FILES, queued: 0, waiting: 0, quarantined: 0 });
    expect(await store.index.count()).toBe(FILES);
    expect(store.disagreements()).toEqual({ notIndexed: [], notInLedger: [] });
  } finally {
    store.close();
  }

  const again = await runCli([...args, '--json']);
  expect(again.code).toBe(0);
  expect(again.stdout.match(/"state":"skipped"/g)).toHaveLength(FILES);
});
