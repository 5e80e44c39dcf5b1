/**
 * The thesis merged twelve categories into ten. Does merging make a better classifier, or only an easier question?
 *
 *     npm run build && node experiments/merge-categories.mjs DIR... [--map labels.yml] [--merges 2]
 *
 * DIR holds class folders. Without a map (as `semantiff retrain --labels-map` takes it) the pairs that cross-validation
 * confuses most are merged. Three figures are of the same images: the head of all categories; the same head, its answers
 * counted as right where they name the right merged category; and a head trained on merged categories. What the second
 * gains over the first is the easier question, what the third gains over the second is what merging teaches.
 */
import { readFile } from 'node:fs/promises';
import { confusionMatrix } from '../dist/train/evaluate.js';
import { mapLabels, parseLabelsMap } from '../dist/train/labels-map.js';
import { about, argumentsOf, eachFold, imagesOf, openLaboratory, print, shown, tally } from './common.mjs';

const options = argumentsOf('node experiments/merge-categories.mjs DIR... [--map labels.yml] [--merges 2]', {
  map: { type: 'string' },
  merges: { type: 'string', default: '2' },
});
const laboratory = await openLaboratory(options);
try {
  const dataset = await laboratory.dataset(await imagesOf(options.folders));
  process.stdout.write(about(laboratory, dataset));
  const judged = [];
  await eachFold(dataset.examples, options, async (seen, left) => {
    const judge = await laboratory.train(seen, dataset);
    for (const example of left) judged.push({ example, ...judge(example, 0) });
  });
  const merged = await mergedNames(dataset.labels, judged);
  const labels = [...new Set(merged)].toSorted((a, b) => (a < b ? -1 : 1));
  const classOf = merged.map((name) => labels.indexOf(name));
  const [all, easier] = [tally(), tally()];
  for (const { example, logits } of judged) {
    const answer = logits.indexOf(Math.max(...logits));
    all.add(example.sha256, answer === example.label);
    easier.add(example.sha256, classOf[answer] === classOf[example.label]);
  }
  const examples = dataset.examples.map((example) => ({ ...example, label: classOf[example.label] }));
  const taught = tally();
  await eachFold(examples, options, async (seen, left) => {
    const judge = await laboratory.train(seen, { ...dataset, labels });
    for (const example of left) {
      const { logits } = judge(example, 0);
      taught.add(example.sha256, logits.indexOf(Math.max(...logits)) === example.label);
    }
  });
  const changed = dataset.labels.flatMap((label, at) => (merged[at] === label ? [] : [`${label} -> ${merged[at]}`]));
  print(
    `Merged: ${changed.join(', ') || 'nothing'}`,
    ['head', 'judged by', 'top-1'],
    [
      [`${dataset.labels.length} categories`, `${dataset.labels.length} categories`, shown(all.result())],
      [`${dataset.labels.length} categories`, `${labels.length} categories`, shown(easier.result())],
      [`${labels.length} categories`, `${labels.length} categories`, shown(taught.result())],
    ],
  );
} finally {
  await laboratory.close();
}

/** The new name of every label. */
async function mergedNames(labels, judged) {
  if (options.map !== undefined) {
    const names = mapLabels(parseLabelsMap(await readFile(options.map, 'utf8'), options.map), labels);
    return labels.map((label) => names.get(label) ?? label);
  }
  const names = [...labels];
  for (let merge = 0; merge < Number(options.merges) && new Set(names).size > 2; merge += 1) {
    const pair = mostConfused(names, labels, judged);
    const name = pair.join(' + ');
    names.forEach((old, at) => {
      if (pair.includes(old)) names[at] = name;
    });
  }
  return names;
}

/** The two categories with the largest share of their images given to each other. */
function mostConfused(names, labels, judged) {
  const matrix = confusionMatrix(judged, labels.length);
  const kinds = [...new Set(names)];
  const given = (from, to) =>
    matrix.reduce(
      (sum, row, at) => sum + (names[at] === from ? row.reduce((a, n, b) => a + (names[b] === to ? n : 0), 0) : 0),
      0,
    );
  const total = (from) => kinds.reduce((sum, to) => sum + given(from, to), 0);
  let best = { share: -1, pair: [] };
  kinds.forEach((a, at) => {
    for (const b of kinds.slice(at + 1)) {
      const share = (given(a, b) + given(b, a)) / Math.max(1, total(a) + total(b));
      if (share > best.share) best = { share, pair: [a, b] };
    }
  });
  return best.pair;
}
