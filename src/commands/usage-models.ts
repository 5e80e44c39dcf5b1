import { AUGMENT_KINDS } from '../train/augment.ts';
import { type OptionSpec, PLACES, type VerbSpec } from './usage-options.ts';

const TRAINING: Record<string, OptionSpec> = {
  base: {
    value: 'NAME[/VERSION]',
    help: 'model whose backbone is used (default: the one in use)',
    setting: 'classify.model',
  },
  backbone: { value: 'NAME', help: "imported backbone to use in place of a model's (semantiff model import)" },
  trainer: { value: 'NAME', help: 'auto, onnx, tfjs, tfjs-node or wasm: what computes the training (default: auto)' },
  head: { value: 'KIND', help: 'softmax, or mlp with one hidden layer (default: softmax)' },
  hidden: { value: 'N', help: 'units of the hidden layer of --head mlp (default: 64)' },
  finetune: { value: 'BLOCKS', help: 'fit the last blocks of a TensorFlow.js backbone too; needs tfjs-node' },
  'finetune-rate': { value: 'RATE', help: 'length of the steps of --finetune; default 0.0001' },
  steps: { value: 'N', help: 'most training steps (default: 1000 for up to 1,024 images, else 4000)' },
  seed: { value: 'N', help: 'seed of the training (default: 1)' },
};

/** What `semantiff model import` is told of a network. */
const IMPORT: Record<string, OptionSpec> = {
  name: { value: 'NAME', help: 'import: name of the backbone' },
  sha256: { value: 'HASH', help: 'import: what the file (or model.json) must be' },
  'input-size': { value: 'N', help: "import: pixels of a side of the network's input" },
  layout: { value: 'LAYOUT', help: 'import: nchw or nhwc: where the channels stand in the input' },
  channels: { value: 'N', help: 'import: 1 or 3 channels, all with the same grey' },
  normalise: {
    value: 'HOW',
    help: 'import: none, 0..1, -1..1, imagenet, or MEAN/SCALE of grey levels, such as 127.5/127.5',
  },
  output: { value: 'NODE', help: 'import: node, tensor or layer that gives the embedding' },
  try: { value: 'DIR', help: 'import: pictures to try it on, beside those of the program' },
};

const BENCH: Record<string, OptionSpec> = {
  images: { value: 'N', help: 'bench: pictures of a round (default: 64)' },
};

/** Verbs that make and use models. */
export const MODEL_VERBS: Record<string, VerbSpec> = {
  retrain: {
    summary: 'train a new model from class folders (folder name = label), or from labels that people gave',
    operands: '[DIR...]',
    options: {
      name: { value: 'NAME', help: 'name of the new model (default: my-lab)' },
      version: { value: 'VERSION', help: 'version of the new model (default: the next number)' },
      models: { value: 'DIR', help: 'folder of models to write to (default: STATE/models)' },
      ...TRAINING,
      archive: { flag: true, help: 'train on the records whose label a person gave, beside DIR or alone' },
      'group-by': {
        value: 'WHAT',
        help: 'keep together: session, sample, folder, source or none (default: folders, or instrument and day)',
      },
      'test-list': { value: 'FILE', help: 'content hashes or file names, one a line: judged, never trained on' },
      'labels-map': { value: 'FILE', help: 'labels.yml with rename, merge and drop' },
      'min-per-class': { value: 'N', help: 'refuse classes with fewer images to train on (default: 2)' },
      'target-precision': { value: 'P', help: 'share of accepted labels that must be right (default: 0.95)' },
      'class-weights': { value: 'HOW', help: 'balanced: every class weighs the same; none (default): every image' },
      augment: { value: 'KINDS', help: `${AUGMENT_KINDS.join(',')}: views that are trained on besides` },
      'crop-data-bar': {
        value: 'HOW',
        help: 'cut (default): as serving does; both: train on the picture with its data bar besides',
      },
      ...PLACES,
    },
    examples: [
      'semantiff retrain labelled/ --name my-lab -o records',
      'semantiff retrain --archive --group-by session --augment flips,rotations -o records',
      'semantiff retrain labelled/ --archive --labels-map labels.yml --test-list test.txt -o records',
    ],
  },
  label: {
    summary: 'note what people say that pictures show; no model writes over it',
    operands: 'RECORD... LABEL',
    options: {
      import: {
        value: 'FILE',
        help: 'labels from CSV or JSON (id, path or file; label; by; at) in place of RECORD LABEL',
      },
      by: { value: 'NAME', help: 'who says so; it is published with the record' },
      'dry-run': { flag: true, help: 'say what would be noted, and note nothing' },
      now: { flag: true, help: 'let the records follow before it ends (default: watch, backfill or deliver does)' },
      ...PLACES,
    },
    examples: [
      'semantiff label 0123abcd Nanowires -o records',
      'semantiff label scan_017.tif "Porous Sponge" --by "A. Curie" -o records',
      'semantiff label --import reviewed.csv -o records',
    ],
  },
  reclassify: {
    summary: 'apply a model to the archive from stored embeddings, without reading a picture',
    operands: '',
    options: {
      model: {
        value: 'NAME[/VERSION]',
        help: 'model that answers (default: the one in use)',
        setting: 'classify.model',
      },
      where: { value: 'QUERY', help: 'only records that a search finds: words and field:value' },
      'dry-run': { flag: true, help: 'say what would change, and change nothing' },
      now: { flag: true, help: 'let the records follow before it ends (default: watch, backfill or deliver does)' },
      ...PLACES,
    },
    examples: [
      'semantiff reclassify --model my-lab -o records',
      'semantiff reclassify --model my-lab --where "decision:review" --dry-run -o records',
    ],
  },
  'review-queue': {
    summary: 'say which pictures to label next, and which labels look wrong',
    operands: '[DIR...]',
    options: {
      limit: { value: 'N', help: 'lines of each list (default: 20)' },
      model: {
        value: 'NAME[/VERSION]',
        help: 'model that judges the pictures (default: the one in use)',
        setting: 'classify.model',
      },
      ...PLACES,
    },
    examples: ['semantiff review-queue -o records', 'semantiff review-queue labelled/ --limit 50 --json -o records'],
  },
  model: {
    summary: 'list, compare, promote, roll back, export and import models; import and measure backbones',
    operands:
      'list | show [MODEL] | compare A B | promote MODEL | rollback | export MODEL FILE | import-archive FILE | import FILE | bench',
    options: {
      force: { flag: true, help: 'promote: although it is worse than the one in use, or cannot be compared with it' },
      reason: { value: 'TEXT', help: 'promote, rollback: why, for the history; --force needs one' },
      ...IMPORT,
      ...BENCH,
      ...PLACES,
    },
    examples: [
      'semantiff model list -o records',
      'semantiff model compare nffa-sem-small/1 my-lab/2 -o records',
      'semantiff model promote my-lab 2 --reason "new detector" -o records',
      'semantiff model export my-lab/2 my-lab-2.tar -o records',
      'semantiff model import inception/model.json --name inception --normalise=-1..1 -o records',
      'semantiff model bench -o records',
    ],
  },
};
