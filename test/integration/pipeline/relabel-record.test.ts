import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Classification, MicrographRecord } from '../../../src/domain/record.ts';
import { openTools } from '../../../src/pipeline/open-tools.ts';
import { processBatch } from '../../../src/pipeline/process-batch.ts';
import type { FileTask, WorkerSettings } from '../../../src/pipeline/protocol.ts';
import { type Relabelled, type RelabelTools, relabelRecord } from '../../../src/pipeline/relabel-record.ts';
import { addAlias } from '../../../src/publish/publish-record.ts';
import { readRecord, type StoredRecord } from '../../../src/publish/read-record.ts';
import { openStaging } from '../../../src/publish/staging.ts';
import { withdrawRecord } from '../../../src/publish/withdraw-record.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { workerSettings } from '../../builders/worker-settings.ts';
import { sharedDir } from '../../shared-folder.ts';
import { allValues, dataset, withFile } from '../convert/read-hdf5.ts';

const DEMO = resolve(import.meta.dirname, '../../../demo');
const LABELS = '/entry/classification/labels';
const MODEL = { name: 'other', version: '2', sha256: 'ab'.repeat(32) };
const run = promisify(execFile);

const answer: Classification = {
  model: MODEL,
  labels: ['Fibres', 'Tips', 'Powder', 'Particles', 'Nanowires'].map((label, i) => ({
    label,
    score: 0.6 / 2 ** i,
    rank: i + 1,
  })),
  decision: 'accepted',
  reason: 'score 0.60 is above the threshold 0.55',
  revision: 2,
  history: [{ labels: [], decision: 'none', until: '2026-01-01T00:00:00Z' }],
};
const said = { label: 'Tips', by: 'Zoë', at: '2026-02-01T00:00:00Z' };

interface World {
  stored: StoredRecord;
  staging: string;
  again: (more: Partial<FileTask>) => Promise<MicrographRecord>;
  relabel: (classification: Classification) => Promise<Relabelled>;
  files: () => Promise<Map<string, Buffer>>;
}

/** A REPO with the record of one picture, made as a worker makes it. */
async function worldOf(
  name: string,
  { settings: wanted, task: more }: { settings?: Partial<WorkerSettings>; task?: Partial<FileTask> } = {},
  now?: RelabelTools['now'],
): Promise<World> {
  const repo = temporaryFolder();
  const staging = await openStaging(repo);
  const tools = await openTools(workerSettings(repo, wanted), staging);
  const task = { path: join(DEMO, name), inbox: DEMO, relativePath: name, sidecars: [], redo: false, ...more };
  const make = async (change: Partial<FileTask>): Promise<MicrographRecord> => {
    const [result] = await processBatch([{ ...task, ...change }], tools, () => {});
    if (result?.kind !== 'written') throw new Error(`expected a record, found ${JSON.stringify(result)}`);
    return result.record;
  };
  const { id } = await make({});
  const stored = await readRecord(repo, id);
  if (!stored) throw new Error('expected a record in REPO');
  const { signal } = new AbortController();
  return {
    stored,
    staging,
    again: make,
    relabel: async (classification) =>
      await relabelRecord(id, classification, { repo, staging, signal, ...(now && { now }) }),
    files: async () => {
      const names = (await readdir(stored.folder)).toSorted();
      return new Map(
        await Promise.all(names.map(async (file) => [file, await readFile(join(stored.folder, file))] as const)),
      );
    },
  };
}

async function demoName(): Promise<string> {
  const [name] = (await readdir(DEMO)).filter((file) => file.endsWith('.tif')).toSorted();
  return name ?? '';
}

/** Fails where a file of the record is missing, unlisted or not as record.json says. */
function expectWhole(record: MicrographRecord, files: ReadonlyMap<string, Buffer>): void {
  expect([...files.keys()]).toEqual([...record.artefacts.map(({ path }) => path), 'record.json'].toSorted());
  for (const { path, bytes, sha256 } of record.artefacts) {
    const content = files.get(path) ?? Buffer.alloc(0);
    expect([path, content.length, sha256Hex(content)]).toEqual([path, bytes, sha256]);
  }
}

function nexusOf({ artefacts }: MicrographRecord, files: ReadonlyMap<string, Buffer>): Buffer {
  return files.get(artefacts.find(({ role }) => role === 'nexus')?.path ?? '') ?? Buffer.alloc(0);
}

describe('relabelRecord', () => {
  it('makes the next revision with the other answer in every file that states it, and leaves the others', async () => {
    const now = new Date('2026-03-01T12:00:00Z');
    const { stored, relabel, files } = await worldOf(await demoName(), {}, () => now);
    const before = await files();
    const { kind, record } = await relabel(answer);
    const after = await files();
    expect(kind).toBe('made');
    expect((await relabel(answer)).record).toEqual(record);
    expectWhole(record, after);
    expect(record).toMatchObject({ revision: 2, classification: answer, provenance: { endedAt: now.toISOString() } });
    expect(record.artefacts.map(({ role }) => role)).toEqual(stored.record.artefacts.map(({ role }) => role));
    for (const artefact of record.artefacts.filter(({ role }) => !['nexus', 'nffa-sem', 'ro-crate'].includes(role))) {
      expect(stored.record.artefacts).toContainEqual(artefact);
      expect(after.get(artefact.path)).toEqual(before.get(artefact.path));
    }
    const nffa = [...after.keys()].find((file) => file.endsWith('.r2.nffa-sem.json')) ?? '';
    const { entry } = JSON.parse(before.get(nffa.replace('.r2.', '.'))?.toString() ?? '') as { entry: object };
    expect(JSON.parse(after.get(nffa)?.toString() ?? '')).toMatchObject({
      entry,
      classification: { labels: answer.labels },
    });
    expect(after.get('ro-crate-metadata.json')?.toString()).toContain('Fibres');
    await withFile(nexusOf(record, after), (file) => {
      expect(dataset(file, `${LABELS}/label`).value).toEqual(answer.labels.map(({ label }) => label));
      expect(dataset(file, `${LABELS}/label_revision`).value).toBe(record.classification.revision);
      expect(dataset(file, '/entry/attachments/nffa/data').value).toBe(after.get(nffa)?.toString());
    });
  });

  it.skipIf(sharedDir() === undefined)('makes what the validators of HDF5 and of the crate accept', async () => {
    const { relabel } = await worldOf(await demoName());
    const { record, folder: stands } = await relabel({ ...answer, human: said });
    // The crate's validator takes no name that is not ASCII for a folder.
    const folder = await mkdtemp(join(tmpdir(), 'semantiff-crate-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(stands, folder, { recursive: true });
    const path = join(folder, record.artefacts.find(({ role }) => role === 'nexus')?.path ?? '');
    const check = join(sharedDir() ?? '', 'checks/check-record');
    const options = ['--labels', '--no-local-paths', '--crate', folder];
    const { stdout } = await run(check, [path, ...options]).catch((failed: { stdout: string }) => failed);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok'))).toEqual([]);
  });

  it('does nothing where the record says so already, or something later', async () => {
    const { relabel, files } = await worldOf(await demoName());
    await relabel({ ...answer, revision: 3 });
    const before = await files();
    for (const revision of [3, 2]) expect((await relabel({ ...answer, revision })).kind).toBe('stands');
    expect(await files()).toEqual(before);
  });

  it('removes what a run left that died behind record.json', async () => {
    const { relabel, files, stored } = await worldOf(await demoName());
    const { record } = await relabel(answer);
    const [old] = stored.record.artefacts.filter(({ role }) => role === 'nexus');
    await writeFile(join(stored.folder, old?.path ?? ''), 'of the first revision');
    await relabel(answer);
    expectWhole(record, await files());
  });

  it('never puts an answer over what a person said, unless it keeps it or a person said something later', async () => {
    const { relabel } = await worldOf(await demoName());
    const human = { ...answer, human: said };
    await relabel(human);
    expect((await relabel({ ...answer, revision: 9 })).record.classification).toEqual(human);
    const kept = { ...human, revision: 3, labels: answer.labels.slice(1) };
    expect((await relabel(kept)).record.classification).toEqual(kept);
    const later = { ...human, revision: 4, human: { ...said, label: 'Powder', at: '2026-02-02T00:00:00Z' } };
    expect((await relabel(later)).record.classification).toEqual(later);
  });

  it('puts what a person said on top where the record got another answer meanwhile', async () => {
    const { relabel } = await worldOf(await demoName());
    await relabel({ ...answer, revision: 5 });
    const { record } = await relabel({ ...answer, revision: 2, human: said });
    expect(record.classification).toMatchObject({ revision: 6, human: said });
  });

  it('leaves erased what was erased', async () => {
    const { relabel, again, files } = await worldOf(await demoName(), { settings: { publish: { operator: true } } });
    const erased = await again({ redo: true, erase: ['operator'] });
    const { record } = await relabel(answer);
    expect(record).toMatchObject({ revision: 3, erased: ['operator'] });
    expect(record.acquisition).toEqual(erased.acquisition);
    expectWhole(record, await files());
  });

  it('leaves a tombstone alone, and says of a record that is not there that it is not', async () => {
    const { stored, relabel, files } = await worldOf(await demoName());
    const repo = resolve(stored.folder, '../../../..');
    await withdrawRecord(repo, stored.record.id, { reason: 'asked', now: new Date() });
    const before = await files();
    await expect(relabel(answer)).rejects.toMatchObject({ code: 'publish/withdrawn' });
    expect(await files()).toEqual(before);
    const other = await worldOf(await demoName());
    await writeFile(join(other.stored.folder, 'record.json'), '{}');
    await expect(other.relabel(answer)).rejects.toMatchObject({ code: 'publish/folder' });
  });

  it.each(['nexus', 'jpeg', 'nffa-sem', 'header'])('keeps the old revision where its %s is damaged', async (role) => {
    const { stored, relabel, files, staging } = await worldOf(await demoName());
    const { path = '' } = stored.record.artefacts.find((artefact) => artefact.role === role) ?? {};
    await appendFile(join(stored.folder, path), 'x');
    const before = await files();
    await expect(relabel(answer)).rejects.toMatchObject({
      code: 'publish/source',
      message: expect.stringContaining(`"${path}"`) as string,
    });
    expect(await files()).toEqual(before);
    expect(await readdir(staging)).toEqual([]);
  });

  it('makes a crate anew that a run which died left ahead of its record', async () => {
    const { stored, relabel, files } = await worldOf(await demoName());
    await writeFile(join(stored.folder, 'ro-crate-metadata.json'), '{"of": "the next revision"}');
    expectWhole((await relabel(answer)).record, await files());
  });

  it('loses no alias that is noted at the same time', async () => {
    const { stored, relabel, staging, files } = await worldOf(await demoName());
    const alias = { name: 'copy.tif', path: 'copy.tif' };
    const [relabelled] = await Promise.allSettled([relabel(answer), addAlias(stored, alias, staging)]);
    if (relabelled.status === 'rejected') {
      expect(relabelled.reason).toMatchObject({ code: 'publish/source', retryable: true });
      await relabel(answer);
    }
    const now = JSON.parse((await files()).get('record.json')?.toString() ?? '') as MicrographRecord;
    expect(now).toMatchObject({ revision: 3, source: { aliases: [alias] }, classification: { revision: 2 } });
    expectWhole(now, await files());
  });

  it('keeps every value of a picture that came in pieces', async () => {
    const { stored, relabel, files } = await worldOf(await demoName(), { settings: { memoryMiB: 1 } });
    const values = async (record: MicrographRecord) => await withFile(nexusOf(record, await files()), allValues);
    const before = await values(stored.record);
    await withFile(nexusOf(stored.record, await files()), (file) => {
      expect(dataset(file, '/entry/measurement/event1/image1/image_2d/real').metadata.chunks).not.toBeNull();
    });
    const after = await values((await relabel(answer)).record);
    for (const [path, value] of before) {
      if (!/attachments\/(record|nffa)\/data$/.test(path)) expect(after.get(path), path).toEqual(value);
    }
  });
});
