import { basename } from 'node:path';
import { preprocess } from '../classify/preprocess.ts';
import { encodeJpeg } from '../convert/jpeg.ts';
import { isIngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import type { Issue } from '../domain/issue.ts';
import type { ImageFacts } from '../domain/record.ts';
import { harvest } from '../metadata/harvest.ts';
import type { HarvestResult } from '../metadata/harvest-types.ts';
import { VENDOR_TAG_NUMBERS } from '../metadata/vendor-tags.ts';
import { readEmbedding, readRecord, type StoredRecord } from '../publish/read-record.ts';
import { type DecodedPicture, decodePicture, sniff } from '../raster/decode-picture.ts';
import { toRgb8 } from '../raster/display.ts';
import type { Picture } from '../raster/picture.ts';
import { assessQuality } from '../raster/quality.ts';
import type { Allocate } from '../raster/samples.ts';
import type { Tiff } from '../raster/tiff-directory.ts';
import { type DataBar, viewPicture } from '../raster/view-picture.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { eraseOperator } from './erase-operator.ts';
import type { PixelFile } from './pixel-file.ts';
import {
  type FileResult,
  type FileTask,
  NOT_ACCEPTED,
  type RecordResult,
  type StageMs,
  type WorkerSettings,
} from './protocol.ts';
import { isBehind, readSidecars, type SidecarFile } from './read-sidecars.ts';
import { readStable } from './read-stable.ts';
import { readerInto, readTiffFacts } from './tiff-facts.ts';

/** A picture in memory, and the bytes of its file, which may have further pages. */
export interface PicturePixels {
  picture: Picture;
  file: Uint8Array;
}

/** A file decoded and understood, with everything the later stages need; nothing is read or decoded a second time. */
export interface PreparedFile {
  task: FileTask;
  name: string;
  sha256: ContentHash;
  /** Size of the file. */
  bytes: number;
  mtimeMs: number;
  startedAt: Date;
  pictureKind: DecodedPicture['kind'];
  tiff?: Tiff;
  facts: ImageFacts;
  pixels: PicturePixels | PixelFile;
  harvested: HarvestResult;
  sidecars: SidecarFile[];
  /** Under way in the thread pool while the next file is read; awaited in the order of the batch. */
  jpeg: Promise<Uint8Array>;
  /** The network's input, or why the picture must not be classified. */
  input: { image: Uint8Array } | { none: string };
  issues: Issue[];
  /** Names of sidecars that could not be read. */
  unread: string[];
  dataBar?: DataBar;
  /** What was taken out of `harvested` and the sidecars. */
  erased?: 'operator'[];
  previous?: Awaited<ReturnType<typeof readRecord>>;
  ms: StageMs;
}

/** A decoded picture may take this share of a worker's memory, and a file as it lies on disk this one. */
export const PIXEL_SHARE = 1 / 6;
const FILE_SHARE = 1 / 4;

export interface PrepareTools {
  /** Absent: nothing is classified. */
  modelSha256: string | undefined;
  /** Pixels of a side of the model's input; by default that of the shipped ones. */
  inputSize?: number | undefined;
  /** Gives the buffers of a file's bytes and of its grey; they must stay untouched as long as the prepared file is used. */
  allocate: Allocate;
}

/** Most bytes that a decoded picture may take in a worker. */
export function maxPixelBytes({ memoryMiB }: WorkerSettings): number {
  return memoryMiB * 2 ** 20 * PIXEL_SHARE;
}

/** Reads, decodes and harvests one file, or says at once what becomes of it. */
export async function prepareFile(
  task: FileTask,
  settings: WorkerSettings,
  tools: PrepareTools,
): Promise<PreparedFile | FileResult> {
  const ms: StageMs = {};
  const facts: { sha256?: string; bytes?: number; mtimeMs?: number } = {};
  try {
    return await prepare(task, settings, tools, ms, facts);
  } catch (error) {
    if (!isIngestError(error)) throw error;
    const { bytes, mtimeMs } = facts;
    if (isIngestError(error, 'publish/withdrawn') && bytes !== undefined && mtimeMs !== undefined) {
      return { kind: 'skipped', task, ms, code: 'withdrawn', reason: error.message, bytes, mtimeMs };
    }
    return { kind: 'quarantined', task, ms, code: error.code, reason: error.message, ...facts };
  }
}

async function prepare(
  task: FileTask,
  settings: WorkerSettings,
  tools: PrepareTools,
  ms: StageMs,
  facts: { sha256?: string; bytes?: number; mtimeMs?: number },
): Promise<PreparedFile | FileResult> {
  const startedAt = new Date();
  const lap = lapsOf(ms);

  const read = readStable(task.path, settings.memoryMiB * 2 ** 20 * FILE_SHARE, tools.allocate);
  if ('unsettled' in read) return { kind: 'unsettled', task, ms, reason: read.unsettled };
  const { bytes, mtimeMs } = read;
  const sha256 = ContentHash.parse(sha256Hex(bytes));
  Object.assign(facts, { sha256, bytes: bytes.length, mtimeMs });
  lap('read');

  const refused = refuseKind(bytes, settings);
  if (refused) return { kind: 'skipped', task, ms, ...refused, bytes: bytes.length, mtimeMs };
  const previous = await readRecord(settings.repo, sha256);
  const { sidecars, issues, unread } = await readSidecars(task, previous);
  if (previous && !task.redo && !(await isBehind(previous, task, sidecars))) {
    return await existing(previous, { task, ms, unread, bytes: bytes.length, mtimeMs });
  }

  const decoded = await decodePicture(bytes, { maxPixelBytes: maxPixelBytes(settings) });
  lap('decode');
  const { facts: image } = decoded.picture;
  const found = harvest({
    fileName: basename(task.path),
    ...(await readTiffFacts(decoded.tiff, VENDOR_TAG_NUMBERS)),
    sidecars,
    image: { widthPx: image.widthPx, heightPx: image.heightPx },
    times: { fileModifiedMs: mtimeMs, nowMs: startedAt.getTime() },
    readAt: readerInto(bytes),
  });
  const parts = publishableParts(found, sidecars, task, previous);
  const { harvested } = parts;
  lap('harvest');

  const shown = showPicture(decoded.picture, harvested, settings, tools, ms);
  issues.push(...shown.issues);
  return {
    task,
    name: basename(task.path),
    sha256,
    bytes: bytes.length,
    mtimeMs,
    startedAt,
    pictureKind: decoded.kind,
    ...(decoded.tiff && { tiff: decoded.tiff }),
    facts: image,
    pixels: { picture: decoded.picture, file: bytes },
    ...parts,
    ...shown,
    unread,
    issues,
    ms,
    ...(previous && { previous }),
  };
}

/** The picture as people and the network see it: its JPEG, under way, the network's input, and what is wrong with it. */
function showPicture(
  picture: Picture,
  harvested: HarvestResult,
  settings: WorkerSettings,
  { modelSha256, inputSize, allocate }: PrepareTools,
  ms: StageMs,
): Pick<PreparedFile, 'jpeg' | 'input' | 'dataBar' | 'issues'> {
  const lap = lapsOf(ms);
  const view = viewPicture(picture, harvested.dataBarHeightPx, allocate);
  const colour = toRgb8(picture, { allocate });
  const { issues, hasContrast } = assessQuality(picture, view, colour !== undefined);
  lap('quality');
  const none = reasonNotToClassify(harvested, modelSha256, () => !hasContrast);
  const input = none === undefined ? { image: preprocess(view.area, inputSize) } : { none };
  lap('resize');
  // Last: if anything before failed, the encoder must not look at pixels that are given up.
  const jpeg = timed(ms, 'jpeg', encodeJpeg(colour ?? view.grey, settings.jpeg));
  return { jpeg, input, issues, ...(view.bar && { dataBar: view.bar }) };
}

/** What was harvested, less what this task or an earlier one asked to be taken out. */
export function publishableParts(
  harvested: HarvestResult,
  sidecars: readonly SidecarFile[],
  task: FileTask,
  previous: StoredRecord | undefined,
): Pick<PreparedFile, 'harvested' | 'sidecars' | 'erased'> {
  const erased = task.erase ?? previous?.record.erased;
  return erased?.includes('operator')
    ? { ...eraseOperator(harvested, sidecars), erased }
    : { harvested, sidecars: [...sidecars] };
}

/** Notes the time since the last call, or since the start, as that of a stage. */
export function lapsOf(ms: StageMs): (stage: keyof StageMs) => void {
  let clock = performance.now();
  return (stage) => {
    const now = performance.now();
    ms[stage] = now - clock;
    clock = now;
  };
}

/** The result for a file whose record is there already. */
export async function existing(
  stored: StoredRecord,
  base: Pick<RecordResult, 'task' | 'ms' | 'unread' | 'bytes' | 'mtimeMs'>,
): Promise<FileResult> {
  const embedding = await readEmbedding(stored);
  return { kind: 'exists', ...base, ...stored, ...(embedding && { embedding }) };
}

/** Why a file that begins with `bytes` is none of the pictures that are accepted. */
export function refuseKind(bytes: Uint8Array, settings: WorkerSettings): { code: string; reason: string } | undefined {
  const kind = sniff(bytes);
  if (kind === 'tiff' || kind === 'jpeg' || kind === 'png') {
    if (settings.accept.includes(kind)) return undefined;
    const reason = `its content is ${kind.toUpperCase()}, and only ${settings.accept.join(', ')} is accepted`;
    return { code: `${NOT_ACCEPTED}${kind}`, reason };
  }
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const reason =
    bytes.length === 0 ? 'it is empty' : `it is not a picture by content: it starts with the bytes ${start}`;
  return { code: 'not-a-picture', reason };
}

/** Why a picture must not be classified; pixels are asked last. */
export function reasonNotToClassify(
  harvested: HarvestResult,
  modelSha256: string | undefined,
  hasNoContrast: () => boolean,
): string | undefined {
  if (modelSha256 === undefined) return 'classification is switched off';
  if (!harvested.classifiable.ok) return harvested.classifiable.reason;
  return hasNoContrast() ? 'the picture has no contrast' : undefined;
}

/** Notes how long `work` took from now on. Whoever awaits it meets its failure; until then it is not unhandled. */
export function timed<T>(ms: StageMs, stage: keyof StageMs, work: Promise<T>): Promise<T> {
  const started = performance.now();
  const done = work.finally(() => (ms[stage] = performance.now() - started));
  done.catch(() => undefined);
  return done;
}
