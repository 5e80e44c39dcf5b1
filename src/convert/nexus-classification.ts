import type { Classification, HumanLabel } from '../domain/record.ts';
import type { Hdf5Tree } from './hdf5-tree.ts';
import type { NexusFacts } from './nexus-input.ts';

/** Members of the entry, and where the answers about the picture stand. */
export const ENTRY = 'entry';
export const CLASSIFICATION = 'classification';
const PROCESS = `/${ENTRY}/${CLASSIFICATION}`;
const LABELS = `${PROCESS}/labels`;

/**
 * What the classifier said, best label first, what a person said, and which of the answers there have been this is; nothing
 * at all for a picture that must not be classified, unless a person did.
 */
export function writeClassification(tree: Hdf5Tree, { record }: Pick<NexusFacts, 'record'>): void {
  const { labels, human } = record.classification;
  if (labels.length === 0 && human === undefined) return;
  tree.group(PROCESS, 'NXprocess');
  tree.text(`${PROCESS}/program`, record.provenance.software);
  tree.text(`${PROCESS}/version`, record.provenance.version);
  tree.text(`${PROCESS}/date`, record.provenance.endedAt);
  tree.count(`${PROCESS}/sequence_index`, 1);
  tree.group(LABELS, 'NXparameters');
  writeAnswer(tree, record.classification);
  if (human) writeHuman(tree, human);
}

function writeAnswer(tree: Hdf5Tree, { model, labels, decision, reason, revision = 1 }: Classification): void {
  const ranked = labels.toSorted((a, b) => a.rank - b.rank);
  if (ranked.length > 0) {
    tree.texts(
      `${LABELS}/label`,
      ranked.map(({ label }) => label),
    );
    const scores = Float64Array.from(ranked, ({ score }) => score);
    tree.array(`${LABELS}/score`, scores, [scores.length]);
  }
  tree.text(`${LABELS}/decision`, decision);
  tree.text(`${LABELS}/reason`, reason);
  if (model !== undefined) {
    tree.text(`${LABELS}/model`, `${model.name} ${model.version}`);
    tree.text(`${LABELS}/model_sha256`, model.sha256);
  }
  tree.count(`${LABELS}/label_revision`, revision);
}

function writeHuman(tree: Hdf5Tree, { label, by, at }: HumanLabel): void {
  tree.text(`${LABELS}/human_label`, label);
  if (by !== undefined) tree.text(`${LABELS}/human_label_by`, by);
  tree.text(`${LABELS}/human_label_at`, at);
}
