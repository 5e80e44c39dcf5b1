import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ContentHash, recordFolder } from '../../src/domain/ids.ts';
import type { Tombstone } from '../../src/domain/tombstone.ts';
import type { Publisher, PublishReport } from '../../src/publish/publisher.ts';
import type { StoredRecord } from '../../src/publish/read-record.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { idOf, makeRecord } from '../builders/micrograph-record.ts';
import { storeRecord } from '../builders/stored-record.ts';
import { temporaryFolder } from '../builders/temporary-folder.ts';
import { rejection } from '../expect-ingest-error.ts';

/** A target as a test sees it: through the publisher, and from behind. Paths are below the root, with "/". */
export interface TestTarget {
  publisher: Publisher;
  /** Names in a folder, sorted; none where there is no folder. */
  names(folder: string): Promise<string[]>;
  read(path: string): Promise<Buffer | undefined>;
  /** Puts a file there, past the publisher; makes folders as needed. */
  plant(path: string, content: string | Uint8Array): Promise<void>;
}

export const NAME = 'SE 03 µm.tif';
export const ID: ContentHash = idOf(NAME);
export const FOLDER = recordFolder(ID);
export const TEMPORARY = '.semantiff-tmp-0123456789abcdef-01234567';

/** A signal that never aborts. */
export const calm = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

/** Names that real instruments and people give, as far as a record's folder may hold them. */
const ODD_NAMES = [
  'a b.hdr',
  'Größe µ.txt',
  '試料 日本.hdr',
  'a#1.txt',
  '50%.txt',
  '%25.txt',
  "it's;&=+.txt",
  '1e5',
  'true',
];

const FILES = { 'SE.h5': 'pixels '.repeat(1000), 'SE.jpg': 'picture', 'SE.header.bin': 'header' };
const NAMES = [...Object.keys(FILES), 'record.json'].toSorted();

/** What every publisher does. `open` makes an empty target of its own for each test. */
export function describePublisher(name: string, open: () => Promise<TestTarget>): void {
  const publish = (target: TestTarget, record: StoredRecord): Promise<PublishReport> =>
    target.publisher.publish(record, calm());
  const tombstone = (revision: number): Tombstone => ({
    schemaVersion: 2,
    id: ID,
    revision,
    withdrawnAt: '2024-05-01T12:00:00+02:00',
    reason: 'sample is confidential',
  });
  const listed = async (target: TestTarget): Promise<ContentHash[]> => {
    const ids: ContentHash[] = [];
    for await (const id of target.publisher.list(calm())) ids.push(id);
    return ids.toSorted();
  };

  describe(`publishing to ${name}`, () => {
    it('brings every file and record.json, byte for byte, and leaves nothing else', async () => {
      const target = await open();
      const stored = storeRecord(temporaryFolder(), NAME, { ...FILES, 'empty.txt': '' });
      const report = await publish(target, stored);
      expect(await target.names(FOLDER)).toEqual([...NAMES, 'empty.txt'].toSorted());
      expect((await target.read(`${FOLDER}/SE.h5`))?.toString()).toBe(FILES['SE.h5']);
      const record = await target.read(`${FOLDER}/record.json`);
      expect(JSON.parse(record?.toString() ?? '')).toEqual(stored.record);
      expect(report).toEqual({ filesSent: 5, filesKept: 0, bytesSent: 7013 + (record?.length ?? 0) });
    });

    it('sends nothing when all is there', async () => {
      const target = await open();
      const stored = storeRecord(temporaryFolder(), NAME, FILES);
      await publish(target, stored);
      expect(await publish(target, stored)).toEqual({ filesSent: 0, filesKept: 4, bytesSent: 0 });
    });

    it('goes on with an upload that was cut off: what arrived is kept, what did not is sent', async () => {
      const target = await open();
      await target.plant(`${FOLDER}/SE.h5`, FILES['SE.h5']);
      await target.plant(`${FOLDER}/SE.jpg`, 'pic');
      await target.plant(`${FOLDER}/${TEMPORARY}`, 'pix');
      expect(await publish(target, storeRecord(temporaryFolder(), NAME, FILES))).toMatchObject({ filesKept: 1 });
      expect(await target.names(FOLDER)).toEqual(NAMES);
      expect((await target.read(`${FOLDER}/SE.jpg`))?.toString()).toBe('picture');
    });

    it('carries names with spaces, umlauts, other scripts and signs that mean something in a URL', async () => {
      const target = await open();
      const files = Object.fromEntries(ODD_NAMES.map((one) => [one, `content of ${one}`]));
      const stored = storeRecord(temporaryFolder(), NAME, files);
      await publish(target, stored);
      expect(await target.names(FOLDER)).toEqual([...ODD_NAMES, 'record.json'].toSorted());
      for (const one of ODD_NAMES)
        expect((await target.read(`${FOLDER}/${one}`))?.toString()).toBe(`content of ${one}`);
      expect(await publish(target, stored)).toMatchObject({ filesSent: 0 });
    });

    it('carries a file of several MiB', async () => {
      const target = await open();
      const bytes = Buffer.alloc(3 << 20, 'sem');
      await publish(target, storeRecord(temporaryFolder(), NAME, { 'SE.h5': bytes }));
      expect(sha256Hex((await target.read(`${FOLDER}/SE.h5`)) ?? Buffer.alloc(0))).toBe(sha256Hex(bytes));
    });

    it('stops when it is told to, without a record', async () => {
      const target = await open();
      const signal = AbortSignal.abort(new Error('the program ends'));
      const publishing = target.publisher.publish(storeRecord(temporaryFolder(), NAME, FILES), { signal });
      await expect(publishing).rejects.toThrow('the program ends');
      expect(await target.names(FOLDER)).not.toContain('record.json');
    });
  });

  describe(`a record in REPO that is not as it says, for ${name}`, () => {
    const faults: Record<string, (folder: string) => void> = {
      'a file of another size': (folder) => writeFileSync(join(folder, 'SE.jpg'), 'pic'),
      'a file with other bytes': (folder) => writeFileSync(join(folder, 'SE.jpg'), 'PICTURE'),
      'a missing file': (folder) => rmSync(join(folder, 'SE.jpg')),
      'a missing record.json': (folder) => rmSync(join(folder, 'record.json')),
      'a record.json that is none': (folder) => writeFileSync(join(folder, 'record.json'), '{}'),
      'a record.json of another revision': (folder) =>
        writeFileSync(join(folder, 'record.json'), JSON.stringify(makeRecord({ name: NAME, revision: 2 }))),
    };
    it.each(Object.entries(faults))('is not published: %s', async (_, spoil) => {
      const target = await open();
      const stored = storeRecord(temporaryFolder(), NAME, FILES);
      spoil(stored.folder);
      await rejection(publish(target, stored), 'publish/source');
      expect(await target.names(FOLDER)).toEqual([]);
    });

    it.each(['../../../../stolen.txt', 'sub/file.txt', '..'])('is not published: a file named %s', async (path) => {
      const target = await open();
      const stored = storeRecord(temporaryFolder(), NAME, FILES);
      const artefacts = stored.record.artefacts.map((artefact) => ({ ...artefact, path }));
      writeFileSync(join(stored.folder, 'record.json'), JSON.stringify({ ...stored.record, artefacts }));
      await rejection(publish(target, stored), 'publish/source');
      expect(await target.names(FOLDER)).toEqual([]);
    });
  });

  describe(`revisions on ${name}`, () => {
    const second = { 'SE.r2.h5': 'pixels of r2', 'SE.r2.jpg': 'picture of r2', 'SE.hdr': 'HEADER' };

    it('come with record.json last; the files of the older one go, what others put there stays', async () => {
      const target = await open();
      await publish(target, storeRecord(temporaryFolder(), NAME, FILES));
      await target.plant(`${FOLDER}/notes of a user.txt`, 'mine');
      await publish(target, storeRecord(temporaryFolder(), NAME, second, 2));
      expect(await target.names(FOLDER)).toEqual(
        [...Object.keys(second), 'notes of a user.txt', 'record.json'].toSorted(),
      );
      expect(await target.publisher.inspect(ID, { ...calm(), readBack: false })).toMatchObject({ revision: 2 });
    });

    it('are cleared of older files also where the run that replaced record.json was cut off', async () => {
      const target = await open();
      const stored = storeRecord(temporaryFolder(), NAME, { 'SE.r3.h5': 'third' }, 3);
      await publish(target, stored);
      for (const one of ['SE.h5', 'SE.r2.h5', 'SE.r4.h5', TEMPORARY]) await target.plant(`${FOLDER}/${one}`, 'old');
      expect(await publish(target, stored)).toMatchObject({ filesSent: 0 });
      expect(await target.names(FOLDER)).toEqual(['SE.r3.h5', 'SE.r4.h5', 'record.json']);
    });

    it('replace a sidecar that kept its name and its size', async () => {
      const target = await open();
      await publish(target, storeRecord(temporaryFolder(), NAME, { 'SE.hdr': 'WD=4.1' }));
      await publish(target, storeRecord(temporaryFolder(), NAME, { 'SE.hdr': 'WD=4.2' }, 2));
      expect((await target.read(`${FOLDER}/SE.hdr`))?.toString()).toBe('WD=4.2');
      expect(await target.names(FOLDER)).toEqual(['SE.hdr', 'record.json']);
    });

    it('are left alone where the target has a newer one', async () => {
      const target = await open();
      await publish(target, storeRecord(temporaryFolder(), NAME, second, 2));
      const before = await target.read(`${FOLDER}/record.json`);
      const report = await publish(target, storeRecord(temporaryFolder(), NAME, FILES));
      expect(report).toEqual({ filesSent: 0, filesKept: 0, bytesSent: 0 });
      expect(await target.read(`${FOLDER}/record.json`)).toEqual(before);
      expect(await target.names(FOLDER)).toEqual([...Object.keys(second), 'record.json'].toSorted());
    });

    it('are left alone where a later program wrote a record that we understand only in part', async () => {
      const target = await open();
      await target.plant(
        `${FOLDER}/record.json`,
        JSON.stringify({ id: ID, schemaVersion: 99, revision: 7, artefacts: [] }),
      );
      await publish(target, storeRecord(temporaryFolder(), NAME, FILES));
      expect(await target.names(FOLDER)).toEqual(['record.json']);
    });

    it.each(['', '{"id":', '{"revision":9}'])('take the place of a record.json that is none: %j', async (rubbish) => {
      const target = await open();
      await target.plant(`${FOLDER}/record.json`, rubbish);
      await publish(target, storeRecord(temporaryFolder(), NAME, FILES));
      expect(await target.publisher.inspect(ID, { ...calm(), readBack: false })).toMatchObject({ revision: 1 });
    });

    it('are refused where a folder has the name of a file, and the folder stays', async () => {
      const target = await open();
      await target.plant(`${FOLDER}/SE.jpg/somebody's.txt`, 'mine');
      await rejection(publish(target, storeRecord(temporaryFolder(), NAME, FILES)), 'publish/refused');
      expect(await target.names(`${FOLDER}/SE.jpg`)).toEqual(["somebody's.txt"]);
      expect(await target.names(FOLDER)).not.toContain('record.json');
    });
  });

  describe(`inspect on ${name}`, () => {
    it('tells nothing of a record that is not there', async () => {
      const target = await open();
      expect(await target.publisher.inspect(ID, { ...calm(), readBack: true })).toBeUndefined();
      await target.plant(`${FOLDER}/${TEMPORARY}`, 'pix');
      expect(await target.publisher.inspect(ID, { ...calm(), readBack: true })).toBeUndefined();
    });

    it('tells revision, names and sizes, and hashes when it reads back', async () => {
      const target = await open();
      await publish(target, storeRecord(temporaryFolder(), NAME, FILES));
      const quick = await target.publisher.inspect(ID, { ...calm(), readBack: false });
      expect(quick).toMatchObject({ id: ID, revision: 1, withdrawn: false });
      expect(quick?.files.map(({ path }) => path).toSorted()).toEqual(NAMES);
      const whole = await target.publisher.inspect(ID, { ...calm(), readBack: true });
      expect(whole?.files).toContainEqual({ path: 'SE.jpg', bytes: 7, sha256: sha256Hex(Buffer.from('picture')) });
    });

    it('tells files without a record, as an upload that was cut off leaves them', async () => {
      const target = await open();
      await target.plant(`${FOLDER}/SE.jpg`, 'picture');
      const found = await target.publisher.inspect(ID, { ...calm(), readBack: false });
      expect(found).toEqual({ id: ID, withdrawn: false, files: [{ path: 'SE.jpg', bytes: 7 }] });
    });
  });

  describe(`withdrawing from ${name}`, () => {
    it('leaves the tombstone as the only file', async () => {
      const target = await open();
      await publish(target, storeRecord(temporaryFolder(), NAME, FILES));
      await target.plant(`${FOLDER}/${TEMPORARY}`, 'pix');
      await target.publisher.withdraw(tombstone(2), calm());
      expect(await target.names(FOLDER)).toEqual(['record.json']);
      expect(JSON.parse((await target.read(`${FOLDER}/record.json`))?.toString() ?? '')).toEqual(tombstone(2));
      const found = await target.publisher.inspect(ID, { ...calm(), readBack: false });
      expect(found).toMatchObject({ revision: 2, withdrawn: true });
    });

    it('may be repeated, and works where the record never arrived', async () => {
      const target = await open();
      await target.publisher.withdraw(tombstone(2), calm());
      await target.publisher.withdraw(tombstone(2), calm());
      expect(await target.names(FOLDER)).toEqual(['record.json']);
    });

    it('is final: publishing leaves the tombstone as it is', async () => {
      const target = await open();
      await target.publisher.withdraw(tombstone(2), calm());
      const report = await publish(target, storeRecord(temporaryFolder(), NAME, FILES, 5));
      expect(report).toEqual({ filesSent: 0, filesKept: 0, bytesSent: 0 });
      expect(await target.names(FOLDER)).toEqual(['record.json']);
    });
  });

  describe(`the list of ${name}`, () => {
    it('is empty at first', async () => {
      expect(await listed(await open())).toEqual([]);
    });

    it('has every record and tombstone, and nothing that was cut off or is none', async () => {
      const target = await open();
      const others = ['b.tif', 'c.tif', 'd.tif'];
      for (const one of others) await publish(target, storeRecord(temporaryFolder(), one, FILES));
      await target.publisher.withdraw(tombstone(2), calm());
      await target.plant(`${recordFolder(idOf('cut off.tif'))}/SE.jpg`, 'picture');
      await target.plant('records/ab/cd/not-a-hash/record.json', '{}');
      await target.plant('records/README.txt', 'hello');
      await target.plant('records/zz/cd/file', 'hello');
      expect(await listed(target)).toEqual([ID, ...others.map(idOf)].toSorted());
    });
  });

  it(`a check of ${name} says what was found and leaves nothing`, async () => {
    const target = await open();
    expect(await target.publisher.check(calm())).toMatch(/takes files/);
    expect(await target.names('')).toEqual([]);
  });
}
