import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { openEmbeddingCache } from '../../src/train/embedding-cache.ts';
import { extendSharedTestList } from '../../src/train/shared-test-list.ts';
import { type TinyModel, writeTinyModel } from '../builders/tiny-model.ts';
import { finished, jsonLines, makePlaces, readJson, runCli, startCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');
const SIMULATED = resolve(import.meta.dirname, '../fixtures/simulated');
const LABELS = ['a', 'b', 'c'];
/** Takes each label for the next one. */
const WRONG = [0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0];

/** A store with the models `good/1`, `wrong/1` and `other/1` (the last with another backbone), and how to ask for them. */
async function modelStore(images: number, embedded: readonly string[] = ['good', 'other']) {
  const made = await makePlaces();
  const models = join(made.state, 'models');
  const write = async (spec: Partial<TinyModel> & { name: string }) =>
    await writeTinyModel(models, { labels: LABELS, trainedOn: [], ...spec });
  const all = {
    good: await write({ name: 'good' }),
    wrong: await write({ name: 'wrong', weights: WRONG }),
    other: await write({ name: 'other', seed: 2 }),
  };
  const list = Array.from({ length: images }, (_, at) => ({
    sha256: at.toString(16).padStart(64, '0'),
    label: LABELS[at % 3] ?? '',
  }));
  await extendSharedTestList(models, list);
  for (const name of embedded) {
    const { preprocessing, backbone } = all[name as keyof typeof all].manifest;
    const cache = openEmbeddingCache(join(made.state, 'embeddings'), {
      preprocessing,
      backboneSha256: backbone.sha256,
    });
    for (const [at, { sha256 }] of list.entries()) {
      await cache.append(
        sha256,
        Float32Array.from([0, 1, 2, 3], (place) => Number(place === at % 3)),
      );
    }
    await cache.close();
  }
  const config = join(made.root, 'config.json');
  await writeFile(config, JSON.stringify({ classify: { model: 'good' } }));
  const model = async (...args: string[]) => await runCli(['model', ...args, '--config', config, ...made.places]);
  const inUse = async (): Promise<unknown> =>
    jsonLines((await model('list', '--json')).stdout).find((row) => row['inUse'] === true)?.['name'];
  return { ...made, models, model, inUse, config };
}

describe('semantiff model', () => {
  it('lists what there is, also a model that cannot be used', async () => {
    const { models, model } = await modelStore(0);
    await writeFile(join(models, 'other', '1', 'head.bin'), 'x');
    const rows = jsonLines((await model('list', '--json')).stdout);
    expect(rows.map(({ name, version, from, inUse }) => [name, version, from, inUse])).toEqual([
      ['good', '1', 'user', true],
      ['nffa-sem-small', '1', 'package', false],
      ['other', '1', 'user', false],
      ['wrong', '1', 'user', false],
    ]);
    expect(rows[1]).toMatchObject({
      labels: 10,
      images: 112,
      split: 'test',
      n: 80,
      backbone: 'sem-backbone-small-int8',
    });
    expect(rows[2]?.['fault']).toContain('head.bin');
    expect((await model('list')).stdout).toMatch(/cannot be used/);
  });

  it('shows a model with where it comes from', async () => {
    const { model } = await modelStore(0);
    const { stdout } = await model('show', 'nffa-sem-small/1');
    expect(stdout).toContain('# nffa-sem-small 1');
    expect(stdout).toMatch(/training data: SHA-256 dad497e3/);
    expect(jsonLines((await model('show', '--json')).stdout)[0]).toMatchObject({ manifest: { name: 'good' } });
  });

  it('compares two models on images that neither was trained on', async () => {
    const { model } = await modelStore(30);
    const [line] = jsonLines((await model('compare', 'good', 'wrong/1', '--json')).stdout);
    expect(line).toMatchObject({
      models: [{ name: 'good' }, { name: 'wrong' }],
      shared: { n: 30, verdict: 'worse', figures: { top1: [1, 0], paired: { onlyFirst: 30 } } },
    });
    const { stdout } = await model('compare', 'good', 'wrong');
    expect(stdout).toMatch(/right: b +10 +100 % +0 %/);
    expect((await model('compare', 'good')).code).toBe(2);
  });

  it('does not promote a model that is worse, but for a reason', async () => {
    const { model, inUse } = await modelStore(30);
    const refused = await model('promote', 'wrong', '1');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/it is worse than the one in use.*-100\.0 points.*--force --reason/s);
    expect(await inUse()).toBe('good');
    expect((await model('promote', 'wrong', '1', '--force')).code).toBe(2);
    expect((await model('promote', 'wrong', '1', '--force', '--reason', ' ')).code).toBe(2);
    expect((await model('promote', 'wrong', '1', '--force', '--reason', 'to see it fail')).code).toBe(0);
    expect(await inUse()).toBe('wrong');
    const shown = jsonLines((await model('show', '--json')).stdout)[0];
    expect(shown?.['promotions']).toMatchObject([{ action: 'promote', reason: 'to see it fail', forced: true }]);
  });

  it('promotes with a warning where the images are too few to tell', async () => {
    const { model, inUse } = await modelStore(19);
    const { code, stdout } = await model('promote', 'wrong/1');
    expect(code).toBe(0);
    expect(stdout).toMatch(/too few images to tell/);
    expect(await inUse()).toBe('wrong');
  });

  it('says that it cannot compare where embeddings and files are missing', async () => {
    const { model } = await modelStore(30, ['good']);
    const refused = await model('promote', 'other');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/cannot be compared.*30 images/);
    expect((await model('promote', 'other', '--force', '--reason', 'new backbone')).code).toBe(0);
  });

  it('rolls back one promotion after the other', async () => {
    const { model, inUse, config, places } = await modelStore(30);
    await model('promote', 'other/1', '--reason', 'a try');
    await model('promote', 'wrong/1', '--force', '--reason', 'worse');
    expect(await inUse()).toBe('wrong');
    const doctor = await runCli(['doctor', '--config', config, ...places]);
    expect(doctor.stdout).toMatch(/model: wrong 1, .*promoted on .*"worse"/);
    await model('rollback');
    expect(await inUse()).toBe('other');
    const { stdout } = await model('rollback', '--reason', 'enough', '--json');
    expect(jsonLines(stdout)[0]).toMatchObject({ from: 'other/1', inUse: { name: 'good' } });
    expect(await inUse()).toBe('good');
    const nothing = await model('rollback');
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain('expected a promotion, found none');
  });

  it('does not promote a model that does not work', async () => {
    const { models, model, inUse } = await modelStore(0);
    await writeFile(join(models, 'other', '1', 'backbone.onnx'), 'x');
    expect((await model('promote', 'other', '--force', '--reason', 'try')).stderr).toContain('backbone.onnx');
    expect(await inUse()).toBe('good');
  });

  it('brings a model from one store to another', async () => {
    const [here, there] = [await modelStore(0), await makePlaces()];
    const file = join(here.root, 'good.tar');
    expect((await here.model('export', 'good/1', file)).code).toBe(0);
    const taken = await runCli(['model', 'import-archive', file, '--json', ...there.places]);
    expect(jsonLines(taken.stdout)[0]).toMatchObject({ name: 'good', version: '1', existed: false });
    const listed = jsonLines((await runCli(['model', 'list', '--json', ...there.places])).stdout);
    expect(listed.map(({ name }) => name)).toEqual(['good', 'nffa-sem-small']);
    expect((await runCli(['model', 'promote', 'good', '1', ...there.places])).code).toBe(0);
  });

  it('knows no other subverb', async () => {
    const { model } = await modelStore(0);
    const { code, stderr } = await model('destroy');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/expected one of list, show.*received "destroy"/)]);
  });
});

describe('a model that retrain made', () => {
  it('is not in use before it is promoted, and judges later ones on what it held back', async () => {
    const made = await makePlaces();
    const labelled = join(made.root, 'labelled');
    const classes = (await readdir(SIMULATED, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    for (const { name } of classes.slice(0, 4))
      await cp(join(SIMULATED, name), join(labelled, name), { recursive: true });
    const run = await runCli(['retrain', labelled, '--name', 'lab', ...made.places]);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toContain('It is not in use yet. Put it into use: semantiff model promote lab 1');
    const rows = jsonLines((await runCli(['model', 'list', '--json', ...made.places])).stdout);
    expect(rows.find(({ inUse }) => inUse === true)?.['name']).toBe('nffa-sem-small');

    const folder = join(made.state, 'models');
    const { training, trainingImages } = (await readJson(join(folder, 'lab', '1', 'model.json'))) as {
      training: { program: string; images: { count: number }; parent: { name: string } };
      trainingImages: { real: number }[];
    };
    expect(training).toMatchObject({
      program: expect.stringMatching(/^semantiff \d/),
      parent: { name: 'nffa-sem-small' },
    });
    const trained = (await readJson(join(folder, 'lab', '1', 'training.json')))['images'] as string[];
    const tested = (await readJson(join(folder, 'test-list.json')))['images'] as { sha256: string; file: string }[];
    expect(trained).toHaveLength(trainingImages.reduce((sum, { real }) => sum + real, 0));
    expect(trained.length + tested.length).toBe(32);
    expect(tested.filter(({ sha256 }) => trained.includes(sha256))).toEqual([]);

    // A model with another backbone: its embeddings are made of the files that are still there.
    await writeTinyModel(folder, { name: 'tiny', labels: classes.slice(0, 4).map(({ name }) => name), trainedOn: [] });
    await rm(tested[0]?.file ?? '');
    const compare = ['model', 'compare', 'lab', 'tiny', '--json', ...made.places];
    const [first] = jsonLines((await runCli(compare)).stdout);
    const judged = tested.length - 1;
    expect(first).toMatchObject({ shared: { n: judged, embedded: judged, leftOut: { missing: 1, trainedOn: 0 } } });
    const [again] = jsonLines((await runCli(compare)).stdout);
    expect(again).toMatchObject({ shared: { n: judged, embedded: 0 } });
  });

  it('is in use by itself only for who lets the newest version of its name be used', async () => {
    const made = await makePlaces();
    const labelled = join(made.root, 'labelled');
    for (const name of ['Tips', 'Fibres']) await cp(join(SIMULATED, name), join(labelled, name), { recursive: true });
    const base = ['retrain', labelled, '--base', 'nffa-sem-small', '--name', 'mine', ...made.places];
    await runCli(base);
    const config = join(made.root, 'config.json');
    await writeFile(config, JSON.stringify({ classify: { model: 'mine' } }));
    const second = await runCli(['retrain', labelled, '--name', 'mine', '--config', config, ...made.places]);
    expect(second.stdout).toContain('From the next start on it is in use');
  });
});

describe('a running program', () => {
  it('watch takes a promoted model, and one that is rolled back, into use without a restart', async () => {
    const { inbox, model, config, places } = await modelStore(30);
    await mkdir(inbox);
    const child = startCli([
      'watch',
      inbox,
      ...places,
      '--config',
      config,
      '--settle-ms',
      '100',
      '--workers',
      '1',
      '--json',
      '--log',
      'info',
    ]);
    const end = finished(child);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const logged = createInterface({ input: child.stderr as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const inUse = async (): Promise<unknown> => {
      for (;;) {
        const { value } = (await logged.next()) as { value: string };
        if (value.includes('another model is in use'))
          return (JSON.parse(value) as { model: { name: string } }).model.name;
      }
    };
    const drop = async (picture: string): Promise<unknown> => {
      await copyFile(join(DEMO, picture), join(inbox, picture));
      const report = JSON.parse((await lines.next()).value as string) as { record: string };
      return ((await readJson(join(report.record, 'record.json')))['classification'] as { model: { name: string } })
        .model.name;
    };
    try {
      expect(await drop('S07_chip_corner.tif')).toBe('good');
      await model('promote', 'other/1');
      expect(await inUse()).toBe('other');
      expect(await drop('S13_PU_foam.tif')).toBe('other');
      await model('rollback');
      expect(await inUse()).toBe('good');
      expect(await drop('S14_membrane.tif')).toBe('good');
    } finally {
      child.kill('SIGTERM');
    }
    expect((await end).code).toBe(0);
  });

  it('worker --stdio takes a promoted model into use between two lines', async () => {
    const { model, config, places } = await modelStore(30);
    const child = startCli(['worker', '--stdio', ...places, '--config', config, '--log', 'silent']);
    const end = finished(child);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const labelOf = async (picture: string): Promise<string> => {
      child.stdin?.write(`${JSON.stringify({ id: 1, path: join(DEMO, picture), redo: true })}\n`);
      const { record } = JSON.parse((await lines.next()).value as string) as { record: string };
      const { classification } = JSON.parse(await readFile(join(record, 'record.json'), 'utf8')) as {
        classification: { model: { name: string } };
      };
      return classification.model.name;
    };
    expect(await labelOf('S07_chip_corner.tif')).toBe('good');
    await model('promote', 'other/1');
    const names = new Set<string>();
    while (!names.has('other')) names.add(await labelOf('S13_PU_foam.tif'));
    child.stdin?.end();
    expect((await end).code).toBe(0);
  });

  it('keeps to the model that is asked for', async () => {
    const { inbox, model, config, places } = await modelStore(30);
    await mkdir(inbox);
    await copyFile(join(DEMO, 'S07_chip_corner.tif'), join(inbox, 'one.tif'));
    await model('promote', 'other/1');
    const run = await runCli(['backfill', inbox, ...places, '--config', config, '--model', 'wrong/1', '--json']);
    const { record } = jsonLines(run.stdout)[0] as { record: string };
    expect(((await readJson(join(record, 'record.json')))['classification'] as { model: unknown }).model).toMatchObject(
      {
        name: 'wrong',
      },
    );
    const bad = await runCli(['backfill', inbox, ...places, '--model', 'a/b/c']);
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('--model expects NAME or NAME/VERSION')]);
  });
});
