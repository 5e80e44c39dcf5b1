import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../../../src/classify/backend.ts';
import { classifyBatch } from '../../../src/classify/classify-batch.ts';
import { embedImages } from '../../../src/classify/embed-images.ts';
import { openOnnxBackend } from '../../../src/classify/onnx.ts';
import { openModel } from '../../../src/classify/open-model.ts';
import { PREPROCESSING, preprocess } from '../../../src/classify/preprocess.ts';
import { errorMessage } from '../../../src/domain/errors.ts';
import { ContentHash } from '../../../src/domain/ids.ts';
import { createLog } from '../../../src/log.ts';
import { embedFile } from '../../../src/pipeline/embed-files.ts';
import { thumbnailOf } from '../../../src/pipeline/thumbnail.ts';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import { toGrey8 } from '../../../src/raster/display.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { listClassFolders } from '../../../src/train/class-folders.ts';
import type { EmbedOutcome, LabelledImage, LeftOut, ReviewedImage } from '../../../src/train/dataset.ts';
import { parseLabelsMap } from '../../../src/train/labels-map.ts';
import { onnxTrainer } from '../../../src/train/onnx-trainer.ts';
import { type RetrainDeps, type RetrainInput, retrain } from '../../../src/train/retrain.ts';
import { parseTestList } from '../../../src/train/test-list.ts';
import type { HeadTrainer } from '../../../src/train/trainer.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const BACKBONE = join(ROOT, 'models/nffa-sem-small/1/backbone.onnx');
const PICTURES = join(ROOT, 'test/fixtures/simulated');
const CLASSES = ['Fibres', 'Patterned_surface', 'Tips'];
const log = createLog('silent');

let backend: InferenceBackend;
let trainer: HeadTrainer;
beforeAll(async () => {
  backend = await openOnnxBackend(await readFile(BACKBONE));
  trainer = await onnxTrainer();
});
afterAll(async () => {
  await trainer.close();
  await backend.close();
});

async function networkInput(file: string): Promise<Uint8Array> {
  const { picture } = await decodePicture(readFileSync(file), { maxPixelBytes: 2 ** 26 });
  return preprocess(toGrey8(picture));
}

/** What the pipeline does for a training, without its workers; counts the files it was asked for. */
function embedder(asked: string[]): (files: string[]) => AsyncGenerator<EmbedOutcome> {
  return async function* embed(files) {
    asked.push(...files);
    for (const file of files) {
      try {
        const [embedding = new Float32Array(0)] = await embedImages([await networkInput(file)], backend, 1);
        yield { file, sha256: sha256Hex(readFileSync(file)), embedding };
      } catch (error) {
        yield { file, error: errorMessage(error) };
      }
    }
  };
}

async function trainingInput(): Promise<RetrainInput & { pictures: string }> {
  const folder = temporaryFolder();
  const pictures = join(folder, 'labelled');
  for (const label of CLASSES) await cp(join(PICTURES, label), join(pictures, label), { recursive: true });
  return {
    images: await listClassFolders([pictures]),
    name: 'my-lab',
    modelsFolder: join(folder, 'models'),
    cacheFolder: join(folder, 'cache'),
    backbone: { name: 'small', file: BACKBONE },
    pictures,
  };
}

/** The files as if they had been ingested and labelled. */
async function reviewedOf(images: readonly LabelledImage[]): Promise<ReviewedImage[]> {
  const reviewed: ReviewedImage[] = [];
  const labels = new Map(images.map(({ file, label }) => [file, label]));
  const origin = { backboneSha256: sha256Hex(readFileSync(BACKBONE)), preprocessing: PREPROCESSING, dimensions: 1280 };
  for await (const one of embedder([])(images.map(({ file }) => file))) {
    if ('error' in one) continue;
    const { file, sha256, embedding } = one;
    reviewed.push({ id: ContentHash.parse(sha256), label: labels.get(file) ?? '', embedding, origin });
  }
  return reviewed;
}

describe('retraining on class folders', () => {
  it('makes a model that classifies pictures, and makes the same head again without reading a pixel', async () => {
    const input = await trainingInput();
    const asked: string[] = [];
    const deps = { embed: embedder(asked), trainer, thumbnail: thumbnailOf };
    const first = await retrain(input, deps, { log });
    expect(asked).toHaveLength(24);
    expect(first.ref).toMatchObject({ name: 'my-lab', version: '1' });
    expect(readdirSync(first.folder).toSorted()).toEqual([
      'backbone.onnx',
      'card.md',
      'head.bin',
      'model.json',
      'neighbours.bin',
      'report.html',
      'report.json',
    ]);

    const second = await retrain(input, deps, { log });
    expect(asked).toHaveLength(24);
    expect(second.cached).toBe(24);
    expect(second.ref.version).toBe('2');
    for (const file of ['head.bin', 'neighbours.bin', 'report.json']) {
      expect(readFileSync(join(second.folder, file))).toEqual(readFileSync(join(first.folder, file)));
    }
    const page = (file: string): string => readFileSync(file, 'utf8').replaceAll(/my-lab \d|\d\.timing/g, '');
    expect(page(second.reportFile)).toBe(page(first.reportFile));
    // How long it took stands beside the folder, whose bytes are to be the same again.
    const timing = JSON.parse(readFileSync(`${first.folder}.timing.json`, 'utf8'));
    expect(timing).toMatchObject({ model: first.ref, images: 24, cached: 0, seconds: first.seconds });

    const model = await openModel(first.folder, { batchSize: 3 });
    try {
      const images = await Promise.all(input.images.map(({ file }) => networkInput(file)));
      const answers = await classifyBatch(images, model);
      const right = answers.filter(
        ({ classification }, at) => classification.labels[0]?.label === input.images[at]?.label,
      );
      // 24 pictures of three well-told kinds, most of them trained on.
      expect(right.length).toBeGreaterThanOrEqual(22);
      expect(answers[0]?.classification.model).toEqual(first.ref);
      expect(answers[0]?.embedding).toHaveLength(1280);
      const alone = await classifyBatch(images.slice(5, 6), model);
      expect(alone[0]).toEqual(answers[5]);
    } finally {
      await model.close();
    }
  });

  it('never decides above review with fewer than ten images a class, and warns', async () => {
    const input = await trainingInput();
    const { folder, warnings, manifest } = await retrain(input, { embed: embedder([]), trainer }, { log });
    expect(warnings.join(' ')).toContain('Fewer than 10 real training images');
    expect(manifest.thresholds).toEqual({});
    const model = await openModel(folder, { acceptAbove: 0 });
    const answers = await classifyBatch([await networkInput(input.images[0]?.file ?? '')], model);
    await model.close();
    expect(answers[0]?.classification.decision).toBe('review');
  });

  it('lists unreadable files and goes on, and keeps them out of the model', async () => {
    const input = await trainingInput();
    writeFileSync(join(input.pictures, 'Tips', 'poisoned.jpg'), 'this is text');
    writeFileSync(join(input.pictures, 'Tips', 'empty.png'), '');
    const images = await listClassFolders([input.pictures]);
    const { leftOut, manifest } = await retrain({ ...input, images }, { embed: embedder([]), trainer }, { log });
    expect(leftOut.map(({ file }) => file.slice(input.pictures.length + 6)).toSorted()).toEqual([
      'empty.png',
      'poisoned.jpg',
    ]);
    const counted = manifest.trainingImages.reduce((sum, { real }) => sum + real, 0);
    const tested = manifest.metrics.find(({ split }) => split === 'test')?.n ?? 0;
    expect(counted + tested).toBe(24);
  });

  it('keeps a fixed test list out of the training and judges it', async () => {
    const input = await trainingInput();
    const images = input.images.map((image, at) => ({ ...image, testOnly: at % 8 === 0 }));
    const outcome = await retrain({ ...input, images, heldOut: 'none' }, { embed: embedder([]), trainer }, { log });
    expect(outcome.manifest.trainingImages.map(({ real }) => real)).toEqual([7, 7, 7]);
    expect(outcome.manifest.metrics.find(({ split }) => split === 'test')?.n).toBe(3);
  });

  it('shows the surest errors with their pictures, and goes without one that is gone', async () => {
    const input = await trainingInput();
    // Labels by turns: nothing can be learnt, so most answers are wrong.
    const images = input.images.map((image, at) => ({ ...image, label: CLASSES[at % 3] ?? '' }));
    const [gone] = images;
    const thumbnail = (file: string): Promise<Uint8Array> =>
      file === gone?.file ? Promise.reject(new Error('gone')) : thumbnailOf(file);
    const deps = { embed: embedder([]), trainer, thumbnail };
    const { report, reportFile } = await retrain({ ...input, images, heldOut: 'none' }, deps, { log });
    const html = readFileSync(reportFile, 'utf8');
    const named = report.worstErrors.filter(({ picture = '' }) => gone?.file.replaceAll('\\', '/').endsWith(picture));
    expect(report.worstErrors.length).toBeGreaterThan(5);
    expect(report.worstErrors[0]?.picture).toMatch(/^(?:Fibres|Patterned_surface|Tips)\/[^/]+$/);
    expect(html.match(/<img alt="[^"]+" src="data:image\/jpeg;base64,\/9j\//g)).toHaveLength(
      report.worstErrors.length - named.length,
    );
  });

  it('evaluates unseen groups where groups are known', async () => {
    const input = await trainingInput();
    const images = input.images.map((image, at) => ({ ...image, group: `session ${at % 4}` }));
    const { manifest, report } = await retrain({ ...input, images }, { embed: embedder([]), trainer }, { log });
    expect(manifest.metrics.map(({ split }) => split)).toContain('leave-one-group-out');
    expect(manifest.calibration.validations).toEqual(['cross-validation', 'leave-one-group-out']);
    expect(report.evaluations[1]?.perGroup?.map(({ group }) => group)).toEqual(
      [0, 1, 2, 3].map((at) => `session ${at}`),
    );
  });

  it('refuses two classes of the same pictures and leaves no model behind', async () => {
    const input = await trainingInput();
    const same = join(temporaryFolder(), 'same');
    for (const label of ['A', 'B']) await cp(join(PICTURES, 'Tips'), join(same, label), { recursive: true });
    const images = await listClassFolders([same]);
    const attempt = retrain({ ...input, images }, { embed: embedder([]), trainer }, { log });
    await expect(attempt).rejects.toMatchObject({ code: 'train/data' });
    expect(() => readdirSync(join(input.modelsFolder, 'my-lab'))).toThrow();
  });

  it('refuses one class alone, and a class of one picture, by name', async () => {
    const input = await trainingInput();
    const deps = { embed: embedder([]), trainer };
    const alone = input.images.filter(({ label }) => label === 'Tips');
    await expect(retrain({ ...input, images: alone }, deps, { log })).rejects.toThrow(
      /two classes or more, found only Tips/,
    );
    const one = input.images.filter(({ label }, at) => label !== 'Tips' || at === 23);
    expect(one).toHaveLength(17);
    await expect(retrain({ ...input, images: one }, deps, { log })).rejects.toThrow(/too few of Tips \(1\)/);
  });

  it('trains on views of the pictures too, and embeds them once', async () => {
    const input = { ...(await trainingInput()), augmentations: ['flip-x', 'turn-90', 'with-data-bar'] as const };
    const decoded: string[] = [];
    const counted: InferenceBackend = {
      ...backend,
      embed: (images, count) => {
        decoded.push('picture');
        return backend.embed(images, count);
      },
    };
    const embed: RetrainDeps['embed'] = async function* (files, augmentations) {
      for (const file of files) yield await embedFile({ file, augmentations }, counted);
    };
    const first = await retrain(input, { embed, trainer }, { log });
    expect(decoded).toHaveLength(24 * 4);
    expect(first.manifest.training.augmentations).toEqual(['flip-x', 'turn-90', 'with-data-bar']);
    const second = await retrain(input, { embed, trainer }, { log });
    expect(decoded).toHaveLength(24 * 4);
    expect(second.cached).toBe(24);
    expect(readFileSync(join(second.folder, 'head.bin'))).toEqual(readFileSync(join(first.folder, 'head.bin')));
    const plain = await retrain({ ...input, augmentations: [] }, { embed, trainer }, { log });
    expect(decoded).toHaveLength(24 * 4);
    expect(readFileSync(join(plain.folder, 'head.bin'))).not.toEqual(readFileSync(join(first.folder, 'head.bin')));
    expect(plain.manifest.trainingImages).toEqual(first.manifest.trainingImages);
  });

  it('trains on reviewed pictures of the archive as on files of the same content', async () => {
    const input = await trainingInput();
    const files = await retrain(input, { embed: embedder([]), trainer }, { log });
    const asked: string[] = [];
    const all = await reviewedOf(input.images);
    const strange = { ...all[0], id: ContentHash.parse('f'.repeat(64)) } as ReviewedImage;
    async function* reviewed(): AsyncGenerator<ReviewedImage | LeftOut> {
      yield* all;
      yield { ...strange, origin: { ...strange.origin, backboneSha256: 'a'.repeat(64) } };
      yield { file: 'e'.repeat(64), reason: 'its record is damaged' };
    }
    const deps = { embed: embedder(asked), trainer, reviewed: reviewed() };
    const archive = await retrain({ ...input, images: [], version: '7' }, deps, { log });
    expect(asked).toEqual([]);
    expect(readFileSync(join(archive.folder, 'head.bin'))).toEqual(readFileSync(join(files.folder, 'head.bin')));
    expect(archive.leftOut.map(({ file }) => file[0])).toEqual(['f', 'e']);
    expect(archive.leftOut[0]?.reason).toContain('its original is not where the ledger saw it');
    expect(archive.manifest.data[0]?.name).toContain('archive');
    const both = await retrain({ ...input, version: '8' }, { ...deps, reviewed: reviewed() }, { log });
    expect(readFileSync(join(both.folder, 'head.bin'))).toEqual(readFileSync(join(files.folder, 'head.bin')));
  });

  it('embeds a reviewed picture again from its original where its embedding is of another backbone', async () => {
    const input = await trainingInput();
    const [first, ...others] = await reviewedOf(input.images);
    const file = input.images[0]?.file ?? '';
    const asked: string[] = [];
    async function* reviewed(): AsyncGenerator<ReviewedImage> {
      yield* others;
      if (first) yield { ...first, file, origin: { ...first.origin, preprocessing: 'another' } };
    }
    const outcome = await retrain(
      { ...input, images: [] },
      { embed: embedder(asked), trainer, reviewed: reviewed() },
      { log },
    );
    expect(asked).toEqual([file]);
    expect(outcome.leftOut).toEqual([]);
  });

  it('keeps a test list by name out of the training, and what is nearly the same as one of its pictures', async () => {
    const input = await trainingInput();
    const twin = join(input.pictures, 'Tips', 'twin.png');
    await sharp(join(input.pictures, 'Tips', 'tipside_05.jpg'))
      .linear(0.95, 4)
      .png()
      .toFile(twin);
    const images = await listClassFolders([input.pictures]);
    const testList = parseTestList('Tips/tipside_05.jpg\nlost.jpg', 'test.txt');
    const outcome = await retrain(
      { ...input, images, testList, heldOut: 'none' },
      { embed: embedder([]), trainer },
      { log },
    );
    expect(outcome.leftOut).toEqual([{ file: twin, reason: expect.stringContaining('nearly the same') as string }]);
    expect(outcome.manifest.trainingImages.map(({ real }) => real)).toEqual([8, 8, 7]);
    expect(outcome.manifest.metrics.find(({ split }) => split === 'test')?.n).toBe(1);
    expect(outcome.warnings.join(' ')).toContain(
      '1 lines of the test list name no picture that is here, the first lost.jpg',
    );
    const nothing = parseTestList('lost.jpg', 'test.txt');
    const attempt = retrain({ ...input, images, testList: nothing }, { embed: embedder([]), trainer }, { log });
    await expect(attempt).rejects.toMatchObject({ code: 'train/data' });
  });

  it('says so where nearly the same picture stands under two labels', async () => {
    const input = await trainingInput();
    await sharp(join(input.pictures, 'Tips', 'tipside_05.jpg'))
      .linear(0.95, 4)
      .png()
      .toFile(join(input.pictures, 'Fibres', 'twin.png'));
    const images = await listClassFolders([input.pictures]);
    const outcome = await retrain({ ...input, images }, { embed: embedder([]), trainer }, { log });
    expect(outcome.warnings.join(' ')).toMatch(/more than one label 1 times, such as .*(Tips|Fibres).*(Tips|Fibres)/);
    expect(outcome.manifest.training.nearDuplicates).toBe('together');
  });

  it('trains under mapped labels and with balanced classes', async () => {
    const input = await trainingInput();
    const labelsMap = parseLabelsMap('merge: {Surface: [Fibres, Patterned_surface]}', 'labels.yml');
    const options = { ...input, labelsMap, classWeights: 'balanced' as const };
    const { manifest } = await retrain(options, { embed: embedder([]), trainer }, { log });
    expect(manifest.labels).toEqual(['Surface', 'Tips']);
    expect(manifest.training.classWeights).toBe('balanced');
  });

  it('refuses a grouping that no picture has', async () => {
    const input = { ...(await trainingInput()), groupedBy: 'sample' };
    await expect(retrain(input, { embed: embedder([]), trainer }, { log })).rejects.toThrow(/by sample, .* found none/);
  });

  it('does not write over a version', async () => {
    const input = await trainingInput();
    const versioned = { ...input, version: '1' };
    const { folder } = await retrain(versioned, { embed: embedder([]), trainer }, { log });
    copyFileSync(join(folder, 'model.json'), join(input.modelsFolder, 'before.json'));
    await expect(retrain(versioned, { embed: embedder([]), trainer }, { log })).rejects.toMatchObject({
      code: 'train/model',
    });
    expect(readFileSync(join(folder, 'model.json'))).toEqual(readFileSync(join(input.modelsFolder, 'before.json')));
  });

  it('stops when it is told to, and keeps what was embedded', async () => {
    const input = await trainingInput();
    const stop = new AbortController();
    const embed = embedder([]);
    const deps = {
      trainer,
      async *embed(files: string[]): AsyncGenerator<EmbedOutcome> {
        let answered = 0;
        for await (const outcome of embed(files)) {
          yield outcome;
          answered += 1;
          if (answered === 10) stop.abort(new Error('enough'));
        }
      },
    };
    await expect(retrain(input, deps, { log, signal: stop.signal })).rejects.toThrow('enough');
    const asked: string[] = [];
    await retrain(input, { embed: embedder(asked), trainer }, { log });
    expect(asked.length).toBeLessThanOrEqual(14);
  });
});
