import { deflateSync } from 'node:zlib';
import { cutIntoChunks, packSamples } from './tiff-chunks.ts';
import { encodeTagValue, type TagTypeName, type TagValue, typeNumber } from './tiff-tag-values.ts';

/** A tag as it shall stand in the file; `type` is a name or the raw TIFF type number (unknown ones included). */
export interface TagSpec {
  tag: number;
  type: TagTypeName | number;
  value: TagValue;
  /** Written instead of the true count: for hostile files. */
  declaredCount?: number;
}

export interface PageSpec {
  width: number;
  height: number;
  /** Bits a sample, 1 to 64; default 8. */
  bits?: number;
  /** Samples a pixel; default 1. */
  samples?: number;
  /** 1 unsigned (default), 2 signed, 3 floating point. */
  sampleFormat?: 1 | 2 | 3;
  /** Sample values, row-major, the samples of a pixel side by side; default: a ramp. */
  pixels?: ArrayLike<number> | ArrayLike<bigint>;
  /** 0 min-is-white, 1 min-is-black (default), 2 RGB, 3 palette. */
  photometric?: number;
  /** Colour map of a palette picture: 3 x 2^bits sixteen-bit entries, all reds first. */
  colorMap?: readonly number[];
  rowsPerStrip?: number;
  tile?: { width: number; height: number };
  /** 1 chunky (default), 2 one plane after the other. */
  planar?: 1 | 2;
  /** 1 none (default), 8 deflate, 32773 PackBits, 5 LZW (literals only). */
  compression?: 1 | 5 | 8 | 32773;
  /** Encodes a strip or tile by other means; give tag 259 in `tags` then. */
  encodeChunk?: (samples: Uint8Array) => Uint8Array;
  /** 2 = horizontal differencing (8- and 16-bit samples). */
  predictor?: 1 | 2;
  /** Order in which the strips or tiles stand in the file. */
  chunkOrder?: 'forward' | 'reverse';
  /** Bytes left free between two strips. */
  gap?: number;
  /** Further tags; one that the builder writes itself is replaced. */
  tags?: readonly TagSpec[];
  /** Tags of the builder to leave out. */
  omit?: readonly number[];
  /** Writes the tags in descending order, as some vendors do. */
  unsorted?: boolean;
}

export interface TiffSpec extends PageSpec {
  littleEndian?: boolean;
  bigTiff?: boolean;
  /** The directory (and its out-of-line values) stands behind the pixels (default) or before them. */
  ifdAtEnd?: boolean;
  /** Pages after the first. */
  morePages?: readonly PageSpec[];
}

/** The bytes of a TIFF and where its parts stand, for tests that damage it. */
export interface TiffLayout {
  bytes: Uint8Array;
  ifdOffsets: number[];
  /** Position of the offset of the next directory, a page. */
  nextIfdPositions: number[];
  /** Strip or tile offsets and sizes, a page, in index order. */
  chunks: { offset: number; length: number }[][];
}

/** A small TIFF, byte by byte. See {@link TiffSpec}; everything but the size has a default. */
export function buildTiff(spec: TiffSpec): Uint8Array {
  return layoutTiff(spec).bytes;
}

/** As {@link buildTiff}, with the positions of the parts. */
export function layoutTiff(spec: TiffSpec): TiffLayout {
  const writer = new Writer(spec.littleEndian ?? true, spec.bigTiff ?? false);
  const layout: TiffLayout = { bytes: new Uint8Array(), ifdOffsets: [], nextIfdPositions: [], chunks: [] };
  let linkAt = writer.header();
  for (const page of [spec, ...(spec.morePages ?? [])]) {
    const encoded = encodeChunks(page, writer.littleEndian);
    const order = encoded.map((_, index) => index);
    if (page.chunkOrder === 'reverse') order.reverse();
    const chunks = encoded.map(() => ({ offset: 0, length: 0 }));
    const putChunks = (): void => {
      for (const index of order) {
        const bytes = encoded[index] as Uint8Array;
        chunks[index] = { offset: writer.append(bytes), length: bytes.length };
        writer.append(new Uint8Array(page.gap ?? 0));
      }
    };
    if (spec.ifdAtEnd ?? true) putChunks();
    else chunks.splice(0, chunks.length, ...plannedChunks(writer, page, encoded, order));
    const ifd = writer.directory(allTags(page, chunks, writer.bigTiff), page.unsorted ?? false);
    if (!(spec.ifdAtEnd ?? true)) putChunks();
    writer.patchOffset(linkAt, ifd.offset);
    linkAt = ifd.nextAt;
    layout.ifdOffsets.push(ifd.offset);
    layout.nextIfdPositions.push(ifd.nextAt);
    layout.chunks.push(chunks);
  }
  layout.bytes = writer.bytes();
  return layout;
}

/** Where the chunks will stand behind a directory that has not been written yet: its size does not depend on them. */
function plannedChunks(writer: Writer, page: PageSpec, encoded: Uint8Array[], order: number[]) {
  const lengths = encoded.map((bytes) => ({ offset: 0, length: bytes.length }));
  const trial = writer.fork();
  trial.directory(allTags(page, lengths, writer.bigTiff), page.unsorted ?? false);
  let at = trial.length;
  for (const index of order) {
    const chunk = lengths[index] as { offset: number; length: number };
    at += at % 2;
    chunk.offset = at;
    at += chunk.length;
    at += (page.gap ?? 0) > 0 ? (at % 2) + (page.gap ?? 0) : 0;
  }
  return lengths;
}

function encodeChunks(page: PageSpec, littleEndian: boolean): Uint8Array[] {
  const count = page.width * page.height * (page.samples ?? 1);
  const pixels = page.pixels ?? Array.from({ length: count }, (_, index) => index % 2 ** Math.min(page.bits ?? 8, 30));
  if (pixels.length !== count) throw new Error(`The picture needs ${count} samples, ${pixels.length} were given.`);
  const encode = page.encodeChunk ?? ((samples: Uint8Array) => compress(samples, page.compression ?? 1));
  return cutIntoChunks({ ...page, pixels }).map((chunk) =>
    encode(packSamples(chunk, page.bits ?? 8, page.sampleFormat ?? 1, littleEndian)),
  );
}

function compress(bytes: Uint8Array, compression: number): Uint8Array {
  if (compression === 8) return deflateSync(bytes);
  if (compression === 32773) return packBits(bytes);
  if (compression === 5) return literalLzw(bytes);
  return bytes;
}

function packBits(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run > 2) {
      out.push(257 - run, bytes[at] as number);
      at += run;
    } else {
      const part = bytes.subarray(at, at + 3);
      out.push(part.length - 1, ...part);
      at += part.length;
    }
  }
  return Uint8Array.from(out);
}

/** LZW without a single match: a clear code every 200 bytes keeps all codes at nine bits. */
function literalLzw(bytes: Uint8Array): Uint8Array {
  const codes: number[] = [];
  bytes.forEach((byte, index) => {
    if (index % 200 === 0) codes.push(256);
    codes.push(byte);
  });
  codes.push(257);
  return packSamples([codes], 9, 1, true);
}

function allTags(page: PageSpec, chunks: { offset: number; length: number }[], bigTiff: boolean): TagSpec[] {
  const samples = page.samples ?? 1;
  const where = bigTiff ? 'LONG8' : 'LONG';
  const offsets = chunks.map((chunk) => chunk.offset);
  const lengths = chunks.map((chunk) => chunk.length);
  const own: TagSpec[] = [
    { tag: 256, type: 'LONG', value: page.width },
    { tag: 257, type: 'LONG', value: page.height },
    { tag: 258, type: 'SHORT', value: Array.from({ length: samples }, () => page.bits ?? 8) },
    { tag: 259, type: 'SHORT', value: page.compression ?? 1 },
    { tag: 262, type: 'SHORT', value: page.photometric ?? 1 },
    { tag: 277, type: 'SHORT', value: samples },
    { tag: 284, type: 'SHORT', value: page.planar ?? 1 },
    { tag: 317, type: 'SHORT', value: page.predictor ?? 1 },
    { tag: 339, type: 'SHORT', value: Array.from({ length: samples }, () => page.sampleFormat ?? 1) },
  ];
  if (page.tile) {
    own.push({ tag: 322, type: 'LONG', value: page.tile.width }, { tag: 323, type: 'LONG', value: page.tile.height });
    own.push({ tag: 324, type: where, value: offsets }, { tag: 325, type: where, value: lengths });
  } else {
    own.push({ tag: 278, type: 'LONG', value: page.rowsPerStrip ?? page.height });
    own.push({ tag: 273, type: where, value: offsets }, { tag: 279, type: where, value: lengths });
  }
  if (page.colorMap) own.push({ tag: 320, type: 'SHORT', value: page.colorMap });
  const extra = page.tags ?? [];
  const replaced = new Set([...extra.map((tag) => tag.tag), ...(page.omit ?? [])]);
  return [...own.filter((tag) => !replaced.has(tag.tag)), ...extra].toSorted((a, b) => a.tag - b.tag);
}

class Writer {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  #parts: Uint8Array[] = [];
  length = 0;

  constructor(littleEndian: boolean, bigTiff: boolean) {
    this.littleEndian = littleEndian;
    this.bigTiff = bigTiff;
  }

  fork(): Writer {
    const copy = new Writer(this.littleEndian, this.bigTiff);
    copy.length = this.length;
    return copy;
  }

  /** Appends at the next even position (as TIFF wants) and returns it. */
  append(bytes: Uint8Array): number {
    if (bytes.length > 0 && this.length % 2 === 1) this.#push(new Uint8Array(1));
    const at = this.length;
    this.#push(bytes);
    return at;
  }

  #push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.length += bytes.length;
  }

  integer(value: number, size: 2 | 4 | 8): Uint8Array {
    return encodeTagValue(value, size === 2 ? 'SHORT' : size === 4 ? 'LONG' : 'LONG8', this.littleEndian).bytes;
  }

  /** Writes the file's header; returns the position of the first directory's offset. */
  header(): number {
    this.append(new TextEncoder().encode(this.littleEndian ? 'II' : 'MM'));
    this.append(this.integer(this.bigTiff ? 43 : 42, 2));
    if (this.bigTiff) this.append(Uint8Array.from([...this.integer(8, 2), 0, 0]));
    return this.append(new Uint8Array(this.bigTiff ? 8 : 4));
  }

  directory(tags: TagSpec[], unsorted: boolean): { offset: number; nextAt: number } {
    const word = this.bigTiff ? 8 : 4;
    const ordered = unsorted ? tags.toReversed() : tags;
    const cells = ordered.map((tag) => {
      const { bytes, count } = encodeTagValue(tag.value, tag.type, this.littleEndian);
      const cell = new Uint8Array(word);
      if (bytes.length <= word) cell.set(bytes);
      else cell.set(this.integer(this.append(bytes), word));
      return { tag, count, cell };
    });
    const offset = this.append(this.integer(ordered.length, this.bigTiff ? 8 : 2));
    for (const { tag, count, cell } of cells) {
      this.#push(this.integer(tag.tag, 2));
      this.#push(this.integer(typeNumber(tag.type), 2));
      this.#push(this.integer(tag.declaredCount ?? count, word));
      this.#push(cell);
    }
    const nextAt = this.length;
    this.#push(new Uint8Array(word));
    return { offset, nextAt };
  }

  patchOffset(position: number, value: number): void {
    const whole = this.bytes();
    whole.set(this.integer(value, this.bigTiff ? 8 : 4), position);
    this.#parts = [whole];
  }

  bytes(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
