import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import type { Allocate } from '../raster/samples.ts';
import { type Hdf5, isSystemError, openHdf5 } from './hdf5-file.ts';
import { type SkeletonWriter, skeletonWriter } from './hdf5-skeletons.ts';
import type { Compression } from './hdf5-storage.ts';
import type { Hdf5Tree } from './hdf5-tree.ts';
import { writeAttachments } from './nexus-attachments.ts';
import { writeClassification } from './nexus-classification.ts';
import { writeConstants, writeEntry } from './nexus-entry.ts';
import { writeEvent } from './nexus-event.ts';
import { keptRows, writeAxes, writeImage, writePalette, writePixels } from './nexus-image.ts';
import type { NexusConstants, NexusFacts, NexusInput } from './nexus-input.ts';
import { writeInstrument } from './nexus-instrument.ts';
import { bytesOfPages, type NexusPages, writePages } from './nexus-pages.ts';
import { type PiecesLayout, type PutPiece, pieceWriter } from './nexus-pieces.ts';

export interface NexusWriter {
  /**
   * The HDF5 file of one record (NeXus NXem), as bytes that stay valid and unchanged after further writes; they may lie
   * in a buffer of `allocate`. Throws IngestError `convert/hdf5`; the next write is not affected.
   */
  write(input: NexusInput, allocate?: Allocate): Uint8Array;
  /**
   * The file that `write` gave for `pages.input`, with the further pages, whose samples take about `bytes` bytes. Throws
   * IngestError `convert/hdf5`; `nexus` then stands as it is.
   */
  addPages(nexus: Uint8Array, pages: NexusPages, bytes: { frames: number; others: number }): Promise<Uint8Array>;
  /**
   * Begins the file of a picture that is not in memory as a whole: makes it at `path` with the pixels that `give` puts in,
   * from the top. Rejects as `write` throws; a fault of the disk or of `give` as it is.
   */
  begin(path: string, layout: PiecesLayout, give: (put: PutPiece) => Promise<void>): Promise<void>;
  /** Adds to a file that was begun everything else that {@link NexusWriter.write} writes. */
  finish(path: string, facts: NexusFacts, palette: Uint8Array | undefined): Promise<void>;
}

/**
 * Starts the HDF5 library of this thread (about 0.1 s on the first call) on the bytes of the template, see
 * loadNexusTemplate; what `constants` add to the template is added once. Pixels are stored as `compression` says.
 */
export async function openNexusWriter(
  template: Uint8Array,
  constants: NexusConstants = {},
  compression: Compression = 'none',
): Promise<NexusWriter> {
  const hdf5 = await openHdf5(compression);
  const writerFor = writers(hdf5, template, constants);
  return {
    write: (input, allocate) => writeNexus(writerFor, input, allocate),
    async addPages(nexus, pages, bytes) {
      try {
        const size = nexus.length + bytesOfPages(pages.input, bytes.frames, bytes.others);
        return await hdf5.extend(nexus, (tree) => writePages(tree, pages), size);
      } catch (error) {
        throw refusal(pages.input.fileName, error);
      }
    },
    async begin(path, layout, give) {
      writeFileSync(path, template, { flag: 'wx' });
      await takingOf(
        basename(path),
        hdf5.extendOnDisk(path, (tree) => give(pieceWriter(tree, layout))),
      );
    },
    async finish(path, facts, palette) {
      const fault = faultOfFacts(facts);
      if (fault !== undefined) throw new IngestError('convert/hdf5', `Writing ${facts.fileName}: ${fault}`);
      const extended = hdf5.extendOnDisk(path, (tree) => {
        writeConstants(tree, facts.record.provenance, constants);
        writeFacts(tree, facts);
        const { acquisition, image } = facts.record;
        writeAxes(tree, acquisition, keptRows(facts), image.widthPx);
        writePalette(tree, palette);
      });
      await takingOf(facts.fileName, extended);
    },
  };
}

type WriterFor = (record: NexusInput['record']) => SkeletonWriter;

/** Writers on the template with what every record of a run has; in practice one program of one version writes them all. */
function writers(hdf5: Hdf5, template: Uint8Array, constants: NexusConstants): WriterFor {
  let last: { software: string; version: string; writer: SkeletonWriter } | undefined;
  return ({ provenance: { software, version } }) => {
    if (last?.software === software && last.version === version) return last.writer;
    const base = hdf5.write(template, (tree) => writeConstants(tree, { software, version }, constants));
    const writer = skeletonWriter(hdf5, base);
    last = { software, version, writer };
    return writer;
  };
}

function writeNexus(writerFor: WriterFor, input: NexusInput, allocate: Allocate | undefined): Uint8Array {
  const fault = faultOf(input);
  if (fault !== undefined) throw new IngestError('convert/hdf5', `Writing ${input.fileName}: ${fault}`);
  try {
    return writerFor(input.record).write((tree) => writeTree(tree, input), expectedBytes(input), allocate);
  } catch (error) {
    throw refusal(input.fileName, error);
  }
}

function refusal(fileName: string, error: unknown): IngestError {
  const message = `Writing ${fileName}: expected the HDF5 library to take the record, but ${errorMessage(error)}`;
  return new IngestError('convert/hdf5', message, { cause: error });
}

/** Names the file where the library refused; what the disk or a reader of pixels said is passed on. */
async function takingOf(fileName: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw isIngestError(error) || isSystemError(error) ? error : refusal(fileName, error);
  }
}

/** The pixels come last, so that the file in memory does not grow, and is not copied, behind them. */
function writeTree(tree: Hdf5Tree, input: NexusInput): void {
  writeFacts(tree, input);
  writePixels(tree, input);
}

function writeFacts(tree: Hdf5Tree, facts: NexusFacts): void {
  writeEntry(tree, facts);
  writeInstrument(tree, facts.record);
  writeEvent(tree, facts.record);
  writeImage(tree, facts);
  writeClassification(tree, facts);
  writeAttachments(tree, facts);
}

/** Groups, attributes and short texts of a full record come to about 30 kB. */
const TREE_BYTES = 64 * 1024;

function expectedBytes(input: NexusInput): number {
  const { picture, headerJson, nffaJson, rawHeader, otherHeaders = [], thumbnail, embedding, record } = input;
  const { plane, colour, storedColour } = picture;
  const colourBytes = (storedColour ?? colour)?.data.byteLength ?? 0;
  const axes = 8 * (plane.widthPx + plane.heightPx);
  const terms = 256 * (record.header?.terms.length ?? 0);
  const text = (headerJson?.length ?? 0) + (nffaJson?.length ?? 0) + terms;
  const headers = otherHeaders.reduce((sum, { bytes }) => sum + bytes.length, rawHeader?.bytes.length ?? 0);
  const binary = headers + thumbnail.bytes.length + (embedding?.vector.byteLength ?? 0);
  return plane.data.byteLength + colourBytes + axes + text + binary + TREE_BYTES;
}

/** NXem's validator refuses times without an offset, and `-00:00`. */
const OFFSET_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function product(shape: readonly number[]): number {
  return shape.reduce((total, length) => total * length, 1);
}

/** What is wrong with the input, as the rest of a sentence: what was expected and what was found. */
function faultOf(input: NexusInput): string | undefined {
  const { plane, colour, storedColour, palette } = input.picture;
  const samples = plane.widthPx * plane.heightPx;
  if (samples === 0 || plane.data.length !== samples) {
    return `expected ${plane.widthPx} x ${plane.heightPx} samples, found ${plane.data.length}.`;
  }
  if (colour !== undefined && colour.data.length !== samples * 3) {
    return `expected ${samples * 3} colour samples, found ${colour.data.length}.`;
  }
  if (storedColour !== undefined && storedColour.data.length !== product(storedColour.shape)) {
    return `expected ${product(storedColour.shape)} stored colour samples, found ${storedColour.data.length}.`;
  }
  if (palette !== undefined && palette.length % 3 !== 0) {
    return `expected a palette of RGB triplets, found ${palette.length} values.`;
  }
  return faultOfFacts(input);
}

function faultOfFacts(facts: NexusFacts): string | undefined {
  const { heightPx, dataBarHeightPx } = facts.record.image;
  if (keptRows(facts) < 1) {
    return `expected a data bar lower than the picture's ${heightPx} rows, found ${dataBarHeightPx}.`;
  }
  const badTime = [facts.startTime, facts.endTime].find((time) => !OFFSET_TIME.test(time) || time.endsWith('-00:00'));
  return badTime === undefined ? undefined : `expected a time with an offset from UTC, found "${badTime}".`;
}
