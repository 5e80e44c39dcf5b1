import type { Hdf5Tree } from './hdf5-tree.ts';
import type { NexusFacts } from './nexus-input.ts';

const PROCESS = '/entry/classification';

/** What the classifier said, best label first; nothing at all for a picture that must not be classified. */
export function writeClassification(tree: Hdf5Tree, { record }: NexusFacts): void {
  const { model, labels, decision, reason } = record.classification;
  if (labels.length === 0) return;
  const ranked = labels.toSorted((a, b) => a.rank - b.rank);
  tree.group(PROCESS, 'NXprocess');
  tree.word(`${PROCESS}/program`, record.provenance.software);
  tree.word(`${PROCESS}/version`, record.provenance.version);
  tree.text(`${PROCESS}/date`, record.provenance.endedAt);
  tree.count(`${PROCESS}/sequence_index`, 1);
  const path = `${PROCESS}/labels`;
  const scores = Float64Array.from(ranked, ({ score }) => score);
  tree.group(path, 'NXparameters');
  tree.texts(
    `${path}/label`,
    ranked.map(({ label }) => label),
  );
  tree.array(`${path}/score`, scores, [scores.length]);
  tree.word(`${path}/decision`, decision);
  tree.text(`${path}/reason`, reason);
  if (model !== undefined) {
    tree.word(`${path}/model`, `${model.name} ${model.version}`);
    tree.word(`${path}/model_sha256`, model.sha256);
  }
}
