/*
 * Texts of variable length stand in the collections of an HDF5 file's global heap ("HDF5 File Format Specification" 3.0,
 * III.E); where one is used stands a reference: its length in bytes, the address of its collection, its number there.
 */

const COLLECTION = { signature: 'GCOL', version: 1, versionAt: 4, sizeAt: 8, bytes: 16, least: 4096 } as const;
/** Number, count of references, four bytes that mean nothing, length; number 0 is what is free of the collection. */
const OBJECT = { sizeAt: 8, bytes: 16 } as const;
/** Length as 32, address as 64 and number as 32 bits. */
const REFERENCE = { collectionAt: 4, objectAt: 12 } as const;
export const REFERENCE_BYTES = 16;
/** A longer text has a collection of its own: readers load a collection as a whole. */
const LONG_BYTES = 4096;

/** What refers to a text. */
export interface TextReference {
  bytes: number;
  collection: number;
  object: number;
}

export function writeReference(file: Buffer, at: number, { bytes, collection, object }: TextReference): void {
  file.writeUInt32LE(bytes, at);
  file.writeBigUInt64LE(BigInt(collection), at + REFERENCE.collectionAt);
  file.writeUInt32LE(object, at + REFERENCE.objectAt);
}

/** What refers to the text whose bytes begin at `at`; undefined where none is found to begin there. */
export function referenceTo(file: Buffer, at: number): TextReference | undefined {
  const collection = file.lastIndexOf(COLLECTION.signature, at);
  if (collection < 0) return undefined;
  const found = objectsOf(file, collection).find(({ start }) => start + OBJECT.bytes === at);
  return found && { bytes: found.bytes, collection, object: found.number };
}

interface HeapObject {
  number: number;
  start: number;
  bytes: number;
}

/** The texts of a collection, in order. */
function objectsOf(file: Buffer, collection: number): HeapObject[] {
  const end = endOf(file, collection);
  const found: HeapObject[] = [];
  for (let start = collection + COLLECTION.bytes; start + OBJECT.bytes <= end; ) {
    const number = file.readUInt16LE(start);
    if (number === 0) break;
    const bytes = Number(file.readBigUInt64LE(start + OBJECT.sizeAt));
    found.push({ number, start, bytes });
    start += spaceOf(bytes);
  }
  return found;
}

function endOf(file: Buffer, collection: number): number {
  return Math.min(file.length, collection + Number(file.readBigUInt64LE(collection + COLLECTION.sizeAt)));
}

/** Room that a text takes in its collection. */
function spaceOf(bytes: number): number {
  return OBJECT.bytes + 8 * Math.ceil(bytes / 8);
}

/** Takes texts out of a collection; the others keep their numbers. */
export function dropTexts(file: Buffer, collection: number, numbers: ReadonlySet<number>): void {
  let to = collection + COLLECTION.bytes;
  for (const { number, start, bytes } of objectsOf(file, collection)) {
    if (numbers.has(number)) continue;
    file.copyWithin(to, start, start + spaceOf(bytes));
    to += spaceOf(bytes);
  }
  writeFree(file, to, endOf(file, collection));
}

/** Marks what lies between as free of a collection; less room than an object's is only empty. */
function writeFree(file: Buffer, from: number, end: number): void {
  file.fill(0, from, end);
  if (end - from >= OBJECT.bytes) file.writeBigUInt64LE(BigInt(end - from), from + OBJECT.sizeAt);
}

/** Collections that are to be written, and the room they take. */
export interface PlannedHeap {
  bytes: number;
  collections: PlannedCollection[];
}

interface PlannedCollection {
  bytes: number;
  texts: { text: string; bytes: number; index: number }[];
}

/** How `texts` come to stand in new collections. */
export function planHeap(texts: readonly string[]): PlannedHeap {
  const short: PlannedCollection = { bytes: COLLECTION.bytes, texts: [] };
  const collections = [short];
  for (const [index, text] of texts.entries()) {
    const bytes = Buffer.byteLength(text);
    if (bytes >= LONG_BYTES) {
      collections.push({ bytes: COLLECTION.bytes + spaceOf(bytes), texts: [{ text, bytes, index }] });
      continue;
    }
    short.texts.push({ text, bytes, index });
    short.bytes += spaceOf(bytes);
  }
  short.bytes = Math.max(COLLECTION.least, short.bytes);
  return { bytes: collections.reduce((sum, { bytes }) => sum + bytes, 0), collections };
}

/** Writes collections from `at` on, and returns what refers to each of the texts that were planned, in their order. */
export function writeHeap(file: Buffer, at: number, { collections }: PlannedHeap): TextReference[] {
  const references: TextReference[] = [];
  let collection = at;
  for (const { bytes: size, texts } of collections) {
    const end = collection + size;
    file.fill(0, collection, end);
    file.write(COLLECTION.signature, collection, 'latin1');
    file[collection + COLLECTION.versionAt] = COLLECTION.version;
    file.writeBigUInt64LE(BigInt(size), collection + COLLECTION.sizeAt);
    let start = collection + COLLECTION.bytes;
    for (const [i, { text, bytes, index }] of texts.entries()) {
      file.writeUInt16LE(i + 1, start);
      file.writeBigUInt64LE(BigInt(bytes), start + OBJECT.sizeAt);
      file.write(text, start + OBJECT.bytes, bytes, 'utf8');
      references[index] = { bytes, collection, object: i + 1 };
      start += spaceOf(bytes);
    }
    writeFree(file, start, end);
    collection = end;
  }
  return references;
}
