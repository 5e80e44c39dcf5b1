import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const PICTURES = resolve(import.meta.dirname, '../fixtures/simulated');
const CLASSES = ['Fibres', 'Patterned_surface', 'Tips'];

/** Class folders of 8 simulated pictures each. */
async function classFolders(labels: readonly string[] = CLASSES) {
  const made = await makePlaces();
  const labelled = join(made.root, 'labelled');
  for (const label of labels) await cp(join(PICTURES, label), join(labelled, label), { recursive: true });
  const retrain = async (...args: string[]) =>
    await runCli(['retrain', ...args, '--json', '--log', 'silent', ...made.places]);
  return { ...made, labelled, retrain };
}

describe('retrain on a poisoned folder', () => {
  it('leaves a text named .jpg and an empty file out, and lists them', async () => {
    const { labelled, retrain } = await classFolders();
    await writeFile(join(labelled, 'Tips', 'notes.jpg'), 'this is a text');
    await writeFile(join(labelled, 'Fibres', 'empty.png'), '');
    const result = await retrain(labelled);
    expect(result.code, result.stderr).toBe(0);
    const left = (jsonLines(result.stdout)[0]?.['leftOut'] ?? []) as { file: string; reason: string }[];
    expect(left.map(({ file }) => basename(file)).toSorted()).toEqual(['empty.png', 'notes.jpg']);
    for (const { reason } of left) expect(reason.length).toBeGreaterThan(10);
  });

  it('refuses a class of one picture, two classes of the same pictures, one class only and no class', async () => {
    const { root, labelled, retrain } = await classFolders();
    const single = join(labelled, 'Single');
    await mkdir(single);
    await cp(join(PICTURES, 'Powder', 'agglo_01.jpg'), join(single, '1.jpg'));
    const one = await retrain(labelled);
    expect(one.code).toBe(1);
    expect(one.stderr).toMatch(/too few of Single \(1\)/);

    const same = join(root, 'same');
    for (const label of ['A', 'B']) await cp(join(PICTURES, 'Tips'), join(same, label), { recursive: true });
    const twice = await retrain(same);
    expect(twice.code).toBe(1);
    expect(twice.stderr).toMatch(/too few of A \(0\), B \(0\).*the same picture stands under the labels A and B/);

    const only = join(root, 'only');
    await cp(join(PICTURES, 'Tips'), join(only, 'Tips'), { recursive: true });
    expect((await retrain(only)).stderr).toMatch(/expected two classes or more, found only Tips/);
    await mkdir(join(root, 'nothing'));
    expect((await retrain(join(root, 'nothing'))).stderr).toMatch(/expected folders named after labels/);
    expect(await filesBelow(join(root, 'state', 'models'))).toEqual([]);
  });

  it('refuses classes below a minimum, maps of labels with typing errors and options that are none', async () => {
    const { root, labelled, retrain } = await classFolders();
    const few = await retrain(labelled, '--min-per-class', '9');
    expect(few.code).toBe(1);
    expect(few.stderr).toMatch(/expected 9 different images.*Fibres \(8\), Patterned_surface \(8\), Tips \(8\)/);
    const map = join(root, 'labels.yml');
    await writeFile(map, 'merge: {Surface: [Fibre]}');
    expect((await retrain(labelled, '--labels-map', map)).stderr).toMatch(/found Fibre\./);
    await writeFile(map, 'merge: Surface');
    expect((await retrain(labelled, '--labels-map', map)).stderr).toMatch(/map of labels labels\.yml/);
    expect((await retrain(labelled, '--group-by', 'weather')).code).toBe(2);
    expect((await retrain(labelled, '--augment', 'flips,noise')).stderr).toContain('received "noise"');
    expect((await retrain(labelled, '--group-by', 'sample')).stderr).toMatch(
      /by sample, expected images that have one/,
    );
    expect((await retrain()).code).toBe(2);
  });
});

describe('retrain', () => {
  it('reads no pixel a second time, with views of the pictures and mapped labels', async () => {
    const { root, labelled, retrain } = await classFolders();
    await writeFile(join(root, 'labels.yml'), 'rename: {Tips: Needles}');
    await writeFile(join(root, 'test.txt'), 'tipside_05.jpg\n');
    const options = [
      '--labels-map',
      join(root, 'labels.yml'),
      '--test-list',
      join(root, 'test.txt'),
      '--augment',
      'rotations',
      '--class-weights',
      'balanced',
    ];
    const first = jsonLines((await retrain(labelled, ...options)).stdout)[0];
    expect(first).toMatchObject({ name: 'my-lab', version: '1', cached: 0 });
    const second = jsonLines((await retrain(labelled, ...options)).stdout)[0];
    expect(second).toMatchObject({ version: '2', cached: 24 });
    const manifest = await readJson(join(String(second?.['folder']), 'model.json'));
    expect(manifest).toMatchObject({
      labels: ['Fibres', 'Needles', 'Patterned_surface'],
      training: { augmentations: ['turn-90', 'turn-180', 'turn-270'], classWeights: 'balanced', heldOut: 'none' },
    });
    expect((manifest['metrics'] as { split: string; n: number }[]).find(({ split }) => split === 'test')?.n).toBe(1);
  });
});

describe('an archive with labels that people gave', () => {
  it('is trained on, says what to label next, and which label looks wrong', async () => {
    const { labelled, repo, places } = await classFolders();
    const filled = await runCli(['backfill', labelled, '--accept', 'jpeg', '--json', '--log', 'silent', ...places]);
    expect(filled.code, filled.stderr).toBe(0);
    const records = jsonLines(filled.stdout)
      .map((line) => ({
        id: String(line['id']),
        path: join(String(line['record']), 'record.json'),
        label: basename(join(String(line['file']), '..')),
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const unlabelled = await runCli(['retrain', '--archive', '--log', 'silent', ...places]);
    expect(unlabelled.stderr).toMatch(/expected two classes or more, found none/);
    // All but two pictures of every class, one of them under a wrong label.
    const byPerson = records.filter(
      ({ label }, at) => records.slice(at + 1).filter((other) => other.label === label).length >= 2,
    );
    expect(byPerson).toHaveLength(18);
    const wrong = byPerson.find(({ label }) => label === 'Patterned_surface');
    for (const one of byPerson) await giveLabel(one.path, one === wrong ? 'Tips' : one.label);

    const trained = await runCli(['retrain', '--archive', '--json', '--log', 'silent', ...places]);
    expect(trained.code, trained.stderr).toBe(0);
    expect(jsonLines(trained.stdout)[0]).toMatchObject({ name: 'my-lab', cached: 0, leftOut: [] });

    const queue = await runCli([
      'review-queue',
      '--model',
      'my-lab',
      '--limit',
      '4',
      '--json',
      '--log',
      'silent',
      ...places,
    ]);
    expect(queue.code, queue.stderr).toBe(0);
    const lines = jsonLines(queue.stdout);
    const next = lines.filter(({ kind }) => kind !== 'suspect').map(({ id }) => String(id));
    expect(next).toHaveLength(4);
    const left = records.filter((one) => !byPerson.includes(one)).map(({ id }) => id);
    for (const id of next) expect(left).toContain(id);
    const suspects = lines.filter(({ kind }) => kind === 'suspect');
    expect(suspects.length).toBeLessThanOrEqual(4);
    expect(suspects).toContainEqual(expect.objectContaining({ sha256: wrong?.id, label: 'Tips' }));
    for (const line of lines) expect(line['reason']).toMatch(/\d\.\d\d/);

    const text = await runCli(['review-queue', labelled, '--log', 'silent', ...places]);
    expect(text.stdout).toMatch(/6 records without a person's label were judged, 18 have one/);
    expect(text.stdout).toContain('label next');
    expect(await filesBelow(repo)).not.toHaveLength(0);
  });
});

async function giveLabel(path: string, label: string): Promise<void> {
  const record = JSON.parse(await readFile(path, 'utf8')) as { classification: object };
  const human = { label, by: 'ann', at: '2024-05-17T10:00:00Z' };
  await writeFile(path, JSON.stringify({ ...record, classification: { ...record.classification, human } }));
}
