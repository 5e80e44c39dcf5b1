import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/store/content-hash.ts';
import { tinyBackbone } from '../builders/tiny-backbone.ts';
import { inceptionLike, writeTfjs } from '../builders/tiny-tfjs.ts';
import { jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const PICTURES = resolve(import.meta.dirname, '../fixtures/simulated');
const CLASSES = ['Fibres', 'Patterned_surface', 'Tips'];

describe('a network that somebody brings', () => {
  it('is imported, trained on, and labels pictures: an Inception-like graph model of 299 px', async () => {
    const { root, inbox, state, places } = await makePlaces();
    for (const label of CLASSES) await cp(join(PICTURES, label), join(inbox, label), { recursive: true });
    const network = join(writeTfjs(join(root, 'inception'), inceptionLike()), 'model.json');
    const sha256 = sha256Hex(await readFile(network));
    const brought = ['model', 'import', network, '--name', 'inception', '--sha256', sha256, '--json', ...places];
    const imported = await runCli(brought, root);
    expect(imported.code, imported.stderr).toBe(0);
    expect(jsonLines(imported.stdout)).toMatchObject([
      { name: 'inception', inputSize: 299, embeddingLength: 24, interface: { output: 'Squeeze', normalise: '-1..1' } },
    ]);
    expect(await runCli(brought, root)).toMatchObject({ code: 1, stderr: expect.stringContaining('name is taken') });

    const training = ['retrain', inbox, '--backbone', 'inception', '--name', 'inception-lab', '--json', ...places];
    const trained = await runCli(training, root);
    expect(trained.code, trained.stderr).toBe(0);
    const manifest = await readJson(join(state, 'models', 'inception-lab', '1', 'model.json'));
    expect(manifest).toMatchObject({ inputSize: 299, preprocessing: 'squash299-aa-v1', embeddingLength: 24 });
    expect(manifest['training']).not.toHaveProperty('parent');
    expect(jsonLines((await runCli(training, root)).stdout)).toMatchObject([{ version: '2', cached: 24 }]);

    const model = ['--model', 'inception-lab'];
    const filled = await runCli(['backfill', inbox, '--accept', 'jpeg', ...model, '--json', ...places], root);
    expect(filled.code, filled.stderr).toBe(0);
    const lines = jsonLines(filled.stdout);
    expect(lines).toHaveLength(24);
    const record = await readJson(join(String(lines[0]?.['record']), 'record.json'));
    expect(record['classification']).toMatchObject({
      model: { name: 'inception-lab', version: '2' },
      embedding: { preprocessing: 'squash299-aa-v1', dimensions: 24 },
    });
    const best = lines.map(({ labels }) => (labels as { label: string }[])[0]?.label ?? '');
    expect(best.every((label) => CLASSES.includes(label))).toBe(true);
    // Random weights, but most of these pictures were trained on: chance would be 8.
    const right = lines.filter(({ file }, at) => String(file).includes(best[at] ?? ''));
    expect(right.length).toBeGreaterThan(12);

    const first = String(lines[0]?.['file']);
    await writeFile(join(root, 'semantiff.config.json'), JSON.stringify({ classify: { model: 'inception-lab' } }));
    const alike = await runCli(['search', '--like', first, '--limit', '1', '--json', ...places], root);
    expect(alike.code, alike.stderr).toBe(0);
    expect(jsonLines(alike.stdout)).toMatchObject([{ id: lines[0]?.['id'] }]);
  });

  it('is refused with the reason, and nothing is written', async () => {
    const { root, places } = await makePlaces();
    const file = join(root, 'network.onnx');
    await writeFile(file, tinyBackbone(64, 4).model);
    const refused = await runCli(['model', 'import', file, '--name', 'a', '--sha256', '0'.repeat(64), ...places], root);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/expected the SHA-256 0{64}, found/) });
    const trained = await runCli(['retrain', PICTURES, '--backbone', 'a', ...places], root);
    expect(trained).toMatchObject({ code: 1, stderr: expect.stringContaining('found these: none') });
  });

  it.each([
    [['model'], /expected one of .*import, bench/],
    [['model', 'import', 'a.onnx'], /which network/],
    [['model', 'import', 'a.onnx', '--name', 'a', '--sha256', 'abc'], /64 hexadecimal digits/],
    [['model', 'import', 'a.onnx', '--name', 'a', '--normalise', '1/0'], /--normalise expects/],
    [['model', 'import', 'a.onnx', '--name', 'a', '--layout', 'chw'], /--layout expects/],
    [['retrain', PICTURES, '--backbone', 'a', '--base', 'b'], /say one of them/],
  ])('is no use of semantiff %j', async (args, reason) => {
    const { root, places } = await makePlaces();
    expect(await runCli([...args, ...places], root)).toMatchObject({ code: 2, stderr: expect.stringMatching(reason) });
  });
});

describe('model bench', () => {
  it('gives speed and accuracy of every model and imported backbone', async () => {
    const { root, state, places } = await makePlaces();
    const file = join(root, 'network.onnx');
    await writeFile(file, tinyBackbone(64, 4).model);
    expect((await runCli(['model', 'import', file, '--name', 'tiny', ...places], root)).code).toBe(0);
    await writeFile(join(state, 'backbones', 'tiny', 'backbone.onnx'), 'damaged');
    const benched = await runCli(['model', 'bench', '--images', '8', '--json', ...places], root);
    expect(benched.code, benched.stderr).toBe(0);
    const [shipped, tiny] = jsonLines(benched.stdout);
    expect(shipped).toMatchObject({ kind: 'model', name: 'nffa-sem-small', inputSize: 224, engine: 'onnx' });
    expect(shipped?.['picturesPerSecond']).toBeGreaterThan(0);
    expect(shipped?.['validations']).toMatchObject([{ split: 'cross-validation', n: 112, top1: 0.8375 }, {}, {}]);
    expect(tiny).toMatchObject({ kind: 'backbone', name: 'tiny', fault: expect.stringContaining('was changed') });
    const table = await runCli(['model', 'bench', '--images', '8', ...places], root);
    expect(table.stdout).toMatch(/nffa-sem-small 1 .* 0\.838 of 112 /);
  });
});
