import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tinySentenceModel } from '../builders/tiny-sentence-model.ts';
import { finished, jsonLines, makePlaces, runCli, startCli } from './run-cli.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');

describe('init', () => {
  it('writes a config that the other verbs then use, and never writes over one', async () => {
    const { root, inbox } = await makePlaces();
    await mkdir(inbox);
    await copyFile(join(DEMO, 'S13_PU_foam.tif'), join(inbox, 'foam.tif'));
    const flags = [
      '--inbox',
      'inbox',
      '--out',
      'records',
      '--instrument',
      'gemini',
      '--time-zone',
      'Europe/Rome',
      '--yes',
    ];
    const made = await runCli(['init', ...flags], root);
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(await readFile(join(root, 'semantiff.config.yaml'), 'utf8')).toMatch(/inbox: inbox\nrepo: records/);
    const again = await runCli(['init', ...flags], root);
    expect(again.code).toBe(2);
    const filled = await runCli(['backfill', '--state', join(root, 'state'), '--json'], root);
    expect(filled.code, filled.stderr).toBe(0);
    const [line] = jsonLines(filled.stdout);
    const record = JSON.parse(await readFile(join(String(line?.['record']), 'record.json'), 'utf8')) as {
      instrument: object;
    };
    expect(record.instrument).toMatchObject({ id: 'gemini' });
  });

  it('refuses a time zone that does not exist', async () => {
    const { root } = await makePlaces();
    const result = await runCli(['init', '--time-zone', 'Moon/Base', '--yes'], root);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/time zone/);
  });
});

describe('a sentence model', () => {
  it('is checked, and searches say what to do about records that were indexed without it', async () => {
    const { root, inbox, places } = await makePlaces();
    await mkdir(inbox);
    await copyFile(join(DEMO, 'S13_PU_foam.tif'), join(inbox, 'spider_silk.tif'));
    expect((await runCli(['backfill', inbox, ...places], root)).code).toBe(0);
    const search = ['search', 'cobweb', '--rank', 'meaning', '--json', ...places];
    expect((await runCli(search, root)).stderr).toBe('');
    const sentenceModel = tinySentenceModel();
    await writeFile(join(root, 'semantiff.config.json'), JSON.stringify({ search: { sentenceModel } }));
    const doctor = await runCli(['doctor', ...places, '--json'], root);
    expect(jsonLines(doctor.stdout).find(({ name }) => name === 'sentence model')).toMatchObject({ result: 'ok' });
    const before = await runCli(search, root);
    expect(before).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^.*semantiff index rebuild\n$/),
    });
    expect(await runCli(['index', 'rebuild', ...places], root)).toMatchObject({ code: 0 });
    const after = await runCli(search, root);
    expect(after.stderr).toBe('');
    expect(jsonLines(after.stdout)).toMatchObject([{ name: 'spider_silk.tif' }]);
    await writeFile(join(root, 'semantiff.config.json'), JSON.stringify({ search: { sentenceModel: inbox } }));
    expect(await runCli(search, root)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/sentence model .*model\.onnx/),
    });
  });
});

describe('doctor', () => {
  it('shows each setting with its origin and passes where all is well', async () => {
    const { root, inbox, places } = await makePlaces();
    await mkdir(inbox);
    await writeFile(join(root, 'semantiff.config.json'), JSON.stringify({ inbox, instrument: { timeZone: '+01:00' } }));
    const result = await runCli(['doctor', ...places, '--json'], root);
    expect(result.code, result.stdout).toBe(0);
    const lines = jsonLines(result.stdout);
    expect(lines).toContainEqual({ setting: 'repo', value: JSON.stringify(places[1]), origin: 'flag' });
    expect(lines.find(({ setting }) => setting === 'instrument.timeZone')?.['origin']).toMatch(
      /^file .*semantiff\.config\.json$/,
    );
    const results = lines.filter(({ name }) => name !== undefined).map(({ result: outcome }) => outcome);
    expect(results).not.toContain('fail');
  });

  it('fails where the inbox holds REPO', async () => {
    const { root, places } = await makePlaces();
    const result = await runCli(['doctor', '--inbox', root, ...places], root);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/FAIL inbox/);
  });
});

describe('worker --stdio', () => {
  it('answers each line in order, survives bad ones, and finds a record the second time', async () => {
    const { inbox, places, repo } = await makePlaces();
    await mkdir(inbox);
    await copyFile(join(DEMO, 'S04_carbon_weave.tif'), join(inbox, 'weave.tif'));
    await copyFile(join(DEMO, 'S04_carbon_weave.txt'), join(inbox, 'weave.txt'));
    await writeFile(join(inbox, 'bad.tif'), 'II*\0 this is no directory');
    const child = startCli(['worker', '--stdio', ...places]);
    const end = finished(child);
    const lines = [
      JSON.stringify({ id: 1, path: join(inbox, 'weave.tif'), inbox }),
      'no json',
      JSON.stringify({ id: 'b', path: join(inbox, 'bad.tif') }),
      JSON.stringify({ id: 3, path: join(inbox, 'absent.tif') }),
      JSON.stringify({ id: 4, path: join(inbox, 'weave.tif'), inbox }),
    ];
    child.stdin?.end(`${lines.join('\n')}\n`);
    const { code, stdout, stderr } = await end;
    expect(code, stderr).toBe(0);
    const answers = jsonLines(stdout);
    expect(answers.map(({ id, state }) => [id, state])).toEqual([
      [1, 'done'],
      [undefined, undefined],
      ['b', 'quarantined'],
      [3, 'waiting'],
      [4, 'skipped'],
    ]);
    expect(answers[1]?.['error']).toMatch(/expected/);
    const record = JSON.parse(await readFile(join(String(answers[0]?.['record']), 'record.json'), 'utf8')) as {
      source: { sidecars: unknown[]; path: string };
    };
    expect(record.source).toMatchObject({ path: 'weave.tif', sidecars: [{ name: 'weave.txt' }] });
    expect(String(answers[0]?.['record']).startsWith(repo)).toBe(true);
  });
});

describe('--help', () => {
  it('lists the verbs, and the options of one', async () => {
    const overview = await runCli(['--help']);
    expect(overview.code).toBe(0);
    for (const verb of [
      'init',
      'backfill',
      'watch',
      'search',
      'status',
      'doctor',
      'reprocess',
      'retrain',
      'review-queue',
      'worker',
    ]) {
      expect(overview.stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
    }
    const one = await runCli(['search', '--help']);
    expect(one.stdout).toMatch(/--pixel-size RANGE/);
  });

  it('loads nothing heavy', async () => {
    const child = startCli(['--help']);
    child.stdin?.end();
    await finished(child);
    const imports = await staticImports(resolve(import.meta.dirname, '../../dist/cli.js'));
    expect([...imports].filter((name) => !name.startsWith('node:'))).toEqual([]);
  });
});

/** Packages that a module pulls in before it runs, through our own modules. */
async function staticImports(file: string, seen = new Set<string>(), found = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return found;
  seen.add(file);
  const source = await readFile(file, 'utf8');
  for (const [, name = ''] of source.matchAll(/^import [^;]*?from '([^']+)';/gm)) {
    if (name.startsWith('.')) await staticImports(join(file, '..', name), seen, found);
    else found.add(name);
  }
  return found;
}
