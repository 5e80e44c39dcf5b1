/**
 * Judges heads on each backbone of the shared folder on its labelled samples and prints docs/model-evaluation.md:
 *
 *     npm run build && node scripts/evaluate-backbones.mjs SHARED > docs/model-evaluation.md
 *
 * Cross-validation (5 folds, 5 times) and leave-one-source-out, as `retrain` does them; the source of an image is its
 * file name up to "__". Twice: on pictures without their data bar, as the pipeline sees them, and on whole frames, as the
 * models' own figures were measured.
 */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { openOnnxBackend } from '../dist/classify/onnx.js';
import { preprocess } from '../dist/classify/preprocess.js';
import { viewFile } from '../dist/pipeline/embed-files.js';
import { sha256Hex } from '../dist/store/content-hash.js';
import { fitTemperature } from '../dist/train/calibrate.js';
import { listClassFolders } from '../dist/train/class-folders.js';
import { buildDataset } from '../dist/train/dataset.js';
import { isAmong } from '../dist/train/evaluate.js';
import { onnxTrainer } from '../dist/train/onnx-trainer.js';
import { evaluateSplit } from '../dist/train/report/evaluate-split.js';
import { seededRandom } from '../dist/train/seeded-random.js';
import { crossValidate, leaveGroupsOut } from '../dist/train/validate.js';

const BACKBONES = ['small', 'small-int8', 'medium', 'medium-int8'];
const DEFAULT = 'small-int8';
/** "How they compare" and the int8 table of SHARED/models/README.md. */
const STATED = {
  small: { crossValidation: 0.876, leftOut: 0.33 },
  'small-int8': { crossValidation: 0.874 },
  medium: { crossValidation: 0.864, leftOut: 0.28 },
  'medium-int8': { crossValidation: 0.868 },
};
const SEED = 1;
const C = 0.1;
const RULES = { outlierBelow: -1, acceptAbove: undefined, suggestAbove: undefined };

/** Embeddings of pictures without their data bar (`area`) and of whole frames (`grey`). */
async function embed(images, file) {
  const backend = await openOnnxBackend(await readFile(file));
  const embedded = { area: new Map(), grey: new Map() };
  for (const image of images) {
    const bytes = await readFile(image.file);
    const view = await viewFile(bytes, basename(image.file));
    for (const [frame, known] of Object.entries(embedded)) {
      const embedding = await backend.embed(preprocess(view[frame]), 1);
      known.set(image.file, { sha256: sha256Hex(bytes), embedding });
    }
  }
  await backend.close();
  return embedded;
}

async function judge(images, embedded, trainer) {
  const dataset = buildDataset(images, embedded);
  const { examples, labels } = dataset;
  const options = { trainer, c: C, seed: SEED, simulatedWeight: 0 };
  const pooled = await crossValidate(examples, dataset, options);
  const grouped = await leaveGroupsOut(examples, dataset, options);
  const temperature = fitTemperature([pooled, grouped]);
  const rules = { ...RULES, temperature, realImages: labels.map(() => 0), labels, seed: SEED };
  const alone = examples.map((example) => ({ ...example, group: undefined }));
  const evaluate = ({ name, ...validation }, of) => evaluateSplit({ split: name, examples: of, ...validation }, rules);
  return {
    images: examples.length,
    leftOut: dataset.leftOut,
    byImage: evaluate(pooled, alone),
    bySource: evaluate(pooled, examples),
    leftOutSources: evaluate(grouped, examples),
    answers: { pooled: pooled.judged, grouped: grouped.judged, sources: examples.map(({ group }) => group) },
  };
}

/** Mean of `a - b` in right first labels, and its 95 % interval, drawing whole sources with replacement. */
function difference(a, b, sources) {
  const sums = new Map();
  a.forEach((one, at) => {
    const sum = sums.get(sources[one.at]) ?? { n: 0, gain: 0 };
    sum.n += 1;
    sum.gain += Number(isAmong(one, 1)) - Number(isAmong(b[at], 1));
    sums.set(sources[one.at], sum);
  });
  const units = [...sums.values()];
  const random = seededRandom(SEED);
  const replicates = Array.from({ length: 2000 }, () =>
    meanGain(units.map(() => units[Math.floor(random() * units.length)])),
  ).toSorted((x, y) => x - y);
  return { mean: meanGain(units), low: replicates[49], high: replicates[1949] };
}

function meanGain(units) {
  return units.reduce((sum, { gain }) => sum + gain, 0) / units.reduce((sum, { n }) => sum + n, 0);
}

const share = (value) => value.toFixed(3);
const between = ([low, high]) => `${low.toFixed(3)} to ${high.toFixed(3)}`;
const signed = (value) => `${value < 0 ? '' : '+'}${(value * 100).toFixed(1)}`;

function figures(top1, macroF1, ece, intervals) {
  return [
    [top1, intervals.top1],
    [macroF1, intervals.macroF1],
    [ece, intervals.ece],
  ].map(([value, interval]) => `${share(value)} (${between(interval)})`);
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** `stated` picks a figure of the models' README to set beside; without it there is no such column. */
function splitTable(results, evaluationOf, stated) {
  const rows = results.map(({ name, result }) => {
    const { metrics, intervals } = evaluationOf(result);
    const cells = [name, metrics.n, ...figures(metrics.top1, metrics.macroF1, metrics.ece, intervals)];
    return row(stated === undefined ? cells : [...cells, verdict(stated(STATED[name]), intervals.top1)]);
  });
  const more = stated === undefined ? [] : ['stated top-1: in the interval?'];
  return [
    row(['backbone', 'n', 'top-1', 'macro F1', 'calibration error', ...more]),
    `|---|---:|---|---|---|${more.map(() => '---|').join('')}`,
    ...rows,
  ].join('\n');
}

function verdict(stated, [low, high]) {
  if (stated === undefined) return 'not stated';
  return `${share(stated)}: ${stated >= low && stated <= high ? 'within' : 'outside'}`;
}

function apartTable(results) {
  const rows = results.map(({ name, result }) => {
    const { n, top1, macroF1, ece, intervals } = result.leftOutSources.severalGroups;
    return row([name, n, ...figures(top1, macroF1, ece, intervals)]);
  });
  return [row(['backbone', 'n', 'top-1', 'macro F1', 'calibration error']), '|---|---:|---|---|---|', ...rows].join(
    '\n',
  );
}

function singleTable(results, single) {
  const rows = results.map(({ name, result }) => {
    const counts = single.map((label) => {
      const { n, recall = 0 } = result.bySource.perClass.find((one) => one.label === label);
      const left = result.leftOutSources.perClass.find((one) => one.label === label);
      return `${share(recall)} / ${share(left.recall ?? 0)} of ${n}`;
    });
    return row([name, ...counts]);
  });
  return [row(['backbone', ...single]), `|---|${single.map(() => '---|').join('')}`, ...rows].join('\n');
}

function differenceTable(results) {
  const base = results.find(({ name }) => name === DEFAULT).result.answers;
  const rows = results
    .filter(({ name }) => name !== DEFAULT)
    .map(({ name, result: { answers } }) => {
      const cells = ['pooled', 'grouped'].map((kind) => {
        const { mean, low, high } = difference(answers[kind], base[kind], base.sources);
        return `${signed(mean)} (${signed(low)} to ${signed(high)})`;
      });
      return row([`${name} less ${DEFAULT}`, ...cells]);
    });
  return [row(['top-1, points', 'cross-validation', 'sources left out']), '|---|---|---|', ...rows].join('\n');
}

const crossValidated = ({ crossValidation }) => crossValidation;

/** The sentence that follows from the differences: only a backbone that is surely better is worth more time. */
function conclusion(results) {
  const base = results.find(({ name }) => name === DEFAULT).result.answers;
  const better = results.filter(
    ({ name, result: { answers } }) =>
      name !== DEFAULT &&
      ['pooled', 'grouped'].some((kind) => difference(answers[kind], base[kind], base.sources).low > 0),
  );
  if (better.length > 0) {
    const names = better.map(({ name }) => name).join(', ');
    return `**${names} is better than ${DEFAULT}** by more than chance explains in one of the two: the default should be changed to it unless its time (models' README) is too long.`;
  }
  return `**The default is ${DEFAULT}.** Every interval reaches below zero, so no other backbone is shown to be better on these images; by the models' README the medium ones take three to four times its time. Where a difference of a few points matters, train on both: on a set of your own \`report.html\` tells which is better there.`;
}

function page(cut, whole) {
  const first = cut[0].result;
  const { groups } = first.leftOutSources.metrics;
  const single = first.leftOutSources.singleGroup;
  return `# How well the backbones tell micrographs apart

Made by \`node scripts/evaluate-backbones.mjs SHARED\` after \`npm run build\`; the same images give the same numbers on the same machine.

${first.images} labelled micrographs of ${first.byImage.perClass.length} categories from ${groups} sources (the file name up to \`__\`). On each backbone a softmax head is trained (C = ${C}, seed ${SEED}) and judges only images it was not trained on. Scores are calibrated with one temperature, fitted to both validations as \`retrain\` does: it is a compromise, too modest for seen sources and too sure for others, which is what the calibration errors show. Intervals are bootstraps of 95 % (1,000 draws, percentiles moved by the bias); they do not hold the luck of the folds, which moves top-1 by about 1.5 points from one dealing to the next. Nearly identical pictures may lie in two folds here, as they did in the models' own figures; \`retrain\` keeps them together, which gives lower ones ([training.md](training.md)).

## As the models' own figures were measured: whole frames

"Stated" is what the models' README gives, measured with other code (Python). 5-fold cross-validation, 5 times, intervals over images:

${splitTable(whole, ({ byImage }) => byImage, crossValidated)}

Leave one source out, intervals over sources:

${splitTable(
  whole,
  ({ leftOutSources }) => leftOutSources,
  ({ leftOut }) => leftOut,
)}

## As the program sees pictures: without their data bar

A data bar tells the instrument, and so often the source: what it adds to cross-validation by image is no help on another instrument. 5-fold cross-validation, 5 times, intervals over images:

${splitTable(cut, ({ byImage }) => byImage)}

Images of one source resemble each other, so these intervals are too narrow for what another set of sources would give. The same with whole sources drawn:

${splitTable(cut, ({ bySource }) => bySource)}

Leave one source out, intervals over sources:

${splitTable(cut, ({ leftOutSources }) => leftOutSources)}

${single.length} categories are of a single source (${single.join(', ')}): where it is left out, no image of them is left to learn from, and every answer about them is wrong. Without them:

${apartTable(cut)}

Those categories alone, recall in cross-validation / with their source left out:

${singleTable(cut, single)}

## Which one is the default

Differences in top-1 on the same images without data bar, whole sources drawn:

${differenceTable(cut)}

On whole frames:

${differenceTable(whole)}

${conclusion(cut)}
`;
}

async function main(shared) {
  const listed = await listClassFolders([join(shared, 'samples', 'labelled')]);
  const images = listed.map((image) => ({ ...image, group: basename(image.file).split('__')[0] }));
  const trainer = await onnxTrainer();
  const results = { area: [], grey: [] };
  for (const name of BACKBONES) {
    const embedded = await embed(images, join(shared, 'models', `sem-backbone-${name}.onnx`));
    for (const [frame, list] of Object.entries(results)) {
      const result = await judge(images, embedded[frame], trainer);
      process.stderr.write(`${name}, ${frame}: ${JSON.stringify(result.byImage.metrics)}\n`);
      list.push({ name, result });
    }
  }
  await trainer.close();
  process.stdout.write(page(results.area, results.grey));
}

const [shared] = process.argv.slice(2);
if (shared === undefined) {
  process.stderr.write('usage: node scripts/evaluate-backbones.mjs SHARED\n');
  process.exitCode = 2;
} else {
  await main(resolve(shared));
}
