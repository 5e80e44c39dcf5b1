/**
 * Makes the classifier that is shipped, models/nffa-sem-small/1, from the folder of samples, byte for byte again:
 *
 *     npm run build && node scripts/make-default-model.mjs SHARED [MODELS]
 *
 * The head is trained on the images of samples/trainable.tsv (their licences allow it) and on the simulated ones; the
 * other labelled images are judged and never trained on. MODELS/nffa-sem-small/1 must not be there yet. The shipped folder
 * is older than report.html and has report.json in its first format; all other files come out the same.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { embedImages } from '../dist/classify/embed-images.js';
import { openOnnxBackend } from '../dist/classify/onnx.js';
import { preprocess } from '../dist/classify/preprocess.js';
import { createLog } from '../dist/log.js';
import { decodePicture } from '../dist/raster/decode-picture.js';
import { toGrey8 } from '../dist/raster/display.js';
import { sha256Hex } from '../dist/store/content-hash.js';
import { listClassFolders } from '../dist/train/class-folders.js';
import { onnxTrainer } from '../dist/train/onnx-trainer.js';
import { retrain } from '../dist/train/retrain.js';

const NFFA =
  'Images of the NFFA-EUROPE project, CC BY 4.0, resized by those who republished them: R. Aversa, M. H. Modarres, S. Cozzini, R. Ciancio, A. Chiusole, "The first annotated set of scanning electron microscopy images for nanoscience", Scientific Data 5, 180172 (2018), https://doi.org/10.1038/sdata.2018.172';
const NOTES = [
  'The test images are the labelled samples whose licence does not allow a model trained on them to be shipped; most are of sources that the head has not seen.',
  'Groups are the sources of the images. Where a class has one source, leaving it out leaves no real image of the class, and all of them come out wrong.',
  'The weights of the backbone come from simulated micrographs alone; 67 unlabelled real ones set the ranges of its 8-bit activations.',
];

async function trainable(samples) {
  const [, ...lines] = (await readFile(join(samples, 'trainable.tsv'), 'utf8')).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [path, licence, repository] = line.trim().split('\t');
      return [path, { licence, repository }];
    }),
  );
}

async function listImages(samples, licences) {
  const labelled = await listClassFolders([join(samples, 'labelled')]);
  const simulated = await listClassFolders([join(samples, 'simulated')]);
  return [
    ...labelled.map(({ file, label }) => {
      const path = relative(samples, file).replaceAll('\\', '/');
      return { file, label, group: basename(file).split('__')[0], testOnly: !licences.has(path) };
    }),
    ...simulated.map((image) => Object.assign(image, { simulated: true })),
  ];
}

function dataSources(licences, simulated) {
  const counts = new Map();
  for (const { licence, repository } of licences.values()) {
    const name = licence === 'CC BY 4.0' ? 'NFFA-EUROPE' : repository;
    const source = counts.get(name) ?? { name, licence, images: 0, attribution: creditOf(licence, repository) };
    source.images += 1;
    counts.set(name, source);
  }
  const real = [...counts.values()].toSorted((a, b) => b.images - a.images || (a.name < b.name ? -1 : 1));
  return [...real, { name: 'Simulated micrographs of this project', licence: 'Apache-2.0', images: simulated }];
}

function creditOf(licence, repository) {
  return licence === 'CC BY 4.0' ? NFFA : `https://github.com/${repository}`;
}

async function* embed(files, backend) {
  for (const file of files) {
    const bytes = await readFile(file);
    const { picture } = await decodePicture(bytes, { maxPixelBytes: 2 ** 28 });
    const [embedding] = await embedImages([preprocess(toGrey8(picture))], backend, 1);
    yield { file, sha256: sha256Hex(bytes), embedding };
  }
}

async function main(shared, models) {
  const samples = join(shared, 'samples');
  const backboneFile = join(shared, 'models', 'sem-backbone-small-int8.onnx');
  const licences = await trainable(samples);
  const images = await listImages(samples, licences);
  const backend = await openOnnxBackend(await readFile(backboneFile));
  const trainer = await onnxTrainer();
  const cacheFolder = await mkdtemp(join(tmpdir(), 'semantiff-model-'));
  try {
    const { folder, manifest, report, warnings } = await retrain(
      {
        images,
        name: 'nffa-sem-small',
        version: '1',
        modelsFolder: models,
        cacheFolder,
        backbone: { name: 'sem-backbone-small-int8', file: backboneFile },
        heldOut: 'none',
        // As it was made: its figures are of a cross-validation that parted nearly identical images.
        nearDuplicates: 'ignored',
        data: dataSources(licences, images.filter((image) => image.simulated).length),
        notes: NOTES,
      },
      { embed: (files) => embed(files, backend), trainer },
      { log: createLog('info') },
    );
    const { metrics, thresholds, calibration } = manifest;
    const trials = report.simulatedWeights;
    process.stdout.write(
      `${JSON.stringify({ folder, trials, calibration, thresholds, metrics, warnings }, undefined, 2)}\n`,
    );
  } finally {
    await rm(cacheFolder, { recursive: true });
    await trainer.close();
    await backend.close();
  }
}

const [shared, models = 'models'] = process.argv.slice(2);
if (shared === undefined) {
  process.stderr.write('usage: node scripts/make-default-model.mjs SHARED [MODELS]\n');
  process.exitCode = 2;
} else {
  await main(resolve(shared), resolve(models));
}
