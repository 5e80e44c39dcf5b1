import { z } from 'zod';
import { BackboneInterface } from './backbone-schema.ts';

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a lower-case hex SHA-256');
const Share = z.number().min(0).max(1);
const Count = z.int().nonnegative();

/** A name that is one folder on every system: no separator, no leading dot. */
export const ModelName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, ".", "_" and "-", 64 at most');

const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a plain file name');
export const ModelFile = z.strictObject({ file: FileName, sha256: Sha256 });

/** Units of a hidden layer: more than any head of a few hundred images a class can use. */
export const HIDDEN_MAX = 1024;

/** Of `n` validated images above a threshold `precision` were right, 95 % sure `lowerBound` or more; `target` was asked. */
const Evidence = z.strictObject({
  validation: z.string(),
  n: Count,
  precision: Share,
  lowerBound: Share,
  target: Share,
});
export type Evidence = z.infer<typeof Evidence>;

const Threshold = z.strictObject({ above: Share, evidence: z.array(Evidence) });
export type Threshold = z.infer<typeof Threshold>;

/** Images that would have got a decision (mean over repeats), and the share of them that were right. */
const Decided = z.strictObject({ n: z.number().nonnegative(), right: Share.optional() });

const Metrics = z.strictObject({
  /** `cross-validation`, `leave-one-group-out` or `test`. */
  split: z.string(),
  /** Real images that were judged, each by a head that had not seen it. */
  n: Count,
  repeats: z.int().positive().optional(),
  groups: z.int().positive().optional(),
  top1: Share,
  top2: Share,
  macroF1: Share,
  /** Expected calibration error of the calibrated scores, ten bins. */
  ece: Share,
  /** Share of these images that the outlier guard sends to review. */
  outliers: Share,
  /** Right: the first label. */
  accepted: Decided,
  /** Right: one of the first two labels. */
  suggested: Decided,
});
export type Metrics = z.infer<typeof Metrics>;

const DataSource = z.strictObject({
  name: z.string(),
  licence: z.string(),
  images: Count,
  attribution: z.string().optional(),
});
export type DataSource = z.infer<typeof DataSource>;

/** `model.json`. It holds no time: the same data, options and program give the same bytes. */
export const ModelManifest = z.strictObject({
  schemaVersion: z.literal(1),
  name: ModelName,
  version: ModelName,
  /** In the order of the head's rows. */
  labels: z.array(z.string().min(1)).min(2),
  /** Training images of each label, in the order of `labels`; only real ones count towards a decision. */
  trainingImages: z.array(z.strictObject({ real: Count, simulated: Count })),
  preprocessing: z.string(),
  inputSize: z.int().positive(),
  embeddingLength: z.int().positive(),
  /** Without `interface` it is an ONNX file with the interface of the shipped ones. */
  backbone: ModelFile.extend({ name: z.string(), interface: BackboneInterface.optional() }),
  /** `hidden`: units of its hidden layer; absent in a softmax regression. */
  head: ModelFile.extend({ hidden: z.int().positive().max(HIDDEN_MAX).optional() }),
  /** Standardised unit vectors of training images; an image less similar to all of them than `below` is an outlier. */
  neighbours: ModelFile.extend({ count: z.int().positive(), below: z.number().min(-1).max(1) }).optional(),
  calibration: z.strictObject({ temperature: z.number().positive(), validations: z.array(z.string()) }),
  /** An absent threshold means that validation supports none: nothing gets that decision. */
  thresholds: z.strictObject({ accept: Threshold.optional(), suggest: Threshold.optional() }),
  training: z.strictObject({
    software: z.string(),
    trainer: z.string(),
    c: z.number().positive(),
    seed: Count,
    simulatedWeight: z.number().nonnegative(),
    heldOut: z.enum(['test', 'none']),
    /** Views of the images that were trained on besides: mirrored, turned, with the data bar. */
    augmentations: z.array(z.string()).optional(),
    /** Classes that weigh the same; absent where images do. */
    classWeights: z.literal('balanced').optional(),
    /** Nearly identical images were kept on one side of every split; absent where there were none, or it was not looked. */
    nearDuplicates: z.literal('together').optional(),
    /** The last blocks of the backbone were fitted to `images` of the images, which then judged nothing. */
    tuned: z.strictObject({ blocks: Count, epochs: Count, images: Count }).optional(),
    /** Most steps of a training, where the number was given. */
    steps: z.int().positive().optional(),
    /** Images of the validation side that decided when the training of the head stopped; absent: none did. */
    stoppedBy: z.int().positive().optional(),
    /** SHA-256 over the sorted list of content hash, label, group and weight of every training image. */
    dataSha256: Sha256,
    /** List of the content hashes of all training images, so that none of them judges the model. */
    images: ModelFile.extend({ count: Count }).optional(),
    /** What trained it, such as `semantiff 0.1.0`. */
    program: z.string().optional(),
    parent: z.strictObject({ name: z.string(), version: z.string(), sha256: Sha256 }).optional(),
  }),
  metrics: z.array(Metrics),
  data: z.array(DataSource),
});
export type ModelManifest = z.infer<typeof ModelManifest>;
