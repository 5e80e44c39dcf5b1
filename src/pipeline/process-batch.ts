import { join } from 'node:path';
import { type ClassifiedImage, classifyBatch } from '../classify/classify-batch.ts';
import type { OpenModel } from '../classify/open-model.ts';
import type { NexusWriter } from '../convert/hdf5.ts';
import { encodeJpeg } from '../convert/jpeg.ts';
import { resolveTimes } from '../convert/start-time.ts';
import { isIngestError } from '../domain/errors.ts';
import { recordFolder } from '../domain/ids.ts';
import type { Classification } from '../domain/record.ts';
import { commitRecords, reviseRecord, type StagedRecord, stageRecord } from '../publish/publish-record.ts';
import { readEmbedding, readRecord } from '../publish/read-record.ts';
import { toRgb8 } from '../raster/display.ts';
import {
  artefactFiles,
  artefactName,
  assembleRecord,
  publishableSections,
  type SoftwareIdentity,
} from './assemble-record.ts';
import { type PreparedFile, prepareFile } from './prepare-file.ts';
import type { FileResult, FileTask, StageMs, WorkerSettings } from './protocol.ts';

/** What a worker opens once and uses for every batch. */
export interface BatchTools {
  settings: WorkerSettings;
  /** Folder below REPO where this worker builds its records. */
  staging: string;
  software: SoftwareIdentity;
  nexus: NexusWriter;
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

/**
 * Makes the records of one batch of files: each is read and decoded once, the network sees the batch as one tensor,
 * and the files reach the disk as one group. `onStart` is told before each longer step on a file. Every task gets one
 * result; data faults become `quarantined`, only faults of the program or of REPO are thrown.
 */
export async function processBatch(
  tasks: FileTask[],
  tools: BatchTools,
  onStart: (path: string) => void,
): Promise<FileResult[]> {
  const results = new Map<FileTask, FileResult>();
  const prepared: PreparedFile[] = [];
  for (const task of tasks) {
    onStart(task.path);
    const outcome = await prepareFile(task, tools.settings, tools.model?.sha256);
    if ('kind' in outcome) results.set(task, outcome);
    else prepared.push(outcome);
  }
  const { first, repeated } = byContent(prepared);
  const classified = await classifyAll(first, tools);
  await write(classified, tools, results, onStart);
  for (const twin of repeated) results.set(twin.task, await recordThere(twin, tools.settings));
  return tasks.map((task) => results.get(task) as FileResult);
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
  const started = performance.now();
  const images = files.flatMap(({ input }) => ('image' in input ? [input.image] : []));
  const answers: ClassifiedImage[] = model && images.length > 0 ? await classifyBatch(images, model) : [];
  const share = (performance.now() - started) / Math.max(1, images.length);
  let next = 0;
  return files.map((prepared) => {
    if ('none' in prepared.input) {
      const ref = model && { model: model.ref };
      return { prepared, classification: { ...ref, labels: [], decision: 'none', reason: prepared.input.none } };
    }
    prepared.ms.classify = share;
    const { classification, embedding } = answers[next++] as ClassifiedImage;
    return { prepared, classification, embedding };
  });
}

async function write(
  files: Classified[],
  tools: BatchTools,
  results: Map<FileTask, FileResult>,
  onStart: (path: string) => void,
): Promise<void> {
  const group: Made[] = [];
  for (const file of files) {
    const { task, ms } = file.prepared;
    onStart(task.path);
    try {
      const made = await writeOne(file, tools);
      if ('staged' in made) group.push(made);
      else results.set(task, made);
    } catch (error) {
      if (!isIngestError(error, 'convert/hdf5', 'convert/jpeg')) throw error;
      results.set(task, {
        kind: 'quarantined',
        task,
        ms,
        code: error.code,
        reason: error.message,
        ...sourceFacts(file),
      });
    }
    if (tools.settings.durability === 'record') await commit(group.splice(0), tools, results);
  }
  await commit(group, tools, results);
}

function sourceFacts({ prepared }: Classified): { sha256: string; bytes: number; mtimeMs: number } {
  return { sha256: prepared.sha256, bytes: prepared.bytes.length, mtimeMs: prepared.mtimeMs };
}

async function writeOne(file: Classified, tools: BatchTools): Promise<Made | FileResult> {
  const { prepared, classification, embedding } = file;
  const { settings, software } = tools;
  const times = resolveTimes({
    acquiredAt: prepared.harvested.acquisition.acquiredAt,
    timeZone: settings.instrument.timeZone,
    fileModifiedAt: new Date(prepared.mtimeMs),
    frameTimeS: prepared.harvested.acquisition.frameTimeS,
  });
  const draft = assembleRecord(prepared, classification, times.issues, settings, software);
  let clock = performance.now();
  const jpeg = await encodeJpeg(toRgb8(prepared.decoded.picture) ?? prepared.grey, settings.jpeg);
  prepared.ms.jpeg = performance.now() - clock;
  clock = performance.now();
  const { rawHeader } = prepared.harvested;
  const headerJson = publishableSections(prepared, settings);
  const nexus = tools.nexus.write({
    record: draft,
    picture: prepared.decoded.picture,
    startTime: times.startTime,
    endTime: times.endTime,
    fileName: artefactName(prepared, 'h5'),
    ...(headerJson !== undefined && { headerJson }),
    ...(rawHeader && { rawHeader: { ...rawHeader, encoding: prepared.harvested.header?.encoding ?? 'unknown' } }),
    thumbnail: { bytes: jpeg, fileName: artefactName(prepared, 'jpg') },
    ...(embedding && tools.model && { embedding: { vector: embedding, ...tools.model.embeddingOrigin } }),
  });
  prepared.ms.hdf5 = performance.now() - clock;
  clock = performance.now();
  const artefacts = artefactFiles(prepared, { jpeg, nexus, ...(embedding && { embedding }) });
  if (prepared.previous) {
    const record = await reviseRecord(draft, artefacts, prepared.previous);
    prepared.ms.write = performance.now() - clock;
    const { folder } = prepared.previous;
    return { kind: 'written', ...resultBase(prepared), record, folder, ...(embedding && { embedding }) };
  }
  const staged = await stageRecord(draft, artefacts, tools.staging);
  prepared.ms.write = performance.now() - clock;
  return { ...file, staged };
}

async function commit(group: Made[], tools: BatchTools, results: Map<FileTask, FileResult>): Promise<void> {
  if (group.length === 0) return;
  const started = performance.now();
  const won = await commitRecords(
    group.map(({ staged }) => staged),
    tools.settings.repo,
  );
  const share = (performance.now() - started) / group.length;
  for (const [i, { prepared, staged, embedding }] of group.entries()) {
    prepared.ms.write = (prepared.ms.write ?? 0) + share;
    if (won[i] === true) {
      const folder = join(tools.settings.repo, recordFolder(prepared.sha256));
      results.set(prepared.task, {
        kind: 'written',
        ...resultBase(prepared),
        record: staged.record,
        folder,
        ...(embedding && { embedding }),
      });
    } else {
      results.set(prepared.task, await recordThere(prepared, tools.settings));
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

function resultBase({ task, ms, bytes, mtimeMs }: PreparedFile): {
  task: FileTask;
  ms: StageMs;
  bytes: number;
  mtimeMs: number;
} {
  return { task, ms, bytes: bytes.length, mtimeMs };
}
