import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { recordFolder } from '../../src/domain/ids.ts';
import { MicrographRecord } from '../../src/domain/record.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { humanAnswer, machineAnswer, makeRecords, relabelInState } from '../builders/records-in-repo.ts';
import { dataset, withFile } from '../integration/convert/read-hdf5.ts';
import { filesBelow, finished, makePlaces, runCli, startCli } from './run-cli.ts';

const FILES = 40;
const KILLS = 6;

function withStore<T>(state: string, access: 'read' | 'write', use: (store: Store) => T): T {
  const store = openStore(state, { access, durability: 'batch' });
  try {
    return use(store);
  } finally {
    store.close();
  }
}

it('loses no label and makes no revision twice when it is killed six times while records follow', async () => {
  const { inbox, repo, state, places } = await makePlaces();
  const made = openStore(state, { access: 'write', durability: 'batch' });
  const records = await makeRecords({ inbox, repo }, made, FILES);
  expect(records).toHaveLength(FILES);
  const answers = records.map(({ id, classification }, i) => {
    return [id, i % 3 === 0 ? humanAnswer(classification, 'Pores') : machineAnswer(classification)] as const;
  });
  relabelInState(made, new Map(answers));
  made.close();
  const waiting = (): number => withStore(state, 'read', ({ labelChanges }) => labelChanges.count().waiting);
  const args = ['backfill', inbox, ...places, '--workers', '1', '--no-classify'];

  for (let kill = 0; kill < KILLS; kill++) {
    const before = waiting();
    const child = startCli(args);
    const end = finished(child);
    while (waiting() === before && child.exitCode === null) await delay(2);
    // Not always at the same point of a record.
    await delay(kill * 3);
    child.kill('SIGKILL');
    await end;
  }
  expect(waiting(), 'the kills must hit the run at work').toBeGreaterThan(0);
  const last = await runCli(args);
  expect(last.code, last.stderr).toBe(0);
  expect(last.stdout).toMatch(/\d+ records? followed labels given since\.\n/);
  expect(waiting()).toBe(0);

  expect((await filesBelow(repo)).filter((file) => file.includes('.staging') || file.includes('.tmp-'))).toEqual([]);
  for (const [id, classification] of answers) {
    const folder = join(repo, recordFolder(id));
    const record = MicrographRecord.parse(JSON.parse(readFileSync(join(folder, 'record.json'), 'utf8')));
    expect(record).toMatchObject({ revision: 2, classification });
    const listed = record.artefacts.map(({ path }) => path);
    expect(readdirSync(folder).toSorted()).toEqual([...listed, 'record.json'].toSorted());
    for (const { path, sha256, role } of record.artefacts) {
      const bytes = readFileSync(join(folder, path));
      expect([path, sha256Hex(bytes)]).toEqual([path, sha256]);
      if (role !== 'nexus') continue;
      await withFile(bytes, (file) => {
        expect(dataset(file, '/entry/classification/labels/label_revision').value).toBe(classification.revision);
      });
    }
  }
  withStore(state, 'read', (store) => {
    for (const [id] of answers) expect(store.ledger.byHash([id]).get(id)).toMatchObject([{ recordRevision: 2 }]);
    expect(store.disagreements()).toEqual({ notIndexed: [], notInLedger: [] });
  });
});

it('says what is still to follow, keeps it when the index is made anew, and lets it follow when asked', async () => {
  const { inbox, repo, state, places } = await makePlaces();
  const made = openStore(state, { access: 'write', durability: 'batch' });
  const [first, second] = await makeRecords({ inbox, repo }, made, 2);
  made.close();
  if (!first || !second) throw new Error('expected two records');
  const labelOf = async (): Promise<string> =>
    (await runCli(['search', '--label', 'Pores', '--json', ...places])).stdout;

  expect((await runCli(['label', first.id, 'Pores', ...places])).code).toBe(0);
  expect((await runCli(['status', ...places])).stdout).toContain('1 record is still to follow labels given since.');
  expect(JSON.parse((await runCli(['status', '--json', ...places])).stdout)).toMatchObject({ labels: { waiting: 1 } });
  expect((await runCli(['index', 'rebuild', ...places])).code).toBe(0);
  expect(await labelOf()).toContain(first.id);

  const now = await runCli(['label', second.id, 'Pores', '--now', ...places]);
  expect([now.code, now.stderr]).toEqual([0, '']);
  expect(now.stdout).toContain('2 records followed labels given since.');
  for (const { id } of [first, second]) {
    const file = join(repo, recordFolder(id), 'record.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      revision: 2,
      classification: { human: { label: 'Pores' } },
    });
    expect(await labelOf()).toContain(id);
  }
  expect((await runCli(['status', ...places])).stdout).not.toContain('follow');
  expect((await runCli(['verify', ...places])).code).toBe(0);
});
