/**
 * What the experiments share: a set of class folders with its embeddings, heads of a cross-validation, and means with their
 * intervals. Everything comes from dist/, so an experiment measures what the program does.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findModel, readBackbone } from '../dist/classify/model-folder.js';
import { openOnnxBackend } from '../dist/classify/onnx.js';
import { embedFile } from '../dist/pipeline/embed-files.js';
import { groupFiles } from '../dist/pipeline/group-images.js';
import { chooseNeighbours } from '../dist/train/choose-neighbours.js';
import { listClassFolders } from '../dist/train/class-folders.js';
import { trainingSetOf } from '../dist/train/dataset.js';
import { isAmong } from '../dist/train/evaluate.js';
import { onnxTrainer } from '../dist/train/onnx-trainer.js';
import { readDataset } from '../dist/train/read-dataset.js';
import { seededRandom } from '../dist/train/seeded-random.js';
import { dealFolds } from '../dist/train/split.js';
import { judgeOf } from '../dist/train/validate.js';

const PACKAGE = resolve(import.meta.dirname, '..');
const FOLDS = 5;
const C = 0.1;

const COMMON = {
  repeats: { type: 'string', default: '5' },
  seed: { type: 'string', default: '1' },
  model: { type: 'string', default: 'nffa-sem-small' },
  models: { type: 'string' },
  cache: { type: 'string', default: join(tmpdir(), 'semantiff-experiments') },
};

/** The arguments of an experiment: class folders, and options of its own beside those that all have. */
export function argumentsOf(usage, own = {}) {
  const { values, positionals } = parseArgs({ options: { ...COMMON, ...own }, allowPositionals: true });
  if (positionals.length === 0) {
    process.stderr.write(`usage: ${usage} [--repeats 5] [--seed 1] [--model NAME] [--models DIR] [--cache DIR]\n`);
    process.exit(2);
  }
  const folders = positionals.map((folder) => resolve(folder));
  return { ...values, folders, repeats: Number(values.repeats), seed: Number(values.seed) };
}

/** Opens what embeds pictures and trains heads. */
export async function openLaboratory({ model, models, cache, seed, repeats }) {
  const roots = [...(models === undefined ? [] : [resolve(models)]), join(PACKAGE, 'models')];
  const folder = await findModel(model, undefined, roots);
  const backend = await openOnnxBackend(await readBackbone(folder));
  const trainer = await onnxTrainer();
  const backboneSha256 = folder.manifest.backbone.sha256;
  const embed = async function* embed(files, augmentations) {
    for (const file of files) yield await embedFile({ file, augmentations }, backend);
  };
  return {
    seed,
    repeats,
    backbone: folder.manifest.backbone.name,
    backend,
    /** Embeds files, from the cache where they are in it, and marks nearly identical ones as families. */
    async dataset(images, options = {}) {
      const input = { images, cacheFolder: cache, backboneSha256, ...options };
      return (await readDataset(input, { embed })).dataset;
    },
    async train(examples, dataset) {
      const head = await trainer.train(trainingSetOf(examples, dataset, 1), { c: C, seed });
      return judgeOf(head, chooseNeighbours(examples, head));
    },
    async close() {
      await trainer.close();
      await backend.close();
    },
  };
}

/** Pictures of class folders; groups are the sources before "__" in their names, where they have one. */
export async function imagesOf(folders) {
  return await groupFiles(await listClassFolders(folders), folders, 'source');
}

/**
 * Calls `visit(train, test, repeat)` for every fold of every repeat; families of nearly identical pictures lie in one fold.
 */
export async function eachFold(examples, { repeats, seed }, visit) {
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const folds = dealFolds(examples, FOLDS, `${seed}/${repeat}`);
    for (let fold = 0; fold < FOLDS; fold += 1) {
      const seen = examples.filter((_, at) => folds[at] !== fold);
      const left = examples.filter((_, at) => folds[at] === fold);
      if (left.length > 0) await visit(seen, left, repeat);
    }
  }
}

/** Whether the right class is among the first `count` of what a judge says of an example. */
export function isRight(judge, example, count = 1) {
  return isAmong(judge(example, 0), count);
}

const DRAWS = 2000;

/** Collects what happened to each picture, over all repeats. */
export function tally() {
  const pictures = new Map();
  return {
    add(id, value) {
      const known = pictures.get(id) ?? { sum: 0, count: 0 };
      pictures.set(id, { sum: known.sum + Number(value), count: known.count + 1 });
    },
    /** Number of pictures, mean, and 95 % interval by bootstrap over the pictures: repeats make no more of them. */
    result() {
      const means = [...pictures.values()].map(({ sum, count }) => sum / count);
      const n = means.length;
      if (n === 0) return { n, mean: Number.NaN, low: Number.NaN, high: Number.NaN };
      const random = seededRandom(1);
      const draws = Float64Array.from({ length: DRAWS }, () => {
        let sum = 0;
        for (let draw = 0; draw < n; draw += 1) sum += means[Math.floor(random() * n)];
        return sum / n;
      }).toSorted();
      const mean = means.reduce((a, b) => a + b, 0) / n;
      return { n, mean, low: draws[Math.floor(DRAWS * 0.025)], high: draws[Math.floor(DRAWS * 0.975)] };
    },
  };
}

/** `0.876 (0.829 to 0.921), n = 192`. */
export function shown({ n, mean, low, high }) {
  if (n === 0) return 'no picture, n = 0';
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}), n = ${n}`;
}

/** Rows of text under a heading, as a Markdown table. */
export function print(heading, titles, rows) {
  const lines = [heading, '', lineOf(titles), lineOf(titles.map(() => '---')), ...rows.map(lineOf), '', ''];
  process.stdout.write(lines.join('\n'));
}

function lineOf(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** What an experiment ran on, in one line. */
export function about({ backbone, repeats }, { labels, examples, leftOut }) {
  const counts = labels.map((label, at) => `${label} ${examples.filter((one) => one.label === at).length}`);
  const lost = leftOut.length === 0 ? '' : ` ${leftOut.length} left out.`;
  return `${examples.length} images (${counts.join(', ')}), backbone ${backbone}, ${FOLDS} folds x ${repeats} repeats; in brackets the 95 % interval over images.${lost}\n\n`;
}

/** Lines of a list file, without comments. */
export async function linesOf(file) {
  const text = await readFile(file, 'utf8');
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
