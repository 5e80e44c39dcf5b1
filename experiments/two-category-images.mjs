/**
 * Some micrographs show two categories at once. What does a classifier of single labels say of them?
 *
 *     npm run build && node experiments/two-category-images.mjs DIR... --two LIST
 *     npm run build && node experiments/two-category-images.mjs DIR... --compose 200
 *
 * DIR holds class folders. LIST has a line "FILE NAME<TAB>SECOND CATEGORY" for every image of two categories among them (its
 * folder is the first). --compose makes such images of two of different categories, the left half of one beside the right
 * half of the other. Each is judged by heads that saw neither it nor what it was made of: is the best label one of its two,
 * are both among the first two and three, and how sure is the head, beside images of one category?
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { softmax } from '../dist/classify/head.js';
import { networkImage } from '../dist/pipeline/embed-files.js';
import { ranking } from '../dist/train/evaluate.js';
import { seededRandom } from '../dist/train/seeded-random.js';
import { about, argumentsOf, eachFold, imagesOf, linesOf, openLaboratory, print, shown, tally } from './common.mjs';

const HALF = 256;
const options = argumentsOf('node experiments/two-category-images.mjs DIR... (--two LIST | --compose N)', {
  two: { type: 'string' },
  compose: { type: 'string' },
});
const laboratory = await openLaboratory(options);
const composed = await mkdtemp(join(tmpdir(), 'semantiff-composed-'));
try {
  const dataset = await laboratory.dataset(await imagesOf(options.folders));
  process.stdout.write(about(laboratory, dataset));
  const { single, pairs, how } = await pairsOf(dataset);
  const tallies = { one: tally(), both: tally(), third: tally(), score: tally(), plain: tally(), plainScore: tally() };
  await eachFold(single, options, async (seen, left) => {
    const judge = await laboratory.train(seen, dataset);
    const known = new Set(seen);
    for (const pair of pairs.filter(({ parts }) => parts.every((part) => !known.has(part)))) note(judge, pair, tallies);
    for (const example of left) {
      const { logits } = judge(example, 0);
      tallies.plain.add(example.sha256, ranking(logits)[0] === example.label);
      tallies.plainScore.add(example.sha256, Math.max(...softmax(logits, 1)));
    }
  });
  print(
    `${pairs.length} images of two categories (${how}).`,
    ['figure', 'images of two categories', 'images of one'],
    [
      ['best label is right (is one of the two)', shown(tallies.one.result()), shown(tallies.plain.result())],
      ['both labels among the first two', shown(tallies.both.result()), ''],
      ['both labels among the first three', shown(tallies.third.result()), ''],
      ['best score, not calibrated', shown(tallies.score.result()), shown(tallies.plainScore.result())],
    ],
  );
} finally {
  await rm(composed, { recursive: true });
  await laboratory.close();
}

function note(judge, { id, labels, embedding }, { one, both, third, score }) {
  const { logits } = judge({ label: labels[0], embedding }, 0);
  const order = ranking(logits);
  one.add(id, labels.includes(order[0]));
  both.add(
    id,
    labels.every((label) => order.slice(0, 2).includes(label)),
  );
  third.add(
    id,
    labels.every((label) => order.slice(0, 3).includes(label)),
  );
  score.add(id, Math.max(...softmax(logits, 1)));
}

/** Images of one category, and those of two with what a head must not have seen to judge them. */
async function pairsOf(dataset) {
  if (options.compose !== undefined) {
    const pairs = await composePairs(dataset, Number(options.compose));
    return { single: dataset.examples, pairs, how: 'halves of two images side by side' };
  }
  if (options.two === undefined) {
    process.stderr.write('Which images show two categories? Say --two LIST, or --compose N.\n');
    process.exit(2);
  }
  const second = new Map((await linesOf(options.two)).map((line) => line.split('\t')));
  const labelOf = (file) => dataset.labels.indexOf(second.get(basename(file)) ?? '');
  const pairs = dataset.examples
    .filter(({ file }) => labelOf(file) >= 0)
    .map(({ sha256, label, file, embedding }) => ({
      id: sha256,
      labels: [label, labelOf(file)],
      embedding,
      parts: [],
    }));
  const single = dataset.examples.filter(({ file }) => !second.has(basename(file)));
  return { single, pairs, how: `those of ${basename(options.two)}` };
}

async function composePairs({ examples }, count) {
  const random = seededRandom(options.seed);
  const pick = (from) => from[Math.floor(random() * from.length)];
  const pairs = [];
  for (let at = 0; at < count; at += 1) {
    const left = pick(examples);
    const right = pick(examples.filter(({ label }) => label !== left.label));
    const file = join(composed, `${at}.png`);
    const halves = await Promise.all([halfOf(left.file, 'left'), halfOf(right.file, 'right')]);
    const canvas = sharp({ create: { width: 2 * HALF, height: 2 * HALF, channels: 3, background: 'black' } });
    const overlay = halves.map((input, side) => ({ input, left: side * HALF, top: 0 }));
    const bytes = await canvas.composite(overlay).greyscale().png().toBuffer();
    const embedding = await laboratory.backend.embed(await networkImage(bytes, basename(file)), 1);
    pairs.push({ id: file, labels: [left.label, right.label], embedding, parts: [left, right] });
  }
  return pairs;
}

async function halfOf(file, side) {
  const { data, info } = await sharp(file)
    .greyscale()
    .resize(2 * HALF, 2 * HALF, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: info.channels };
  return await sharp(data, { raw })
    .extract({ left: side === 'left' ? 0 : HALF, top: 0, width: HALF, height: 2 * HALF })
    .png()
    .toBuffer();
}
