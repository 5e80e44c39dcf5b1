import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recordFolder } from '../../../src/domain/ids.ts';
import type { Classification, MicrographRecord } from '../../../src/domain/record.ts';
import { createLog } from '../../../src/log.ts';
import { deliverOnce } from '../../../src/pipeline/deliver-once.ts';
import { type FollowOptions, type FollowSummary, followLabels } from '../../../src/pipeline/follow-labels.ts';
import { type Outgoing, openOutgoing } from '../../../src/pipeline/outgoing.ts';
import { relabelRecord } from '../../../src/pipeline/relabel-record.ts';
import { withdrawRecords } from '../../../src/pipeline/withdraw.ts';
import { createFolderPublisher } from '../../../src/publish/folder.ts';
import { readRecord } from '../../../src/publish/read-record.ts';
import { openStaging } from '../../../src/publish/staging.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { openStore } from '../../../src/store/store.ts';
import { createMemoryPublisher } from '../../builders/memory-publisher.ts';
import { humanAnswer, machineAnswer, makeRecords, relabelInState } from '../../builders/records-in-repo.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { dataset, withFile } from '../convert/read-hdf5.ts';

const context = { signal: new AbortController().signal, log: createLog('silent') };

interface World {
  root: string;
  repo: string;
  outgoing: Outgoing;
  records: MicrographRecord[];
  follow: (options?: Partial<FollowOptions>) => Promise<FollowSummary>;
  now: (record: MicrographRecord) => Promise<MicrographRecord>;
}

/** Records whose labels in STATE are newer than those in REPO: a model's, but what a person said of the last one. */
async function worldOf(count: number, withIndex = false): Promise<World> {
  const root = temporaryFolder();
  const places = { inbox: join(root, 'in'), repo: join(root, 'repo'), state: join(root, 'state') };
  const elsewhere = openStore(join(root, 'index'), { access: 'write', durability: 'batch' });
  mkdirSync(join(root, 'target'));
  const openTargets = async () => ({
    publishers: [createFolderPublisher({ folder: join(root, 'target') }), createMemoryPublisher('webdav')],
    ...(withIndex && { index: { name: 'elsewhere', index: elsewhere.index } }),
  });
  const outgoing = await openOutgoing(places, 'record', { openTargets, delivery: { patienceMs: 0 } });
  onTestFinished(async () => {
    await outgoing.close();
    elsewhere.close();
  });
  const records = await makeRecords(places, outgoing.store, count);
  const answers = records.map(({ id, classification }, i): [typeof id, Classification] => [
    id,
    i === count - 1 ? humanAnswer(classification, 'Pores') : machineAnswer(classification),
  ]);
  relabelInState(outgoing.store, new Map(answers));
  return {
    root,
    repo: places.repo,
    outgoing,
    records,
    follow: async (options) => await followLabels(outgoing, { ...context, ...options }),
    now: async ({ id }) => {
      const stored = await readRecord(places.repo, id);
      if (!stored) throw new Error(`expected ${id} in REPO`);
      return stored.record;
    },
  };
}

/** Fails where a file is missing, unlisted or not as record.json says, or the HDF5 holds another answer. */
async function expectWhole(repo: string, record: MicrographRecord): Promise<void> {
  const folder = join(repo, recordFolder(record.id));
  expect(readdirSync(folder).toSorted()).toEqual(
    [...record.artefacts.map(({ path }) => path), 'record.json'].toSorted(),
  );
  for (const { path, sha256, role } of record.artefacts) {
    const bytes = readFileSync(join(folder, path));
    expect([path, sha256Hex(bytes)]).toEqual([path, sha256]);
    if (role !== 'nexus') continue;
    await withFile(bytes, (file) => {
      const held = dataset(file, '/entry/classification/labels/label_revision').value;
      expect(held).toBe(record.classification.revision);
    });
  }
}

describe('followLabels', () => {
  it('brings records, ledger, index and targets to the labels that STATE holds', async () => {
    const { root, repo, outgoing, records, follow, now } = await worldOf(3);
    await deliverOnce(outgoing, { until: 'empty', ...context });
    expect(await follow()).toEqual({ followed: 3, failed: 0, waiting: 0 });
    const { store } = outgoing;
    for (const [i, record] of records.entries()) {
      const after = await now(record);
      await expectWhole(repo, after);
      expect(after).toMatchObject({ revision: 2, classification: { revision: 2, history: [{ decision: 'none' }] } });
      expect(after.classification.human?.label).toBe(i === 2 ? 'Pores' : undefined);
      const [row] = store.ledger.byHash([record.id]).get(record.id) ?? [];
      expect(row).toMatchObject({ state: 'done', recordRevision: 2, modelSha256: after.classification.model?.sha256 });
    }
    const { delivered } = await deliverOnce(outgoing, { until: 'empty', ...context });
    expect(delivered).toBe(6);
    for (const { id } of records) {
      const [here, there] = [repo, join(root, 'target')].map((place) => join(place, recordFolder(id)));
      expect(readdirSync(there ?? '').toSorted()).toEqual(readdirSync(here ?? '').toSorted());
      expect(readFileSync(join(there ?? '', 'record.json'))).toEqual(readFileSync(join(here ?? '', 'record.json')));
    }
    expect(await follow()).toEqual({ followed: 0, failed: 0, waiting: 0 });
  });

  it('leaves the label of a record that cannot follow where it waits, with the reason, and goes on with the others', async () => {
    const { repo, outgoing, records, follow, now } = await worldOf(3);
    const [damaged] = records as [MicrographRecord];
    const { path = '' } = damaged.artefacts.find(({ role }) => role === 'nexus') ?? {};
    const file = join(repo, recordFolder(damaged.id), path);
    const good = readFileSync(file);
    appendFileSync(file, 'x');
    expect(await follow()).toEqual({ followed: 2, failed: 1, waiting: 1 });
    const { labelChanges } = outgoing.store;
    expect(labelChanges.page(9)).toMatchObject([{ id: damaged.id, attempts: 1 }]);
    expect(labelChanges.count().error).toContain(path);
    expect(await now(damaged)).toEqual(damaged);
    writeFileSync(file, good);
    expect(await follow()).toEqual({ followed: 1, failed: 0, waiting: 0 });
    await expectWhole(repo, await now(damaged));
  });

  it('makes no second revision where a run died between the record and the ledger', async () => {
    const { repo, outgoing, records, follow, now } = await worldOf(1);
    const [record] = records as [MicrographRecord];
    const [change] = outgoing.store.labelChanges.page(1);
    if (!change) throw new Error('expected a label that waits');
    const staging = await openStaging(repo);
    await relabelRecord(record.id, change.classification, { repo, staging, signal: context.signal });
    expect(await follow()).toEqual({ followed: 1, failed: 0, waiting: 0 });
    expect(await now(record)).toMatchObject({ revision: 2 });
    expect(outgoing.store.ledger.byHash([record.id]).get(record.id)).toMatchObject([{ recordRevision: 2 }]);
  });

  it('takes over what a run left that died before record.json', async () => {
    const { repo, records, follow, now } = await worldOf(1);
    const [record] = records as [MicrographRecord];
    const folder = join(repo, recordFolder(record.id));
    for (const { path } of record.artefacts.filter(({ role }) => role === 'nexus' || role === 'nffa-sem')) {
      writeFileSync(join(folder, path.replace('.', '.r2.')), 'half a file');
    }
    writeFileSync(join(folder, 'ro-crate-metadata.json'), '{"of": "revision 2"}');
    await follow();
    await expectWhole(repo, await now(record));
  });

  it('keeps a label that came while its record followed an older one', async () => {
    const { repo, outgoing, records, follow, now } = await worldOf(1);
    const [record] = records as [MicrographRecord];
    const { store } = outgoing;
    const older = store.labelChanges.page(1)[0]?.classification ?? record.classification;
    let asked = 0;
    const newer = humanAnswer(older, 'Steps');
    const first = await follow({
      mayGoOn: () => {
        asked += 1;
        if (asked === 1) relabelInState(store, new Map([[record.id, newer]]));
        return true;
      },
    });
    expect(first).toEqual({ followed: 1, failed: 0, waiting: 1 });
    await follow();
    expect((await now(record)).classification).toEqual(newer);
    await expectWhole(repo, await now(record));
  });

  it('ends when it may not go on, and the next run does the rest', async () => {
    const { follow } = await worldOf(3);
    let left = 1;
    const first = await follow({ atOnce: 1, mayGoOn: () => left-- > 0 });
    expect(first).toEqual({ followed: 1, failed: 0, waiting: 2 });
    expect(await follow()).toEqual({ followed: 2, failed: 0, waiting: 0 });
  });

  it('forgets the label of a record that was withdrawn, and says of one that is not there that it is not', async () => {
    const { repo, outgoing, records, follow } = await worldOf(2);
    const [gone, lost] = records as [MicrographRecord, MicrographRecord];
    await withdrawRecords([gone.id], 'asked', { repo, store: outgoing.store, now: new Date() });
    outgoing.store.labelChanges.put([{ id: gone.id, classification: machineAnswer(gone.classification) }]);
    const folder = join(repo, recordFolder(lost.id));
    writeFileSync(join(folder, 'record.json'), '');
    expect(await follow()).toEqual({ followed: 0, failed: 1, waiting: 1 });
    expect(outgoing.store.labelChanges.page(9)).toMatchObject([{ id: lost.id }]);
  });

  it('tells an index elsewhere through the outbox only', async () => {
    const { outgoing, records, follow } = await worldOf(1, true);
    const [record] = records as [MicrographRecord];
    await deliverOnce(outgoing, { until: 'empty', ...context });
    await follow();
    await deliverOnce(outgoing, { until: 'empty', ...context });
    const held: unknown[] = [];
    for await (const row of outgoing.targets.index?.index.ids() ?? []) held.push(row);
    expect(held).toEqual([{ id: record.id, revision: 2 }]);
  });
});
