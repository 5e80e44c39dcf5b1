import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { NexusWriter } from '../convert/hdf5.ts';
import { encodeJpeg } from '../convert/jpeg.ts';
import { IngestError, isIngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import { harvest } from '../metadata/harvest.ts';
import type { HarvestInput } from '../metadata/harvest-types.ts';
import { VENDOR_TAG_NUMBERS } from '../metadata/vendor-tags.ts';
import { readRecord, type StoredRecord } from '../publish/read-record.ts';
import { decodedBytes } from '../raster/decode-tiff.ts';
import { type FileSource, openFileSource } from '../raster/file-source.ts';
import { SNIFF_BYTES, sniff } from '../raster/sniff.ts';
import { openStreamedPicture, type StreamedPicture } from '../raster/streamed-picture.ts';
import { readTiff, type Tiff } from '../raster/tiff-directory.ts';
import { sha256OfSource } from '../store/content-hash.ts';
import { displayPieces, type ShownPicture } from './display-pieces.ts';
import {
  existing,
  lapsOf,
  maxPixelBytes,
  type PreparedFile,
  type PrepareTools,
  prepareFile,
  publishableParts,
  reasonNotToClassify,
  refuseKind,
  timed,
} from './prepare-file.ts';
import type { FileResult, FileTask, QuarantinedResult, WorkerSettings } from './protocol.ts';
import { isBehind, readSidecars } from './read-sidecars.ts';
import { readTiffFacts } from './tiff-facts.ts';

export interface LargeTools extends PrepareTools {
  /** Begins the HDF5 file of a picture, in the folder `staging`. */
  nexus: Pick<NexusWriter, 'begin'>;
  staging: string;
}

/** What is decoded at once of a picture too large for memory may take this share of a worker's memory. */
const BAND_SHARE = 1 / 12;

/**
 * As prepareFile; a TIFF that is too large for memory, as a file or decoded, is read piece by piece instead: the record
 * is the same, and memory does not grow with the picture. Only its JPEG is smaller than the picture.
 */
export async function preparePicture(
  task: FileTask,
  settings: WorkerSettings,
  tools: LargeTools,
): Promise<PreparedFile | FileResult> {
  const foreseen = await foreseeRefusal(task, settings);
  const outcome = foreseen ?? (await prepareFile(task, settings, tools));
  const isTooLarge = 'kind' in outcome && outcome.kind === 'quarantined' && outcome.code === 'raster/too-large';
  return isTooLarge ? await prepareInPieces(outcome, settings, tools) : outcome;
}

/**
 * Tells from the directory of a large file that its picture is too large for memory, so that the file is not read for
 * nothing. Undefined for smaller files, which are read at once, and where anything is in doubt.
 */
async function foreseeRefusal(task: FileTask, settings: WorkerSettings): Promise<QuarantinedResult | undefined> {
  const limit = maxPixelBytes(settings);
  if (task.bytes === undefined || task.bytes <= limit) return undefined;
  try {
    const { image } = await withSource(task, async (source) => (await readTiff(source)).pages[0]);
    const bytes = image ? decodedBytes(image) : 0;
    if (bytes <= limit) return undefined;
    const reason = `The picture takes ${bytes} bytes, ${Math.floor(limit)} are allowed.`;
    return { kind: 'quarantined', task, ms: {}, code: 'raster/too-large', reason };
  } catch (error) {
    if (isIngestError(error)) return undefined;
    throw error;
  }
}

async function prepareInPieces(
  refused: QuarantinedResult,
  settings: WorkerSettings,
  tools: LargeTools,
): Promise<PreparedFile | FileResult> {
  const { task } = refused;
  try {
    return await withSource(task, (source) => prepareLarge(source, refused, settings, tools));
  } catch (error) {
    if (isIngestError(error, 'publish/withdrawn')) {
      const { bytes = -1, mtimeMs = 0 } = refused;
      return { kind: 'skipped', task, ms: refused.ms, code: 'withdrawn', reason: error.message, bytes, mtimeMs };
    }
    if (isIngestError(error, 'store/io')) return { kind: 'unsettled', task, ms: refused.ms, reason: error.message };
    if (!isIngestError(error)) throw error;
    return { ...refused, code: error.code, reason: error.message };
  }
}

async function withSource<T>({ path }: FileTask, use: (source: FileSource) => Promise<T>): Promise<T> {
  const source = await openFileSource(path);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** `refused` gains what becomes known of the file. */
async function prepareLarge(
  source: FileSource,
  refused: QuarantinedResult,
  settings: WorkerSettings,
  tools: LargeTools,
): Promise<PreparedFile | FileResult> {
  const { task, ms } = refused;
  const startedAt = new Date();
  const bytes = source.size;
  const { mtimeMs } = await source.stat();
  Object.assign(refused, { bytes, mtimeMs });
  const start = await source.read(0, Math.min(SNIFF_BYTES, bytes));
  const notAccepted = refuseKind(start, settings);
  if (notAccepted) return { kind: 'skipped', task, ms, ...notAccepted, bytes, mtimeMs };
  // Other kinds have no strips to be read one by one.
  if (sniff(start) !== 'tiff') return refused;
  const lap = lapsOf(ms);
  const sha256 = ContentHash.parse(await sha256OfSource(source));
  refused.sha256 = sha256;
  lap('read');
  const previous = await readRecord(settings.repo, sha256);
  const beside = await readSidecars(task, previous);
  if (previous && !task.redo && !(await isBehind(previous, task, beside.sidecars))) {
    return await existing(previous, { task, ms, unread: beside.unread, bytes, mtimeMs });
  }

  const tiff = await readTiff(source);
  const streamed = await openStreamedPicture(source, tiff, settings.memoryMiB * 2 ** 20 * BAND_SHARE);
  const { facts, palette } = streamed;
  const times = { fileModifiedMs: mtimeMs, nowMs: startedAt.getTime() };
  const parts = await harvestLarge(task, tiff, { image: facts, sidecars: beside.sidecars, times }, previous);
  const { harvested } = parts;
  lap('harvest');
  const bar = harvested.dataBarHeightPx;
  const keptRows = facts.heightPx - (bar ?? 0);
  assertRows(keptRows, facts.heightPx);
  const path = join(tools.staging, `${sha256}-${randomBytes(4).toString('hex')}.h5`);
  const shown = await passThrough(streamed, path, keptRows, tools);
  lap('decode');
  const changed = await changeSince(source, { bytes, mtimeMs });
  if (changed !== undefined) return await letGo(path, { kind: 'unsettled', task, ms, reason: changed });
  const none = reasonNotToClassify(harvested, tools.modelSha256, () => shown.isConstant);
  return {
    task,
    name: basename(task.path),
    sha256,
    bytes,
    mtimeMs,
    startedAt,
    pictureKind: 'tiff',
    tiff,
    facts,
    pixels: { path, palette },
    ...(bar !== undefined && { dataBar: { heightPx: bar, from: 'header' as const, rowsBelowPx: 0 } }),
    ...beside,
    ...parts,
    ms,
    jpeg: timed(ms, 'jpeg', encodeJpeg(shown.display, settings.jpeg)),
    input: none === undefined ? { image: shown.input } : { none },
    ...(previous && { previous }),
  };
}

/** The result for a file whose pixels have been written in vain. */
async function letGo(path: string, result: FileResult): Promise<FileResult> {
  await rm(path, { force: true });
  return result;
}

async function harvestLarge(
  task: FileTask,
  tiff: Tiff,
  { image: { widthPx, heightPx }, ...seen }: Pick<HarvestInput, 'sidecars' | 'times' | 'image'>,
  previous: StoredRecord | undefined,
): Promise<ReturnType<typeof publishableParts>> {
  const facts = await readTiffFacts(tiff, VENDOR_TAG_NUMBERS);
  const found = harvest({ fileName: basename(task.path), ...facts, ...seen, image: { widthPx, heightPx } });
  return publishableParts(found, seen.sidecars, task, previous);
}

/** How the file is another than when it was opened. */
async function changeSince(
  source: FileSource,
  { bytes, mtimeMs }: { bytes: number; mtimeMs: number },
): Promise<string | undefined> {
  const now = await source.stat();
  if (now.size === bytes && now.mtimeMs === mtimeMs) return undefined;
  return `it changed while it was read: ${bytes} bytes before, ${now.size} after`;
}

/** Writes the pixels to an HDF5 file at `path` and makes what is shown of them, in one pass over the picture. */
async function passThrough(
  streamed: StreamedPicture,
  path: string,
  keptRows: number,
  { nexus, inputSize }: Pick<LargeTools, 'nexus' | 'inputSize'>,
): Promise<ShownPicture> {
  const { widthPx, heightPx } = streamed.facts;
  const survey = await streamed.survey(keptRows);
  const display = displayPieces(streamed.facts, keptRows, survey, inputSize);
  try {
    await nexus.begin(path, { widthPx, heightPx, keptRows, pieceRows: streamed.pieceRows }, async (put) => {
      for await (const piece of streamed.pieces(survey)) {
        put(piece);
        display.add(piece);
      }
    });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return display.finish();
}

function assertRows(keptRows: number, heightPx: number): void {
  if (keptRows >= 1) return;
  const message = `Expected a data bar lower than the picture's ${heightPx} rows, found ${heightPx - keptRows}.`;
  throw new IngestError('convert/hdf5', message);
}
