import type { BackboneInterface } from '../classify/backbone-schema.ts';
import type { MicrographRecord } from '../domain/record.ts';
import type { SidecarPrint } from '../store/ledger-row.ts';
import type { Augmentation } from '../train/augment.ts';
import type { EmbedOutcome } from '../train/dataset.ts';
import type { TaskUserContext } from './user-files.ts';

/** Kinds of picture that may become records, told by content. */
export type PictureKind = 'tiff' | 'jpeg' | 'png';

/** Code of a picture whose kind was not accepted; the kind follows. Accepting it later reopens the file. */
export const NOT_ACCEPTED = 'not-accepted:';

/** A model that a worker opens; one whose model.json has another `sha256` is refused. */
export interface WorkerModel {
  folder: string;
  sha256?: string;
  acceptAbove?: number;
  suggestAbove?: number;
}

/** What a worker must know once, before its first batch. Only plain data: it crosses a process boundary. */
export interface WorkerSettings {
  repo: string;
  accept: PictureKind[];
  durability: 'record' | 'batch';
  instrument: { id?: string; timeZone?: string };
  publish: { operator: boolean; host?: string };
  jpeg: { quality: number; longSidePx?: number };
  /** Pages of a TIFF that go into the HDF5. */
  pages: 'first' | 'all';
  /** How the HDF5 stores pixels. */
  compression: 'none' | 'gzip';
  /** Absent: nothing is classified. */
  model?: WorkerModel;
  /** Write an RO-Crate description into every record's folder. */
  crate: boolean;
  /** Take the rows of a data bar found only in the picture out of the HDF5's picture. */
  cutFoundDataBar?: boolean;
  memoryMiB: number;
}

/** What a worker must know once that only embeds pictures. */
export interface EmbedderSettings {
  backbone: WorkerBackbone;
  memoryMiB: number;
}

/** A network without a head; a file of another `sha256` is refused. */
export interface WorkerBackbone {
  file: string;
  sha256: string;
  /** Default: that of the shipped backbones. */
  interface?: BackboneInterface | undefined;
  inputSize: number;
}

/** One picture file to embed, and the views of it that are wanted besides. */
export interface EmbedTask {
  file: string;
  augmentations: readonly Augmentation[];
  /** Its size, where that could be told: large files are given more time. */
  bytes?: number | undefined;
}

/** One picture file to make a record of. */
export interface FileTask {
  /** Absolute. */
  path: string;
  /** Absolute folder of the inbox; for the ledger only, never published. */
  inbox: string;
  /** Below the inbox, with "/". */
  relativePath: string;
  sidecars: (SidecarPrint & { path: string })[];
  /** What people say of the picture; absent when nobody says anything. */
  userContext?: TaskUserContext;
  /** Size when it was found: large files are given more time. */
  bytes?: number;
  /** Take these out of the record, its header and its sidecars. */
  erase?: 'operator'[];
  /** Write a new revision although a record of other versions exists. */
  redo: boolean;
}

/** Milliseconds spent on one file, by stage. */
export type StageMs = Partial<
  Record<'read' | 'decode' | 'harvest' | 'quality' | 'resize' | 'classify' | 'jpeg' | 'hdf5' | 'write', number>
>;

interface ResultOf<Kind extends string> {
  kind: Kind;
  task: FileTask;
  ms: StageMs;
}

/** The record of this file is on disk: made now (`written`), or found there (`exists`). */
export interface RecordResult extends ResultOf<'written' | 'exists'> {
  record: MicrographRecord;
  /** Absolute folder of the record. */
  folder: string;
  embedding?: Float32Array;
  /** Names of sidecars that could not be read, to be tried again in the next run. */
  unread?: readonly string[];
  bytes: number;
  mtimeMs: number;
}

export interface SkippedResult extends ResultOf<'skipped'> {
  /** `not-a-picture`, `withdrawn`, or `not-accepted:` and the kind of picture that it is. */
  code: string;
  reason: string;
  bytes: number;
  mtimeMs: number;
}

export interface QuarantinedResult extends ResultOf<'quarantined'> {
  code: string;
  reason: string;
  sha256?: string;
  bytes?: number;
  mtimeMs?: number;
}

/** The file could not be read whole now (it changes, it is locked, it has gone): to be tried again later. */
export interface UnsettledResult extends ResultOf<'unsettled'> {
  reason: string;
}

export type FileResult = RecordResult | SkippedResult | QuarantinedResult | UnsettledResult;

/** The first message to a worker, answered by `ready`: it says what the worker is for. */
export type WorkerInit =
  | { type: 'init'; settings: WorkerSettings }
  | { type: 'init-embedder'; settings: EmbedderSettings };

export type WorkerRequest =
  | WorkerInit
  | { type: 'batch'; id: number; tasks: FileTask[] }
  | { type: 'embed'; id: number; tasks: EmbedTask[] }
  /** Classify what comes after this with another model; answered by `model-used` or `model-refused`. */
  | { type: 'use-model'; model: WorkerModel };

/** A failure as data: an Error loses its fields on the way between processes. */
export interface FailureData {
  code: string;
  message: string;
  stack?: string;
  /** Error of the operating system behind it, such as ENOSPC. */
  systemCode?: string;
}

/** One result a task, in their order. */
export type WorkerAnswer =
  | { type: 'batch-done'; id: number; results: FileResult[]; maxRssMiB: number }
  | { type: 'embedded'; id: number; results: EmbedOutcome[]; maxRssMiB: number };

export type WorkerResponse =
  | WorkerAnswer
  | { type: 'ready' }
  /** Sign of life: work on this batch goes on. */
  | { type: 'started'; id: number }
  | { type: 'model-used' }
  /** The model before stays in use. */
  | { type: 'model-refused'; failure: FailureData }
  /** Of a batch, or without `id` of the start. */
  | { type: 'failed'; id?: number; failure: FailureData };
