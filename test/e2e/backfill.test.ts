import { copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { filesBelow, jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');

type Places = Awaited<ReturnType<typeof makePlaces>>;

/** An inbox with the demo micrographs, back-filled once. */
async function filled(): Promise<Places & { first: Awaited<ReturnType<typeof runCli>> }> {
  const here = await makePlaces();
  await cp(DEMO, here.inbox, { recursive: true, filter: (path) => !/README|categories/.test(path) });
  const first = await runCli([
    'backfill',
    here.inbox,
    ...here.places,
    '--workers',
    '2',
    '--time-zone',
    'Europe/Rome',
    '--json',
  ]);
  return { ...here, first };
}

async function records(repo: string): Promise<MicrographRecord[]> {
  const files = (await filesBelow(repo)).filter((file) => file.endsWith('record.json'));
  return await Promise.all(files.map(async (file) => MicrographRecord.parse(await readJson(join(repo, file)))));
}

describe('backfill of the demo micrographs', () => {
  let run: Awaited<ReturnType<typeof filled>>;
  let made: MicrographRecord[];

  beforeAll(async () => {
    run = await filled();
    made = await records(run.repo);
  });

  it('makes one record a picture and says so, a line a file', () => {
    expect(run.first.code, run.first.stderr).toBe(0);
    const lines = jsonLines(run.first.stdout);
    expect(lines).toHaveLength(16);
    expect(lines.every(({ state }) => state === 'done')).toBe(true);
    expect(made).toHaveLength(16);
  });

  it('labels each with five labels and a decision', () => {
    for (const { classification, source } of made) {
      expect(classification.labels, source.name).toHaveLength(5);
      expect(classification.labels.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
      expect(['accepted', 'suggested', 'review']).toContain(classification.decision);
    }
  });

  it('reads what the headers of three vendors state, in SI', () => {
    const byName = new Map(made.map((record) => [record.source.name, record]));
    const hitachi = byName.get('S04_carbon_weave.tif');
    expect(hitachi?.acquisition).toMatchObject({
      accelerationVoltageV: 15000,
      pixelSizeXM: 412e-9,
      workingDistanceM: 8.1e-3,
      magnification: 401,
      acquiredAt: '2024-04-03T08:02:19',
      timeZone: 'Europe/Rome',
      sampleName: 'carbon fibre weave',
    });
    expect(hitachi?.source.sidecars.map(({ name }) => name)).toEqual(['S04_carbon_weave.txt']);
    expect(byName.get('S13_PU_foam.tif')?.instrument).toMatchObject({ model: 'Gemini Demo 500' });
    for (const { acquisition, source } of made) expect(acquisition.pixelSizeXM, source.name).toBeGreaterThan(0);
  });

  it('lists every file of a record with its checksum, and nothing else lies beside them', async () => {
    for (const record of made) {
      const folder = join(run.repo, 'records', record.id.slice(0, 2), record.id.slice(2, 4), record.id);
      expect((await readdir(folder)).toSorted()).toEqual(
        ['record.json', ...record.artefacts.map(({ path }) => path)].toSorted(),
      );
      for (const { path, sha256 } of record.artefacts) {
        expect(sha256Hex(await readFile(join(folder, path))), path).toBe(sha256);
      }
    }
  });

  it('publishes no absolute path, no host and no operator', async () => {
    for (const file of (await filesBelow(run.repo)).filter((name) => /\.(json|h5)$/.test(name))) {
      const bytes = (await readFile(join(run.repo, file))).toString('latin1');
      expect(bytes.includes(run.root), file).toBe(false);
    }
    for (const { provenance, acquisition } of made) {
      expect(provenance.host).toBeUndefined();
      expect(acquisition.operator).toBeUndefined();
    }
  });

  it('leaves the originals as they were', async () => {
    for (const name of (await readdir(DEMO)).filter((file) => file.startsWith('S'))) {
      expect(sha256Hex(await readFile(join(run.inbox, name))), name).toBe(sha256Hex(await readFile(join(DEMO, name))));
    }
  });

  it('is searched by words, by ranges with units, and by likeness', async () => {
    const search = async (...args: string[]): Promise<Record<string, unknown>[]> =>
      jsonLines((await runCli(['search', ...args, ...run.places, '--json'])).stdout);
    const weave = await search('carbon', 'fibre');
    expect(weave[0]?.['name']).toBe('S04_carbon_weave.tif');
    const slow = await search('--kv', '..1');
    expect(slow.length).toBeGreaterThan(0);
    for (const { accelerationVoltageV } of slow) expect(accelerationVoltageV).toBeLessThanOrEqual(1000);
    const like = await search('--like', join(run.inbox, 'S13_PU_foam.tif'), '--limit', '1');
    expect(like[0]?.['name']).toBe('S13_PU_foam.tif');
  });

  it('tells what is where, and why', async () => {
    const status = await runCli(['status', ...run.places, '--json']);
    expect(jsonLines(status.stdout)[0]).toMatchObject({ counts: { done: 16, quarantined: 0, waiting: 0, queued: 0 } });
    const why = await runCli(['status', 'S13_PU_foam.tif', ...run.places, '--json']);
    expect(jsonLines(why.stdout)[0]).toMatchObject({ state: 'done', reason: 'record made, revision 1' });
  });
});

describe('a second backfill', () => {
  it('does nothing, touches no record, and reads no picture', async () => {
    const run = await filled();
    const before = await Promise.all(
      (await filesBelow(run.repo)).map(async (file) => (await stat(join(run.repo, file))).mtimeMs),
    );
    const again = await runCli(['backfill', run.inbox, ...run.places, '--json']);
    expect(again.code).toBe(0);
    expect(jsonLines(again.stdout).every(({ state }) => state === 'skipped')).toBe(true);
    const after = await Promise.all(
      (await filesBelow(run.repo)).map(async (file) => (await stat(join(run.repo, file))).mtimeMs),
    );
    expect(after).toEqual(before);
  });

  it('notes the same bytes under another name as an alias, and makes a record of changed bytes', async () => {
    const run = await filled();
    await mkdir(join(run.inbox, 'copy'));
    await copyFile(join(run.inbox, 'S13_PU_foam.tif'), join(run.inbox, 'copy', 'タンポポ foam.tif'));
    const changed = await readFile(join(run.inbox, 'S14_membrane.tif'));
    await writeFile(join(run.inbox, 'S14_membrane.tif'), Buffer.concat([changed, Buffer.from('more')]));
    const again = await runCli(['backfill', run.inbox, ...run.places, '--json']);
    expect(again.code, again.stderr).toBe(0);
    const lines = jsonLines(again.stdout);
    expect(lines.filter(({ state }) => state === 'done')).toHaveLength(1);
    const now = await records(run.repo);
    expect(now).toHaveLength(17);
    const foam = now.find(({ source }) => source.name === 'S13_PU_foam.tif');
    expect(foam?.source.aliases).toEqual([{ name: 'タンポポ foam.tif', path: 'copy/タンポポ foam.tif' }]);
    expect(foam?.revision).toBe(2);
  });

  it('finds the records again when STATE is lost, and indexes them without making any', async () => {
    const run = await filled();
    await rm(run.state, { recursive: true });
    const again = await runCli(['backfill', run.inbox, ...run.places, '--json']);
    expect(again.code).toBe(0);
    expect(jsonLines(again.stdout).every(({ reason }) => reason === 'its record was found in REPO')).toBe(true);
    const like = await runCli(['search', '--like', join(run.inbox, 'S13_PU_foam.tif'), ...run.places, '--json']);
    expect(jsonLines(like.stdout)[0]?.['name']).toBe('S13_PU_foam.tif');
    expect((await records(run.repo)).every(({ revision }) => revision === 1)).toBe(true);
  });
});

describe('reprocess', () => {
  it('does nothing for current records, and raises the revision when told to redo all', async () => {
    const run = await filled();
    const idle = await runCli(['reprocess', ...run.places, '--json']);
    expect(idle).toMatchObject({ code: 0, stdout: '' });
    const redone = await runCli(['reprocess', '--all', ...run.places, '--json']);
    expect(redone.code, redone.stderr).toBe(0);
    const now = await records(run.repo);
    expect(now.map(({ revision }) => revision)).toEqual(Array(16).fill(2));
    for (const { id, artefacts } of now) {
      const folder = join(run.repo, 'records', id.slice(0, 2), id.slice(2, 4), id);
      expect((await readdir(folder)).toSorted()).toEqual(
        ['record.json', ...artefacts.map(({ path }) => path)].toSorted(),
      );
    }
    const search = await runCli(['search', 'carbon', ...run.places, '--json']);
    expect(jsonLines(search.stdout)[0]).toMatchObject({ revision: 2 });
  });
});

describe('reprocess --where', () => {
  it('redoes what the search finds and nothing else', async () => {
    const run = await filled();
    const found = jsonLines((await runCli(['search', '--vendor', 'zeiss', ...run.places, '--json'])).stdout);
    const redone = await runCli(['reprocess', '--all', '--where', 'vendor:zeiss', ...run.places, '--json']);
    expect(redone.code, redone.stderr).toBe(0);
    const revised = (await records(run.repo)).filter(({ revision }) => revision === 2).map(({ id }) => id);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(16);
    expect(new Set(revised)).toEqual(new Set(found.map(({ id }) => id)));
    const wrong = await runCli(['reprocess', '--where', 'volts:5', ...run.places]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/found "volts"/) });
  });
});

describe('wrong use', () => {
  it.each([
    [['backfill', '/no/such/folder', '--out', '/tmp/x'], 1, /no\/such\/folder/],
    [['backfill', '--out', 'x'], 2, /which folder/i],
    [['backfil'], 2, /no verb "backfil"/],
    [['backfill', '.', '--wurkers', '3'], 2, /--wurkers/],
    [['backfill', '.', '--out', 'x', '--workers', 'many'], 2, /workers\.count/],
    [['backfill', '.', '--out', './inside'], 2, /inbox/i],
    [
      ['search', 'x', '--out', '/tmp/no-such-repo-here', '--state', '/tmp/no-such-state-here'],
      1,
      /nothing was ingested/,
    ],
    [['search', 'x', '--kv', 'fast', '--out', '/tmp/no-such-repo-here'], 1, /nothing was ingested/],
  ])('%j ends with exit code %i and says what to do', async (args, code, message) => {
    const { root } = await makePlaces();
    const result = await runCli(args, root);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });
});
