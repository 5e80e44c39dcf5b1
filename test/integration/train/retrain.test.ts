import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend } from '../../../src/classify/backend.ts';
import { classifyBatch } from '../../../src/classify/classify-batch.ts';
import { embedImages } from '../../../src/classify/embed-images.ts';
import { openOnnxBackend } from '../../../src/classify/onnx.ts';
import { openModel } from '../../../src/classify/open-model.ts';
import { preprocess } from '../../../src/classify/preprocess.ts';
import { errorMessage } from '../../../src/domain/errors.ts';
import { createLog } from '../../../src/log.ts';
import { thumbnailOf } from '../../../src/pipeline/thumbnail.ts';
import { decodePicture } from '../../../src/raster/decode-picture.ts';
import { toGrey8 } from '../../../src/raster/display.ts';
import { sha256Hex } from '../../../src/store/content-hash.ts';
import { listClassFolders } from '../../../src/train/class-folders.ts';
import type { EmbedOutcome } from '../../../src/train/dataset.ts';
import { onnxTrainer } from '../../../src/train/onnx-trainer.ts';
import { type RetrainInput, retrain } from '../../../src/train/retrain.ts';
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
  return await preprocess(toGrey8(picture));
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
