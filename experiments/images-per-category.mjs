/**
 * The thesis trained on 50 to 800 images of every category. How many images does a category need?
 *
 *     npm run build && node experiments/images-per-category.mjs DIR... [--counts 50,100,200,400,800] [--categories 3]
 *
 * DIR holds class folders. Of each category the same number of images is trained on, the others of a fold are judged, and
 * all rows have the same categories: those that have the largest count which at least three categories have. Larger counts
 * are left out, and said. Where no count is possible, 5, 10, 20 and 40 are tried.
 */
import { seededRandom, shuffle } from '../dist/train/seeded-random.js';
import { about, argumentsOf, eachFold, imagesOf, isRight, openLaboratory, print, shown, tally } from './common.mjs';

const FEW = [5, 10, 20, 40];
const options = argumentsOf(
  'node experiments/images-per-category.mjs DIR... [--counts 50,100,200,400,800] [--categories 3]',
  { counts: { type: 'string', default: '50,100,200,400,800' }, categories: { type: 'string', default: '3' } },
);
const laboratory = await openLaboratory(options);
try {
  const whole = await laboratory.dataset(await imagesOf(options.folders));
  process.stdout.write(about(laboratory, whole));
  const least = await fewestToTrain(whole);
  const asked = options.counts.split(',').map(Number);
  const enough = (count) => least.filter((images) => images >= count).length >= Number(options.categories);
  const counts = asked.some(enough) ? asked : FEW;
  const possible = counts.filter(enough).toSorted((a, b) => a - b);
  const largest = possible.at(-1);
  if (largest === undefined) {
    process.stdout.write(
      `No count of ${counts.join(', ')} is possible: fewer than ${options.categories} categories.\n`,
    );
  } else {
    const kept = whole.labels.flatMap((_, at) => (least[at] >= largest ? [at] : []));
    const dataset = only(whole, kept);
    const dropped = asked.filter((count) => !possible.includes(count));
    const note = dropped.length === 0 ? '' : ` Not possible with these images: ${dropped.join(', ')}.`;
    const rows = [];
    for (const count of possible) rows.push(await rowOf(dataset, count));
    print(
      `Categories: ${dataset.labels.join(', ')}.${note}`,
      ['images per category', 'trained on', 'top-1', 'top-2'],
      rows,
    );
  }
} finally {
  await laboratory.close();
}

/** Images of each category that every fold has to train on. */
async function fewestToTrain({ labels, examples }) {
  const least = labels.map(() => Number.POSITIVE_INFINITY);
  await eachFold(examples, options, (seen) => {
    least.forEach((known, label) => {
      least[label] = Math.min(known, seen.filter((one) => one.label === label).length);
    });
  });
  return least;
}

function only(dataset, kept) {
  const examples = dataset.examples
    .filter(({ label }) => kept.includes(label))
    .map((example) => ({ ...example, label: kept.indexOf(example.label) }));
  return { ...dataset, labels: kept.map((label) => dataset.labels[label]), examples };
}

async function rowOf(dataset, count) {
  const [first, second] = [tally(), tally()];
  let draw = 0;
  await eachFold(dataset.examples, options, async (seen, left) => {
    draw += 1;
    const chosen = dataset.labels.flatMap((_, label) =>
      someOf(
        seen.filter((one) => one.label === label),
        count,
        draw,
      ),
    );
    const judge = await laboratory.train(chosen, dataset);
    for (const example of left) {
      first.add(example.sha256, isRight(judge, example));
      second.add(example.sha256, isRight(judge, example, 2));
    }
  });
  return [count, count * dataset.labels.length, shown(first.result()), shown(second.result())];
}

function someOf(examples, count, draw) {
  const order = Uint32Array.from(examples.keys());
  shuffle(order, seededRandom(options.seed * 1000 + draw));
  return [...order.subarray(0, count)].map((at) => examples[at]);
}
