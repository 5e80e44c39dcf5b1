import { cp, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../src/domain/record.ts';
import { filesBelow, jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const PICTURES = resolve(import.meta.dirname, '../fixtures/simulated');
const CLASSES = ['Fibres', 'Patterned_surface', 'Tips'];
const SILENT = ['--json', '--log', 'silent'];

/** An archive of 24 pictures whose classes stand in a list. */
async function archive() {
  const made = await makePlaces();
  for (const label of CLASSES) await cp(join(PICTURES, label), join(made.inbox, label), { recursive: true });
  const run = async (...args: string[]) => await runCli([...args, ...SILENT, ...made.places]);
  const filled = await run('backfill', made.inbox, '--accept', 'jpeg');
  expect(filled.code, filled.stderr).toBe(0);
  const rows = jsonLines(filled.stdout).map(({ id, file }) => ({ id: String(id), file: String(file) }));
  const list = rows.map(({ id, file }) => `${id};${CLASSES.find((label) => file.includes(label)) ?? ''}`);
  await writeFile(join(made.root, 'reviewed.csv'), `id;label\n${list.join('\n')}\n`);
  return { ...made, rows, run };
}

/** The records in REPO. */
async function records(repo: string) {
  const files = (await filesBelow(join(repo, 'records'))).filter((file) => file.endsWith('record.json'));
  return await Promise.all(
    files.map(async (file) => MicrographRecord.parse(await readJson(join(repo, 'records', file)))),
  );
}

describe('an archive that people label', () => {
  let world: Awaited<ReturnType<typeof archive>>;
  beforeAll(async () => {
    world = await archive();
  });

  it('is found by what they say before its records say so, and then they follow', async () => {
    const { run, root, repo } = world;
    const labelled = await run('label', '--import', join(root, 'reviewed.csv'), '--by', 'Ann');
    expect(labelled.code, labelled.stderr).toBe(0);
    expect(jsonLines(labelled.stdout).map(({ state }) => state)).toEqual(Array.from({ length: 24 }, () => 'labelled'));
    const found = jsonLines((await run('search', '--label', 'Tips', '--limit', '50')).stdout);
    expect(found.filter(({ humanLabel }) => humanLabel === 'Tips')).toHaveLength(8);
    expect((await records(repo)).filter(({ classification }) => classification.human)).toEqual([]);

    const again = await run('backfill', world.inbox, '--accept', 'jpeg');
    expect(again.code, again.stderr).toBe(0);
    const now = await records(repo);
    expect(now.map(({ revision }) => revision)).toEqual(Array.from({ length: 24 }, () => 2));
    for (const { classification, source } of now) {
      expect(source.path.startsWith(`${classification.human?.label}/`)).toBe(true);
      expect(classification).toMatchObject({ decision: 'accepted', revision: 2, human: { by: 'Ann' } });
    }
    const verified = await run('verify');
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('trains a model, whose answers about the archive take no picture and leave what people said', async () => {
    const { run, repo, root } = world;
    const trained = await run('retrain', '--archive', '--name', 'lab');
    expect(trained.code, trained.stderr).toBe(0);
    const dry = await run('reclassify', '--model', 'lab', '--dry-run');
    expect(jsonLines(dry.stdout)[0]).toMatchObject({ answered: 24, dryRun: true, model: 'lab 1' });
    // Without the originals nobody can read a picture.
    await rename(world.inbox, join(root, 'away'));
    const done = await run('reclassify', '--model', 'lab');
    expect(done.code, done.stderr).toBe(0);
    expect(jsonLines(done.stdout)[0]).toMatchObject({ answered: 24, left: [] });
    expect(jsonLines((await run('reclassify', '--model', 'lab')).stdout)[0]).toMatchObject({ answered: 0, left: [] });
    const followed = await run('label', '--now', world.rows[0]?.id ?? '', 'Something else');
    expect(followed.code, followed.stderr).toBe(0);
    const now = await records(repo);
    for (const { id, classification } of now) {
      expect(classification.model?.name).toBe('lab');
      expect(classification.human?.label === 'Something else').toBe(id === world.rows[0]?.id);
      expect(classification.history?.map(({ model }) => model?.name)).toContain('nffa-sem-small');
    }
    await rename(join(root, 'away'), world.inbox);
    const nothing = await run('backfill', world.inbox, '--accept', 'jpeg', '--model', 'lab');
    expect(jsonLines(nothing.stdout).map(({ reason }) => reason)).toEqual(
      Array.from({ length: 24 }, () => 'nothing to do: its record stands'),
    );
    expect((await run('verify')).code).toBe(0);
  });

  it('says what a list names that the archive does not hold, and goes on', async () => {
    const { run, root } = world;
    await writeFile(join(root, 'odd.csv'), 'path,label\nnone.jpg,Tips\n');
    const odd = await run('label', '--import', join(root, 'odd.csv'));
    expect(odd.code).toBe(3);
    expect(jsonLines(odd.stdout)).toEqual([
      { record: 'none.jpg', label: 'Tips', state: 'refused', reason: 'no record is known by it' },
    ]);
    expect((await run('label', '--import', join(root, 'missing.csv'))).code).toBe(2);
    expect((await run('label', 'only-one')).code).toBe(2);
  });
});
