import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { hdf5Checksum } from './hdf5-checksum.ts';
import {
  addressAt,
  type Block,
  CHECKSUM_BYTES,
  type FileBytes,
  MESSAGE,
  type Message,
  messagesOf,
  readBlock,
  rootOf,
} from './hdf5-headers.ts';

/*
 * The HDF5 library as it is built for WebAssembly cannot remove a link. So the one record of the file that names it is taken
 * out of the file's bytes, as the "HDF5 File Format Specification" 3.0 describes them; what it led to stays as space that
 * nothing leads to. Only what this program's files hold is understood, anything else is refused before a byte changes:
 * superblock 2 or 3, object headers of version 2, and groups whose links are messages, or an index of two levels at most.
 */

const UNDEFINED = 0xffffffffffffffffn;
/** Headers of groups have some hundred bytes, and a node of the index of their names has 512. */
const MOST_BYTES = 1 << 20;
/** Of the records of an index of names: the name's checksum, and where in a heap the link stands. */
const NAME_RECORD = { type: 5, bytes: 11 } as const;
const LEAF = { records: 6 } as const;
const INDEX = { type: 5, recordBytes: 10, depth: 12, root: 16, rootRecords: 24, records: 26, bytes: 34 } as const;

interface Place extends FileBytes {
  descriptor: number;
}

/**
 * Removes the link `name` from the group `group` that the root of the HDF5 file `path` holds; the file must not be open.
 * Returns whether there was one.
 * @throws Error where the file is built in another way, or a checksum is wrong: it then stands as it was.
 */
export function unlinkFromGroup(path: string, group: string, name: string): boolean {
  const descriptor = openSync(path, 'r+');
  try {
    const place = placeOf(descriptor, `/${group}/${name}`);
    const messages = messagesOf(place, linkedObject(place, messagesOf(place, rootOf(place)), group));
    const link = messages.find((message) => message.type === MESSAGE.link && linkOf(message.data).name === name);
    if (link) {
      link.block.bytes[link.start] = MESSAGE.nil;
      writeBlock(place, link.block);
      return true;
    }
    const index = indexOf(messages);
    return index !== undefined && removeFromIndex(place, index, name);
  } finally {
    closeSync(descriptor);
  }
}

function placeOf(descriptor: number, what: string): Place {
  const refusal = (expected: string): Error => new Error(`Removing ${what} from the HDF5 file: expected ${expected}`);
  return {
    descriptor,
    refusal,
    read(at, length) {
      const bytes = Buffer.alloc(length <= MOST_BYTES ? length : 0);
      if (length > MOST_BYTES || readSync(descriptor, bytes, 0, length, at) !== length) {
        throw refusal(`${length} bytes at ${at}`);
      }
      return bytes;
    },
  };
}

function linkedObject(place: Place, messages: readonly Message[], name: string): number {
  for (const { type, data } of messages) {
    if (type !== MESSAGE.link) continue;
    const link = linkOf(data);
    if (link.name === name && link.object !== undefined) return link.object;
  }
  throw place.refusal(`"${name}" among the links of the root`);
}

/** The name of a link message, and of a hard link what it leads to. */
function linkOf(data: Buffer): { name: string; object?: number } {
  const flags = data[1] ?? 0;
  const isHard = (flags & 0x08) === 0 || data[2] === 0;
  const lengthAt = 2 + (flags & 0x08 ? 1 : 0) + (flags & 0x04 ? 8 : 0) + (flags & 0x10 ? 1 : 0);
  const lengthBytes = 2 ** (flags & 3);
  const nameAt = lengthAt + lengthBytes;
  const nameEnd = nameAt + data.readUIntLE(lengthAt, Math.min(lengthBytes, 6));
  return { name: data.toString('utf8', nameAt, nameEnd), ...(isHard && { object: addressAt(data, nameEnd) }) };
}

/** Where the index of a group's names is; undefined where its links are messages. */
function indexOf(messages: readonly Message[]): number | undefined {
  const info = messages.find(({ type }) => type === MESSAGE.linkInfo)?.data;
  const flags = info?.[1] ?? 0;
  const at = 2 + (flags & 0x01 ? 8 : 0) + 8;
  if (info === undefined || info.readBigUInt64LE(at) === UNDEFINED) return undefined;
  // An index by creation order would have to lose its record too.
  return flags & 0x02 ? Number.NaN : addressAt(info, at);
}

/** The heap keeps the link itself, which nothing finds any more. */
function removeFromIndex(place: Place, at: number, name: string): boolean {
  if (Number.isNaN(at)) throw place.refusal('a group without an order of creation');
  const index = readBlock(place, at, INDEX.bytes);
  const { bytes } = index;
  const depth = bytes.readUInt16LE(INDEX.depth);
  const isKnown =
    bytes.toString('latin1', 0, 4) === 'BTHD' &&
    bytes[INDEX.type] === NAME_RECORD.type &&
    bytes.readUInt16LE(INDEX.recordBytes) === NAME_RECORD.bytes;
  if (!isKnown || depth > 1) throw place.refusal(`an index of names of one or two levels, found depth ${depth}`);
  const root = readNode(place, addressAt(bytes, INDEX.root), bytes.readUInt16LE(INDEX.rootRecords), depth);
  const sought = hdf5Checksum(Buffer.from(name));
  const changed = depth === 0 ? removeFromLeaf(place, root, sought) : removeBelow(place, root, sought);
  if (changed.length === 0) return false;
  if (depth === 0) bytes.writeUInt16LE(root.records.length, INDEX.rootRecords);
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(INDEX.records) - 1n, INDEX.records);
  for (const node of changed) writeNode(place, node);
  writeBlock(place, index);
  return true;
}

/** A node of the index: its records in order, and of one above leaves which leaf stands before, between and behind them. */
interface Node {
  at: number;
  start: Buffer;
  records: Buffer[];
  leaves: Buffer[];
}

/** Where a leaf is, and how many records it has: no leaf has as many as 256. */
const POINTER = { count: 8, bytes: 9 } as const;

function readNode(place: Place, at: number, count: number, depth: number): Node {
  const pointers = depth === 0 ? 0 : count + 1;
  const recordsEnd = LEAF.records + count * NAME_RECORD.bytes;
  const { bytes } = readBlock(place, at, recordsEnd + pointers * POINTER.bytes);
  const parts = (from: number, number: number, length: number): Buffer[] =>
    Array.from({ length: number }, (_, i) => bytes.subarray(from + i * length, from + (i + 1) * length));
  return {
    at,
    start: bytes.subarray(0, LEAF.records),
    records: parts(LEAF.records, count, NAME_RECORD.bytes),
    leaves: parts(recordsEnd, pointers, POINTER.bytes),
  };
}

function writeNode(place: Place, { at, start, records, leaves }: Node): void {
  writeBlock(place, { at, bytes: Buffer.concat([start, ...records, ...leaves]) });
}

/** Takes the record out of the node, not yet of the file; the nodes that are changed. */
function removeFromLeaf(place: Place, leaf: Node, sought: number): Node[] {
  const [at, ...others] = leaf.records.flatMap((record, i) => (record.readUInt32LE(0) === sought ? i : []));
  if (at === undefined) return [];
  if (others.length > 0) throw place.refusal('one link of this name');
  leaf.records.splice(at, 1);
  return [leaf];
}

/** As {@link removeFromLeaf}; a record that stands above the leaves is replaced by the last of the leaf before it. */
function removeBelow(place: Place, root: Node, sought: number): Node[] {
  const leaves = root.leaves.map((pointer) => readNode(place, addressAt(pointer, 0), pointer[POINTER.count] ?? 0, 0));
  const above = root.records.findIndex((record) => record.readUInt32LE(0) === sought);
  const below = leaves.findIndex(({ records }) => records.some((record) => record.readUInt32LE(0) === sought));
  const [leaf, pointer] = [leaves[Math.max(above, below)], root.leaves[Math.max(above, below)]];
  if (leaf === undefined || pointer === undefined) return [];
  if ((above >= 0 && below >= 0) || leaf.records.length < 2) throw place.refusal('one link of this name among others');
  if (above < 0) removeFromLeaf(place, leaf, sought);
  else root.records.splice(above, 1, leaf.records.pop() as Buffer);
  pointer[POINTER.count] = leaf.records.length;
  return [leaf, root];
}

function writeBlock({ descriptor }: Place, { at, bytes }: Block): void {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(hdf5Checksum(bytes));
  const whole = Buffer.concat([bytes, checksum]);
  writeSync(descriptor, whole, 0, whole.length, at);
}
