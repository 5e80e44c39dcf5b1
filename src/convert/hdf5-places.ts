import { createHash } from 'node:crypto';
import type { SampleArray } from '../raster/picture.ts';
import { bytesOf } from '../raster/samples.ts';
import {
  addressAt,
  type Block,
  type FileBytes,
  MESSAGE,
  type Message,
  messagesOf,
  OBJECT_HEADER,
} from './hdf5-headers.ts';
import { dropTexts, REFERENCE_BYTES, referenceTo, type TextReference, writeReference } from './hdf5-heap.ts';

/** A stretch of a file. */
export interface Span {
  at: number;
  bytes: number;
}

/** Where an array's address, number of bytes and shape stand, and the blocks whose checksums change with them. */
export interface ArrayPlace {
  address: number;
  bytes: number;
  /** Each takes the whole shape: the lengths, and where the file states them, the most that they may become. */
  shapes: number[];
  blocks: Span[];
}

/** Where a reference to a text stands, and the block whose checksum changes with it, if there is one. */
export interface TextPlace {
  at: number;
  block?: Span;
}

/** What finds values again in a file that was made with marks in their place. */
export interface MarkedFile {
  /** Where the only copy of these samples begins. */
  samples(mark: SampleArray): number | undefined;
  /** Of a text, also of one in a list. */
  text(mark: string): TextPlace | undefined;
  /** Of the text of an attribute. */
  attribute(mark: string): TextPlace | undefined;
  /** Of an array of one block; its mark is overwritten. */
  array(mark: SampleArray): ArrayPlace | undefined;
  /** Takes the marks of texts that were found out of the file. */
  clean(): void;
}

/** A text that stands in no file by chance. */
export function textMark(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/** Samples of the type of `like`, `length` of them, whose bytes are the SHA-256 of a name, over and over. */
export function sampleMark(name: string, like: SampleArray, length: number = like.length): SampleArray {
  // The slice of a Buffer is no copy.
  const mark = like instanceof Uint8Array ? new Uint8Array(length) : like.slice(0, length);
  const bytes = bytesOf(mark);
  const digest = createHash('sha256').update(name).digest();
  for (let at = 0; at < bytes.length; at += digest.length) bytes.set(digest.subarray(0, bytes.length - at), at);
  return mark;
}

/** Samples of fewer bytes may stand in a file by chance. */
export const LEAST_MARK_BYTES = 4;
const BLOCK_MARK_BYTES = 32;

/** The short array that stands for one of `BLOCK_MARK_BYTES` bytes or more. */
export function blockMark(path: string, data: SampleArray): SampleArray {
  return sampleMark(path, data, BLOCK_MARK_BYTES / data.BYTES_PER_ELEMENT);
}

/** Layout message of version 3 for an array in one block: version, class, address, bytes. */
const LAYOUT = { version: 3, class: 1, addressAt: 2, bytesAt: 10 } as const;
/** Dataspace message of version 2: version, dimensions, flags, type, lengths, and the most that they may become. */
const DATASPACE = { version: 2, dimensionsAt: 1, flagsAt: 2, lengthsAt: 4, hasMost: 1 } as const;

/** Finds marks in an HDF5 file, of which it may change bytes that hold nothing but marks. */
export function markedFile(bytes: Uint8Array): MarkedFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const objects = objectsOf(file);
  const foundTexts = new Map<number, Set<number>>();
  const textPlace = (mark: string): (TextPlace & { reference: TextReference }) | undefined => {
    const text = onlyPlace(file, Buffer.from(mark));
    const reference = text === undefined ? undefined : referenceTo(file, text);
    if (!reference) return undefined;
    const sought = Buffer.alloc(REFERENCE_BYTES);
    writeReference(sought, 0, reference);
    const at = onlyPlace(file, sought);
    return at === undefined ? undefined : { at, reference };
  };
  const found = ({ reference, ...place }: TextPlace & { reference: TextReference }): TextPlace => {
    const numbers = foundTexts.get(reference.collection) ?? new Set();
    foundTexts.set(reference.collection, numbers.add(reference.object));
    return place;
  };
  return {
    samples: (mark) => onlyPlace(file, bytesOf(mark)),
    text(mark) {
      const place = textPlace(mark);
      return place && found(place);
    },
    attribute(mark) {
      const place = textPlace(mark);
      const message =
        place && objects.flat().find((one) => one.type === MESSAGE.attribute && holds(file, one, place.at));
      return message && found({ ...place, block: spanOf(message.block) });
    },
    array(mark) {
      const sought = bytesOf(mark);
      const start = onlyPlace(file, sought);
      const messages = objects.find((all) => all.some((one) => isLayoutOf(one, start, sought.length)));
      const place = messages && arrayPlace(file, messages);
      if (place && start !== undefined) file.fill(0, start, start + sought.length);
      return place;
    },
    clean() {
      for (const [collection, numbers] of foundTexts) dropTexts(file, collection, numbers);
    },
  };
}

function onlyPlace(file: Buffer, sought: Uint8Array): number | undefined {
  const at = file.indexOf(sought);
  return at >= 0 && file.indexOf(sought, at + 1) < 0 ? at : undefined;
}

/** The messages of every object of a file. */
function objectsOf(file: Buffer): Message[][] {
  const bytes = inMemory(file);
  const found: Message[][] = [];
  for (let at = file.indexOf(OBJECT_HEADER); at >= 0; at = file.indexOf(OBJECT_HEADER, at + 1)) {
    try {
      found.push(messagesOf(bytes, at));
    } catch {
      // These four letters may stand anywhere: what has no right checksum is no header.
    }
  }
  return found;
}

function refusal(expected: string): Error {
  return new Error(`Reading an HDF5 file: expected ${expected}`);
}

function inMemory(file: Buffer): FileBytes {
  return {
    refusal,
    read(at, length) {
      if (at + length > file.length) throw refusal(`${length} bytes at ${at}`);
      return file.subarray(at, at + length);
    },
  };
}

function positionOf(file: Buffer, { data }: Message): number {
  return data.byteOffset - file.byteOffset;
}

function holds(file: Buffer, message: Message, at: number): boolean {
  const start = positionOf(file, message);
  return at >= start && at < start + message.data.length;
}

function spanOf({ at, bytes }: Block): Span {
  return { at, bytes: bytes.length };
}

function isLayoutOf({ type, data }: Message, start: number | undefined, length: number): boolean {
  if (type !== MESSAGE.layout || data[0] !== LAYOUT.version || data[1] !== LAYOUT.class) return false;
  return addressAt(data, LAYOUT.addressAt) === start && addressAt(data, LAYOUT.bytesAt) === length;
}

function arrayPlace(file: Buffer, messages: readonly Message[]): ArrayPlace | undefined {
  const layout = messages.find(({ type }) => type === MESSAGE.layout);
  const space = messages.find(({ type }) => type === MESSAGE.dataspace);
  if (!layout || space?.data[0] !== DATASPACE.version) return undefined;
  const lengths = positionOf(file, space) + DATASPACE.lengthsAt;
  const most = lengths + 8 * (space.data[DATASPACE.dimensionsAt] ?? 0);
  const hasMost = ((space.data[DATASPACE.flagsAt] ?? 0) & DATASPACE.hasMost) !== 0;
  const start = positionOf(file, layout);
  const blocks = [...new Set([layout.block, space.block])].map(spanOf);
  return {
    address: start + LAYOUT.addressAt,
    bytes: start + LAYOUT.bytesAt,
    shapes: hasMost ? [lengths, most] : [lengths],
    blocks,
  };
}
