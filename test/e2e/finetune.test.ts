import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { TfjsModel } from '../../src/classify/tfjs-file.ts';
import { openTfjs } from '../../src/classify/tfjs-runtime.ts';
import { seededRandom } from '../../src/train/seeded-random.ts';
import { noisyStripes, STRIPES } from '../builders/noisy-stripes.ts';
import { tinyLayersNetwork } from '../builders/tiny-layers-network.ts';
import { writeTfjs } from '../builders/tiny-tfjs.ts';
import { hasNativeTfjs } from '../native-tfjs.ts';
import { jsonLines, makePlaces, readJson, runCli } from './run-cli.ts';

const SIZE = 32;
const hasNative = await hasNativeTfjs();

/** Pictures of stripes as PNG in folders of their class. */
async function stripeFolders(root: string, count: number): Promise<void> {
  for (const label of STRIPES) await mkdir(join(root, label), { recursive: true });
  for (const [at, { pixels, label }] of noisyStripes(count, SIZE, seededRandom(5)).entries()) {
    const image = sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 1 } });
    await image.png().toFile(join(root, label, `${at}.png`));
  }
}

describe.skipIf(!hasNative)('retrain --finetune', () => {
  it('makes a model of a network that it fitted, which labels pictures and says what tuned it', async () => {
    const { root, inbox, state, places } = await makePlaces();
    await stripeFolders(inbox, 240);
    (await openTfjs(['tfjs-node-gpu', 'tfjs-node'])).use();
    const network = join(
      writeTfjs(join(root, 'tiny'), (await tinyLayersNetwork(SIZE, 3, { poolPx: 8 })) as TfjsModel),
      'model.json',
    );
    const interfaceOptions = ['--output', 'embedding', '--normalise=-1..1'];
    const imported = await runCli(['model', 'import', network, '--name', 'tiny', ...interfaceOptions, ...places], root);
    expect(imported.code, imported.stderr).toBe(0);

    const training = ['retrain', inbox, '--backbone', 'tiny', '--json', ...places];
    const plain = await runCli([...training, '--name', 'plain'], root);
    expect(plain.code, plain.stderr).toBe(0);
    const tuned = await runCli([...training, '--name', 'tuned', '--finetune', '1', '--finetune-rate', '0.01'], root);
    expect(tuned.code, tuned.stderr).toBe(0);
    const manifest = await readJson(join(state, 'models', 'tuned', '1', 'model.json'));
    expect(manifest).toMatchObject({ backbone: { name: 'tiny-tuned' }, training: { tuned: { blocks: 1 } } });
    const untuned = await readJson(join(state, 'models', 'plain', '1', 'model.json'));
    expect((manifest['backbone'] as { sha256: string }).sha256).not.toBe(
      (untuned['backbone'] as { sha256: string }).sha256,
    );

    const filled = await runCli(['backfill', inbox, '--accept', 'png', '--model', 'tuned', '--json', ...places], root);
    expect(filled.code, filled.stderr).toBe(0);
    const lines = jsonLines(filled.stdout);
    expect(lines).toHaveLength(240);
    const record = await readJson(join(String(lines[0]?.['record']), 'record.json'));
    expect(record['classification']).toMatchObject({ model: { name: 'tuned', version: '1' } });
  });

  it.each([
    [['--finetune-rate', '0.01'], /is for --finetune BLOCKS/],
    [['--finetune', '1', '--finetune-rate', '1'], /from 1e-7 to 0.1/],
    [['--finetune', '1', '--finetune-rate', 'fast'], /received fast/],
  ])('is no use of semantiff retrain %j', async (args, reason) => {
    const { root, inbox, places } = await makePlaces();
    const refused = await runCli(['retrain', inbox, ...args, ...places], root);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(reason) });
  });

  it('says what a network that cannot be tuned lacks, and leaves no model behind', async () => {
    const { root, inbox, places } = await makePlaces();
    await stripeFolders(inbox, 60);
    const refused = await runCli(['retrain', inbox, '--finetune', '1', ...places], root);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('layers model') });
    expect((await runCli(['model', 'list', ...places], root)).stdout).not.toContain('my-lab');
  });
});
