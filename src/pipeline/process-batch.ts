import { join } from 'node:path';
import { type ClassifiedImage, classifyBatch } from '../classify/classify-batch.ts';
import type { OpenModel } from '../classify/open-model.ts';
import type { NexusWriter } from '../convert/hdf5.ts';
import type { NexusFacts } from '../convert/nexus-input.ts';
import { nffaSemJson } from '../convert/nffa-sem.ts';
import { resolveTimes } from '../convert/start-time.ts';
import { isIngestError } from '../domain/errors.ts';
import { recordFolder } from '../domain/ids.ts';
import type { Classification } from '../domain/record.ts';
import { crateFile } from '../publish/crate-file.ts';
import {
  commitRecords,
  reviseRecord,
  type StagedRecord,
  type StoredFile,
  stageRecord,
} from '../publish/publish-record.ts';
import { readEmbedding, readRecord } from '../publish/read-record.ts';
import {
  artefactFiles,
  artefactName,
  assembleRecord,
  publishableSections,
  type SoftwareIdentity,
  timeZoneOf,
} from './assemble-record.ts';
import type { BufferPool } from './buffer-pool.ts';
import { addFurtherPages } from './further-pages.ts';
import { nexusUserFields } from './nexus-user-fields.ts';
import { discardPixels, finishPieces } from './pixel-file.ts';
import type { PreparedFile } from './prepare-file.ts';
import { preparePicture } from './prepare-large.ts';
import type { FileResult, FileTask, StageMs, WorkerSettings } from './protocol.ts';

/** What a worker opens once and uses for every batch. */
export interface BatchTools {
  settings: WorkerSettings;
  /** Folder below REPO where this worker builds its records. */
  staging: string;
  software: SoftwareIdentity;
  nexus: NexusWriter;
  /** Lent to the files of one batch. */
  buffers: BufferPool;
  model?: OpenModel;
}

interface Classified {
  prepared: PreparedFile;
  classification: Classification;
  embedding?: Float32Array;
}

interface Made extends Classified {
  staged: StagedRecord;
}

/** Brings a batch that was made to disk and into REPO, and says what became of each file. */
export type CommitBatch = () => Promise<FileResult[]>;

/** Makes and commits a batch: see {@link makeBatch}. */
export async function processBatch(tasks: FileTask[], tools: BatchTools, onStart: () => void): Promise<FileResult[]> {
  const commit = await makeBatch(tasks, tools, onStart);
  return await commit();
}

/**
 * Makes the records of one batch of files in the staging folder: each is read and decoded once, and the network sees the
 * batch as one tensor. What it returns forces them to disk as one group and publishes them; meanwhile the next batch
 * may be made. `onStart` is told before each longer step on a file. Every task gets one result; data faults become
 * `quarantined`, only faults of the program or of REPO are thrown.
 */
export async function makeBatch(tasks: FileTask[], tools: BatchTools, onStart: () => void): Promise<CommitBatch> {
  const { buffers, settings, nexus, staging } = tools;
  const allocate = (size: number): Uint8Array => buffers.take(size);
  const results = new Map<FileTask, FileResult>();
  const prepared: PreparedFile[] = [];
  try {
    for (const task of tasks) {
      onStart();
      const outcome = await preparePicture(task, settings, {
        modelSha256: tools.model?.sha256,
        inputSize: tools.model?.backend.inputSize,
        allocate,
        nexus,
        staging,
      });
      if ('kind' in outcome) results.set(task, outcome);
      else prepared.push(outcome);
    }
    const { first, repeated } = byContent(prepared);
    const made = await writeAll(await classifyAll(first, tools), tools, results, onStart);
    return async () => {
      await commitAll(made, settings, results);
      for (const twin of repeated) results.set(twin.task, await recordThere(twin, settings));
      return tasks.map((task) => results.get(task) as FileResult);
    };
  } finally {
    // Encoders may still look at the pixels when a fault of the program ends the batch early.
    await Promise.allSettled(prepared.map(({ jpeg }) => jpeg));
    await Promise.all(prepared.map(discardPixels));
    buffers.reclaim();
  }
}

/** The same bytes twice in one batch become one record; the second file is found to have one. */
function byContent(prepared: PreparedFile[]): { first: PreparedFile[]; repeated: PreparedFile[] } {
  const seen = new Set<string>();
  const first: PreparedFile[] = [];
  const repeated: PreparedFile[] = [];
  for (const one of prepared) {
    (seen.has(one.sha256) ? repeated : first).push(one);
    seen.add(one.sha256);
  }
  return { first, repeated };
}

async function classifyAll(files: PreparedFile[], { model }: BatchTools): Promise<Classified[]> {
  const classified: Classified[] = [];
  const shown: { prepared: PreparedFile; image: Uint8Array }[] = [];
  for (const prepared of files) {
    const { input } = prepared;
    if ('none' in input) {
      const ref = model && { model: model.ref };
      classified.push({ prepared, classification: { ...ref, labels: [], decision: 'none', reason: input.none } });
      continue;
    }
    shown.push({ prepared, image: input.image });
  }
  if (!model || shown.length === 0) return classified;
  const started = performance.now();
  const images = shown.map(({ image }) => image);
  const answers: ClassifiedImage[] = await classifyBatch(images, model);
  const share = (performance.now() - started) / shown.length;
  for (const [i, { prepared }] of shown.entries()) {
    prepared.ms.classify = share;
    classified.push({ prepared, ...(answers[i] as ClassifiedImage) });
  }
  return classified;
}

async function writeAll(
  files: Classified[],
  tools: BatchTools,
  results: Map<FileTask, FileResult>,
  onStart: () => void,
): Promise<Made[]> {
  const group: Made[] = [];
  for (const file of files) {
    const { prepared } = file;
    onStart();
    try {
      const made = await writeOne(file, tools);
      if ('staged' in made) group.push(made);
      else results.set(prepared.task, made);
    } catch (error) {
      quarantine(prepared, error, results);
    }
    if (tools.settings.durability === 'record') await commitAll(group.splice(0), tools.settings, results);
  }
  return group;
}

/** A fault of the data ends this file; anything else is thrown on. */
function quarantine(prepared: PreparedFile, error: unknown, results: Map<FileTask, FileResult>): undefined {
  if (!isIngestError(error, 'convert/hdf5', 'convert/jpeg')) throw error;
  const { task, ms, sha256, bytes, mtimeMs } = prepared;
  const facts = { sha256, bytes, mtimeMs };
  results.set(task, { kind: 'quarantined', task, ms, code: error.code, reason: error.message, ...facts });
}

async function writeOne(file: Classified, tools: BatchTools): Promise<Made | FileResult> {
  const { prepared, classification, embedding } = file;
  const { settings, software } = tools;
  const timeZone = timeZoneOf(prepared, settings);
  const times = resolveTimes({
    acquiredAt: prepared.harvested.acquisition.acquiredAt,
    timeZone,
    fileModifiedAt: new Date(prepared.mtimeMs),
    frameTimeS: prepared.harvested.acquisition.frameTimeS,
  });
  const draft = assembleRecord(prepared, classification, times.issues, settings, software);
  const jpeg = await prepared.jpeg;
  let clock = performance.now();
  const { rawHeader, otherHeaders } = prepared.harvested;
  const headerJson = publishableSections(prepared, settings);
  const nffaJson = nffaSemJson(draft, times);
  const facts: NexusFacts = {
    record: draft,
    cutFoundDataBar: settings.cutFoundDataBar === true && prepared.dataBar?.rowsBelowPx === 0,
    startTime: times.startTime,
    endTime: times.endTime,
    fileName: artefactName(prepared, 'h5'),
    ...(headerJson !== undefined && { headerJson }),
    nffaJson,
    ...(rawHeader && { rawHeader: { ...rawHeader, encoding: prepared.harvested.header?.encoding ?? 'unknown' } }),
    ...(otherHeaders && { otherHeaders }),
    ...nexusUserFields(prepared.task.userContext?.user, timeZone),
    thumbnail: { bytes: jpeg, fileName: artefactName(prepared, 'jpg') },
    ...(embedding && tools.model && { embedding: { vector: embedding, ...tools.model.embeddingOrigin } }),
  };
  const { nexus, record: described } = await writeNexus(prepared, facts, tools);
  prepared.ms.hdf5 = performance.now() - clock;
  clock = performance.now();
  const artefacts = artefactFiles(prepared, { jpeg, nexus, nffaJson, ...(embedding && { embedding }) });
  if (settings.crate) artefacts.push(crateFile());
  if (prepared.previous) {
    const record = await reviseRecord(described, artefacts, prepared.previous, tools.staging);
    prepared.ms.write = performance.now() - clock;
    const { folder } = prepared.previous;
    return { kind: 'written', ...resultBase(prepared), record, folder, ...(embedding && { embedding }) };
  }
  const staged = stageRecord(described, artefacts, tools.staging);
  prepared.ms.write = performance.now() - clock;
  return { ...file, staged };
}

/** The HDF5 file, and the record with what became of the pages behind the first. */
async function writeNexus(
  prepared: PreparedFile,
  facts: NexusFacts,
  { nexus: writer, buffers, settings }: BatchTools,
): Promise<{ nexus: Uint8Array | StoredFile; record: NexusFacts['record'] }> {
  const { pixels } = prepared;
  if ('path' in pixels) return { nexus: await finishPieces(pixels, facts, writer), record: facts.record };
  const input = { ...facts, picture: pixels.picture };
  const nexus = writer.write(input, (size) => buffers.take(size));
  return await addFurtherPages(prepared.tiff, pixels.file, settings, writer, { input, nexus });
}

async function commitAll(group: Made[], settings: WorkerSettings, results: Map<FileTask, FileResult>): Promise<void> {
  if (group.length === 0) return;
  const started = performance.now();
  const staged = group.map((made) => made.staged);
  const won = await commitRecords(staged, settings.repo);
  const share = (performance.now() - started) / group.length;
  for (const [i, { prepared, staged: mine, embedding }] of group.entries()) {
    prepared.ms.write = (prepared.ms.write ?? 0) + share;
    if (won[i] === true) {
      const folder = join(settings.repo, recordFolder(prepared.sha256));
      results.set(prepared.task, {
        kind: 'written',
        ...resultBase(prepared),
        record: mine.record,
        folder,
        ...(embedding && { embedding }),
      });
    } else {
      results.set(prepared.task, await recordThere(prepared, settings));
    }
  }
}

/** The record that somebody else made of the same bytes: another worker, another computer, or this batch before. */
async function recordThere(prepared: PreparedFile, settings: WorkerSettings): Promise<FileResult> {
  const stored = await readRecord(settings.repo, prepared.sha256);
  if (!stored) {
    const reason = 'another file with the same bytes could not become a record in this run';
    return { kind: 'unsettled', task: prepared.task, ms: prepared.ms, reason };
  }
  const embedding = await readEmbedding(stored);
  return { kind: 'exists', ...resultBase(prepared), ...stored, ...(embedding && { embedding }) };
}

function resultBase({ task, ms, unread, bytes, mtimeMs }: PreparedFile): {
  task: FileTask;
  ms: StageMs;
  unread: readonly string[];
  bytes: number;
  mtimeMs: number;
} {
  return { task, ms, unread, bytes, mtimeMs };
}
