import { appendFile, copyFile, mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { STORE_FILE } from '../../src/store/state-folder.ts';
import { filesBelow, finished, jsonLines, makePlaces, readJson, runCli, startCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');
/** Two pictures of a vendor that writes no header inside, and two that have theirs with them. */
const [WEAVE, DRIVE, FOAM, CHIP] = ['S04_carbon_weave', 'S08_comb_drive', 'S13_PU_foam', 'S07_chip_corner'] as const;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** An inbox, and what is done with it. */
async function bench() {
  const { inbox, repo, state, places } = await makePlaces();
  await mkdir(inbox);
  const put = async (demo: string, name: string): Promise<string> => {
    const path = join(inbox, name);
    await mkdir(resolve(path, '..'), { recursive: true });
    await copyFile(join(DEMO, demo), path);
    return path;
  };
  /** What became of each file, `{name: [state, reason]}`; fails when the run does. */
  const backfill = async (): Promise<Record<string, string>> => {
    const { code, stdout, stderr } = await runCli(['backfill', inbox, ...places, '--workers', '1', '--json']);
    expect(code, stderr).toBe(0);
    return Object.fromEntries(
      jsonLines(stdout).map(({ file, reason }) => [String(file).slice(inbox.length + 1), String(reason)]),
    );
  };
  const record = async (path: string): Promise<MicrographRecord> => {
    const all = await records(repo);
    const found = all.find(({ source }) => source.path === path);
    if (!found) throw new Error(`no record of ${path} among ${all.map(({ source }) => source.path).join(', ')}`);
    return found;
  };
  const watch = (graceS: number) => {
    const flags = ['--settle-ms', '200', '--workers', '1', '--sidecar-grace-s', String(graceS), '--json'];
    const child = startCli(['watch', inbox, ...places, ...flags]);
    const end = finished(child);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    ends.push(async () => {
      child.kill('SIGTERM');
      await end;
    });
    return async (): Promise<Record<string, unknown>> =>
      JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  };
  return { inbox, repo, state, places, put, backfill, record, watch };
}

async function records(repo: string): Promise<MicrographRecord[]> {
  const files = (await filesBelow(repo)).filter((file) => file.endsWith('record.json'));
  return await Promise.all(files.map(async (file) => MicrographRecord.parse(await readJson(join(repo, file)))));
}

const NOTHING = 'nothing to do: its record stands';

describe('sidecars in a back-fill', () => {
  it('that come after the record revise it, once, under new names of the artefacts', async () => {
    const { repo, put, backfill, record } = await bench();
    await put(`${WEAVE}.tif`, 'Körbe/weave １.tif'.normalize('NFD'));
    await put(`${FOAM}.tif`, 'Körbe/foam.tif');
    const folder = 'Körbe'.normalize('NFD');
    await backfill();
    const path = `${folder}/weave １.tif`;
    expect(await record(path)).toMatchObject({ revision: 1, acquisition: {}, source: { sidecars: [] } });
    const sidecar = await put(`${WEAVE}.txt`, `${folder}/WEAVE 1.TXT`);
    expect((await backfill())[path]).toBe('record made, revision 2');
    const revised = await record(path);
    expect(revised.acquisition).toMatchObject({ pixelSizeXM: 412e-9, accelerationVoltageV: 15_000 });
    expect(revised.source.sidecars).toMatchObject([{ name: 'WEAVE 1.TXT' }]);
    const names = (await filesBelow(repo)).filter((file) => file.includes(revised.id));
    expect(names.map((name) => basename(name)).toSorted()).toEqual(
      ['record.json', ...revised.artefacts.map(({ path: name }) => name)].toSorted(),
    );
    const renamed = revised.artefacts.filter(({ role }) => role !== 'ro-crate');
    expect(renamed.every(({ path: name }) => name.includes('.r2.'))).toBe(true);
    expect(new Set(Object.values(await backfill()))).toEqual(new Set([NOTHING]));

    // Another time stamp on the same bytes is looked into and changes nothing; other bytes do.
    await utimes(sidecar, 1, 1);
    expect((await backfill())[path]).toBe('its record was found in REPO');
    expect((await record(path)).revision).toBe(2);
    expect((await backfill())[path]).toBe(NOTHING);
    await writeFile(sidecar, (await readFile(sidecar, 'utf16le')).replace('=15000', '=20000'), 'utf16le');
    expect((await backfill())[path]).toBe('record made, revision 3');
    expect((await record(path)).acquisition.accelerationVoltageV).toBe(20_000);

    // What has gone takes nothing away, not even when the record is revised for another reason.
    await rm(sidecar);
    expect((await backfill())[path]).toBe(NOTHING);
    await writeFile(join(resolve(sidecar, '..'), 'semantiff.yml'), 'project: P');
    expect((await backfill())[path]).toBe('record made, revision 4');
    expect(await record(path)).toMatchObject({
      user: { project: 'P' },
      acquisition: { accelerationVoltageV: 20_000 },
      source: { sidecars: [{ name: 'WEAVE 1.TXT' }] },
    });
  });

  it('belong to every picture of their stem, and to a renamed picture that they name inside', async () => {
    const { inbox, put, backfill, record } = await bench();
    await put(`${WEAVE}.tif`, 'shared.tif');
    await put(`${DRIVE}.tif`, 'shared.TIFF');
    await put(`${DRIVE}.txt`, 'shared.txt');
    await put('S15_ceria_powder.tif', 'renamed 試料.tif');
    const text = await readFile(join(DEMO, 'S15_ceria_powder.txt'), 'utf16le');
    const inside = text.replace(/^(ImageName=)[^\r]*/m, '$1D:\\Data\\RENAMED 試料.bmp');
    await writeFile(join(inbox, 'header.txt'), inside, 'utf16le');
    await writeFile(join(inbox, 'notes.txt'), 'nothing about any picture');
    const reasons = await backfill();
    expect((await record('shared.tif')).source.sidecars).toMatchObject([{ name: 'shared.txt' }]);
    expect((await record('shared.TIFF')).source.sidecars).toMatchObject([{ name: 'shared.txt' }]);
    expect((await record('renamed 試料.tif')).source.sidecars).toMatchObject([{ name: 'header.txt' }]);
    expect((await record('renamed 試料.tif')).acquisition.pixelSizeXM).toBeGreaterThan(0);
    expect(Object.keys(reasons).filter((name) => name.endsWith('.txt'))).toEqual(['notes.txt']);
    await appendFile(join(inbox, 'shared.txt'), 'MoreOfIt=1\r\n', 'utf16le');
    const after = await backfill();
    expect([after['shared.tif'], after['shared.TIFF']]).toEqual(Array(2).fill('record made, revision 2'));
    expect(after['renamed 試料.tif']).toBe(NOTHING);
  });

  it('are compared with the record itself where the ledger of an older program knows nothing of them', async () => {
    const { state, put, backfill, record } = await bench();
    await put(`${WEAVE}.tif`, 'with.tif');
    await put(`${WEAVE}.txt`, 'with.txt');
    await put(`${DRIVE}.tif`, 'late.tif');
    await put(`${FOAM}.tif`, 'bare.tif');
    await backfill();
    const db = new Database(join(state, STORE_FILE));
    db.exec(
      `ALTER TABLE files DROP COLUMN sidecars; ALTER TABLE files DROP COLUMN user_digest; DROP TABLE document_issues;
      DROP TABLE outbox; DROP TABLE outbox_targets; DROP TABLE meanings; DROP INDEX documents_by_range; DROP TABLE label_changes;
      ALTER TABLE documents DROP COLUMN human_label;
      PRAGMA user_version = 1;`,
    );
    db.close();
    await put(`${DRIVE}.txt`, 'late.txt');
    expect(await backfill()).toEqual({
      'with.tif': 'its record was found in REPO',
      'late.tif': 'record made, revision 2',
      'bare.tif': NOTHING,
    });
    expect((await record('with.tif')).revision).toBe(1);
    expect(new Set(Object.values(await backfill()))).toEqual(new Set([NOTHING]));
  });
});

describe('sidecars in a watch', () => {
  it('are waited for while the grace time runs, and revise the record when they come after it', async () => {
    const { inbox, places, put, record, watch } = await bench();
    const next = watch(5);
    const picture = await put(`${WEAVE}.tif`, 'a.tif');
    let waiting: Record<string, unknown> | undefined;
    while (waiting?.['state'] !== 'waiting' || !/sidecar/.test(String(waiting['reason']))) {
      [waiting] = jsonLines((await runCli(['status', 'a.tif', ...places, '--json'])).stdout);
    }
    expect(waiting['reason']).toMatch(/waits up to 5 s for its sidecar/);
    expect(await next()).toMatchObject({ file: picture, state: 'done', reason: 'record made, revision 1' });
    expect((await record('a.tif')).source.sidecars).toEqual([]);
    await put(`${WEAVE}.txt`, 'a.txt');
    expect(await next()).toMatchObject({ file: picture, state: 'done', reason: 'record made, revision 2' });
    expect((await record('a.tif')).acquisition.pixelSizeXM).toBe(412e-9);
    expect(await filesBelow(inbox)).toHaveLength(2);
  });

  it('end the waiting as soon as they are there, and a picture with its header inside does not wait', async () => {
    const { put, record, watch } = await bench();
    const next = watch(3600);
    await put(`${FOAM}.tif`, 'foam.tif');
    expect(await next()).toMatchObject({ state: 'done', reason: 'record made, revision 1' });
    await put(`${DRIVE}.tif`, 'drive.tif');
    await put(`${DRIVE}.txt`, 'drive.txt');
    expect(await next()).toMatchObject({ state: 'done', reason: 'record made, revision 1' });
    expect((await record('drive.tif')).source.sidecars).toMatchObject([{ name: 'drive.txt' }]);
  });
});

describe('what people say of their pictures', () => {
  it('goes into the records of its folder and below, is found, and a change revises only those', async () => {
    const { inbox, places, put, backfill, record } = await bench();
    await put(`${FOAM}.tif`, 'mine/deep/foam.tif');
    await put(`${CHIP}.tif`, 'other/chip.tif');
    const path = join(inbox, 'mine/semantiff.yml');
    await writeFile(
      path,
      `project: Photovoltaik
keywords: [quasicrystal]
time_zone: Asia/Tokyo
licence: CC-BY-4.0
sample: { name: lamella, atom_types: [Al, Mn], preparation_date: 2024-03-01, colour: grey }
creators: [{ name: Zoë, orcid: 0000-0002-1825-0097 }]
`,
    );
    expect(Object.keys(await backfill())).toEqual(['mine/deep/foam.tif', 'other/chip.tif']);
    const mine = await record('mine/deep/foam.tif');
    expect(mine.user).toEqual({
      project: 'Photovoltaik',
      sample: { name: 'lamella', atomTypes: ['Al', 'Mn'], preparationDate: '2024-03-01' },
      creators: [{ name: 'Zoë', orcid: '0000-0002-1825-0097' }],
      licence: 'CC-BY-4.0',
      keywords: ['quasicrystal'],
      timeZone: 'Asia/Tokyo',
    });
    expect(mine.acquisition.timeZone).toBe('Asia/Tokyo');
    const fault = mine.issues.find(({ code }) => code === 'user-metadata-invalid');
    expect(fault?.message).toMatch(/^mine\/semantiff\.yml, sample\.colour: expected .*, found "grey"\.$/);
    expect((await record('other/chip.tif')).user).toBeUndefined();
    for (const word of ['quasicrystal', 'Photovoltaik', 'lamella']) {
      const found = jsonLines((await runCli(['search', word, ...places, '--json'])).stdout);
      expect(JSON.stringify(found[0]), word).toContain(mine.id);
    }

    expect(new Set(Object.values(await backfill()))).toEqual(new Set([NOTHING]));
    await writeFile(path, 'project: P2');
    expect(await backfill()).toEqual({ 'mine/deep/foam.tif': 'record made, revision 2', 'other/chip.tif': NOTHING });
    expect((await record('mine/deep/foam.tif')).user).toEqual({ project: 'P2' });
    await rm(path);
    expect(await backfill()).toEqual({ 'mine/deep/foam.tif': 'record made, revision 3', 'other/chip.tif': NOTHING });
    expect((await record('mine/deep/foam.tif')).user).toBeUndefined();
    expect(new Set(Object.values(await backfill()))).toEqual(new Set([NOTHING]));
  });

  it('is noticed by a watch, when it comes, changes and goes', async () => {
    const { inbox, put, record, watch } = await bench();
    const picture = await put(`${FOAM}.tif`, 'mine/foam.tif');
    const other = await put(`${CHIP}.tif`, 'other/chip.tif');
    const next = watch(0);
    expect(new Set([(await next())['file'], (await next())['file']])).toEqual(new Set([picture, other]));
    const path = join(inbox, 'mine/semantiff.yml');
    for (const [i, project] of ['A', 'B', undefined].entries()) {
      if (project === undefined) await rm(path);
      else await writeFile(path, `project: ${project}`);
      expect(await next()).toMatchObject({ file: picture, reason: `record made, revision ${i + 2}` });
      expect((await record('mine/foam.tif')).user?.project).toBe(project);
    }
    expect((await record('other/chip.tif')).revision).toBe(1);
  });
});
