import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { classifyBatch } from '../../../src/classify/classify-batch.ts';
import { findModel } from '../../../src/classify/model-folder.ts';
import { type OpenModel, openModel } from '../../../src/classify/open-model.ts';
import { preprocess } from '../../../src/classify/preprocess.ts';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import { toGrey8 } from '../../../src/raster/display.ts';
import { sharedDir } from '../../shared-folder.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const PICTURES = join(ROOT, 'test/fixtures/simulated');

let model: OpenModel;
beforeAll(async () => {
  const { folder } = await findModel('nffa-sem-small', undefined, [join(ROOT, 'models')]);
  model = await openModel(folder);
});
afterAll(async () => {
  await model.close();
});

async function networkInput(file: string): Promise<Uint8Array> {
  const { picture } = await decodePicture(readFileSync(file), { maxPixelBytes: 2 ** 28 });
  return preprocess(toGrey8(picture));
}

describe('the shipped model', () => {
  it('knows the ten categories of NFFA-EUROPE and says where its images come from', () => {
    expect(model.manifest.labels).toHaveLength(10);
    expect(model.manifest.trainingImages.reduce((sum, { real }) => sum + real, 0)).toBe(112);
    expect(model.manifest.data.reduce((sum, { images }) => sum + images, 0)).toBe(512);
    const card = readFileSync(join(ROOT, 'models/nffa-sem-small/1/card.md'), 'utf8');
    expect(card).toContain('most labels are wrong until it is retrained');
    expect(card).toContain('CC BY 4.0');
  });

  it('gives five labels, best first, and accepts nothing: its validation supports no threshold', async () => {
    const labels = readdirSync(PICTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const files = labels.flatMap(({ name }) =>
      readdirSync(join(PICTURES, name)).map((file) => join(PICTURES, name, file)),
    );
    const answers = await classifyBatch(await Promise.all(files.map(networkInput)), model);
    expect(answers).toHaveLength(80);
    for (const { classification } of answers) {
      expect(classification.labels.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
      expect(classification.decision).not.toBe('accepted');
      expect(classification.reason).toMatch(/\d/);
    }
    const right = answers.filter(({ classification }, at) =>
      files[at]?.includes(classification.labels[0]?.label ?? '-'),
    );
    // Simulated pictures of the training: 0.9 and more are right, chance is 0.1.
    expect(right.length).toBeGreaterThan(64);
  });
});

describe.skipIf(sharedDir() === undefined)('the shipped model on the labelled samples it was not trained on', () => {
  it('is as good as its card says', async () => {
    const samples = join(sharedDir() ?? '', 'samples');
    const trained = new Set(
      readFileSync(join(samples, 'trainable.tsv'), 'utf8')
        .split('\n')
        .map((line) => line.split('\t')[0]),
    );
    const images = readdirSync(join(samples, 'labelled')).flatMap((label) =>
      readdirSync(join(samples, 'labelled', label))
        .filter((name) => !trained.has(`labelled/${label}/${name}`))
        .map((name) => ({ label, file: join(samples, 'labelled', label, name) })),
    );
    const inputs: Uint8Array[] = [];
    for (const { file } of images) inputs.push(await networkInput(file));
    const answers = await classifyBatch(inputs, model);
    const right = answers.filter(({ classification }, at) => classification.labels[0]?.label === images[at]?.label);
    const stated = model.manifest.metrics.find(({ split }) => split === 'test');
    expect(images).toHaveLength(stated?.n ?? 0);
    // Another processor rounds the int8 network elsewhere: an image or two may change sides.
    expect(Math.abs(right.length / images.length - (stated?.top1 ?? 0))).toBeLessThanOrEqual(2 / images.length + 1e-4);
  });
});
