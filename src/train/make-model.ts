import { type BackboneInterface, backboneFile } from '../classify/backbone-schema.ts';
import { encodeHead } from '../classify/head.ts';
import { encodeTrainingImages, MANIFEST_FILE } from '../classify/model-folder.ts';
import { type DataSource, ModelManifest } from '../classify/model-schema.ts';
import { encodeNeighbours } from '../classify/neighbours.ts';
import { preprocessingOf } from '../classify/preprocess.ts';
import type { ModelRef } from '../domain/record.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { modelCard } from './card.ts';
import { countImages, hashData, type TunedOn } from './dataset.ts';
import type { TrainingReport } from './report/training-report.ts';
import type { Trained, TrainingOptions } from './train-and-validate.ts';

export interface ModelIdentity {
  name: string;
  version: string;
  backbone: {
    name: string;
    bytes: Uint8Array;
    sha256: string;
    interface?: BackboneInterface | undefined;
    inputSize: number;
  };
  /** How the backbone was fitted to some of the images. */
  tuned?: TunedOn;
  parent?: ModelRef;
  data: readonly DataSource[];
  notes: readonly string[];
  /** Views of the images that were trained on besides. */
  augmentations: readonly string[];
  /** What trains it, such as `semantiff 0.1.0`; where it is given, the model also lists its training images. */
  program?: string;
  options: TrainingOptions;
}

export interface MadeModel {
  files: Record<string, Uint8Array>;
  manifest: ModelManifest;
  report: TrainingReport;
  ref: ModelRef;
}

/** What made a model; raised when the same images and options would give another head, threshold or figure. */
const TRAINING = 'semantiff training 1';
const HEAD_FILE = 'head.bin';
const NEIGHBOURS_FILE = 'neighbours.bin';
const IMAGES_FILE = 'training.json';

/** The files of a model folder; the same training gives the same bytes. */
export function makeModel(trained: Trained, identity: ModelIdentity): MadeModel {
  const { name, version } = identity;
  const head = encodeHead(trained.head);
  const neighbours = encodeNeighbours(trained.neighbours);
  const images = encodeTrainingImages(trained.fitted.map(({ sha256 }) => sha256));
  const manifest = ModelManifest.parse(
    manifestOf(trained, identity, {
      head: sha256Hex(head),
      neighbours: sha256Hex(neighbours),
      images: sha256Hex(images),
    }),
  );
  const json = utf8(`${JSON.stringify(manifest, undefined, 2)}\n`);
  return {
    manifest,
    report: trained.report,
    ref: { name, version, sha256: sha256Hex(json) },
    files: {
      [backboneFile(identity.backbone.interface)]: identity.backbone.bytes,
      [HEAD_FILE]: head,
      [NEIGHBOURS_FILE]: neighbours,
      ...(identity.program !== undefined && { [IMAGES_FILE]: images }),
      'card.md': utf8(modelCard(manifest, identity.notes)),
      'report.json': utf8(`${JSON.stringify(trained.report)}\n`),
      [MANIFEST_FILE]: json,
    },
  };
}

function manifestOf(
  trained: Trained,
  identity: ModelIdentity,
  sha256: { head: string; neighbours: string; images: string },
): ModelManifest {
  const { dataset, fitted, neighbours, report, accept, suggest } = trained;
  const { options, backbone, parent, program } = identity;
  return {
    schemaVersion: 1,
    name: identity.name,
    version: identity.version,
    labels: dataset.labels,
    trainingImages: countImages(dataset.labels, fitted).map(({ real, simulated }) => ({ real, simulated })),
    preprocessing: preprocessingOf(backbone.inputSize),
    inputSize: backbone.inputSize,
    embeddingLength: dataset.dim,
    backbone: {
      name: backbone.name,
      file: backboneFile(backbone.interface),
      sha256: backbone.sha256,
      ...(backbone.interface && { interface: backbone.interface }),
    },
    head: { file: HEAD_FILE, sha256: sha256.head, ...(trained.head.hidden && { hidden: trained.head.hidden.size }) },
    neighbours: {
      file: NEIGHBOURS_FILE,
      sha256: sha256.neighbours,
      count: neighbours.count,
      below: trained.outlierBelow,
    },
    calibration: { temperature: trained.temperature, validations: trained.calibratedOn },
    thresholds: { ...(accept && { accept }), ...(suggest && { suggest }) },
    training: {
      software: TRAINING,
      trainer: options.trainer.name,
      c: options.c,
      seed: options.seed,
      simulatedWeight: trained.simulatedWeight,
      heldOut: options.heldOut,
      ...(options.steps !== undefined && { steps: options.steps }),
      ...(trained.watched > 0 && { stoppedBy: trained.watched }),
      ...dataOptions(trained, identity),
      ...tuningOf(identity),
      dataSha256: hashData(dataset.labels, fitted),
      ...(program !== undefined && {
        images: { file: IMAGES_FILE, sha256: sha256.images, count: fitted.length },
        program,
      }),
      ...(parent && { parent }),
    },
    metrics: report.evaluations.map(({ metrics }) => metrics),
    data: [...identity.data],
  };
}

function tuningOf({ tuned }: ModelIdentity): Pick<ModelManifest['training'], 'tuned'> {
  if (tuned === undefined) return {};
  return { tuned: { blocks: tuned.blocks, epochs: tuned.epochs, images: tuned.images.size } };
}

function dataOptions({ dataset }: Trained, { augmentations }: ModelIdentity): Partial<ModelManifest['training']> {
  return {
    ...(augmentations.length > 0 && { augmentations: [...augmentations] }),
    ...(dataset.classWeights === 'balanced' && { classWeights: 'balanced' }),
    ...(dataset.examples.some(({ family }) => family !== undefined) && { nearDuplicates: 'together' }),
  };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
