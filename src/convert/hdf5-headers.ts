import { hdf5Checksum } from './hdf5-checksum.ts';

/*
 * The headers of an HDF5 file's objects as its bytes, as the "HDF5 File Format Specification" 3.0 describes them. Only what
 * this program's files hold is understood: a superblock of version 2 or 3, and object headers of version 2.
 */

/** The bytes of an HDF5 file, and what to say where they are not as expected. */
export interface FileBytes {
  /** Throws a refusal where there are fewer. */
  read(at: number, length: number): Buffer;
  /** An error that names what was to be done; `expected` is the rest of its sentence. */
  refusal(expected: string): Error;
}

/** A block of the file that ends in its checksum. */
export interface Block {
  at: number;
  /** Without the checksum. */
  bytes: Buffer;
}

/** A message of an object's header. */
export interface Message {
  type: number;
  block: Block;
  /** Of the message's own header, in its block. */
  start: number;
  data: Buffer;
}

/** Types of messages. */
export const MESSAGE = {
  nil: 0x00,
  dataspace: 0x01,
  linkInfo: 0x02,
  link: 0x06,
  layout: 0x08,
  attribute: 0x0c,
  continuation: 0x10,
} as const;

export const CHECKSUM_BYTES = 4;
export const OBJECT_HEADER = 'OHDR';

const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Where the parts of a superblock stand, and its bytes with the checksum. */
export const SUPERBLOCK = {
  version: 8,
  sizeOfOffsets: 9,
  sizeOfLengths: 10,
  endOfFile: 28,
  root: 36,
  checksum: 44,
  bytes: 48,
} as const;

/** Address of the header of the root group. */
export function rootOf(file: FileBytes): number {
  const block = file.read(0, SUPERBLOCK.bytes);
  const version = block[SUPERBLOCK.version] ?? 0;
  const wide = block[SUPERBLOCK.sizeOfOffsets] === 8 && block[SUPERBLOCK.sizeOfLengths] === 8;
  if (!block.subarray(0, SIGNATURE.length).equals(SIGNATURE) || (version !== 2 && version !== 3) || !wide) {
    throw file.refusal(`a superblock of version 2 or 3, found version ${version}`);
  }
  return addressAt(block, SUPERBLOCK.root);
}

/** All messages of the header at `at`, those of its further blocks included. */
export function messagesOf(file: FileBytes, at: number): Message[] {
  const start = file.read(at, 6);
  if (start.toString('latin1', 0, 4) !== OBJECT_HEADER || start[4] !== 2) {
    throw file.refusal('an object header of version 2');
  }
  const flags = start[5] ?? 0;
  const sizeAt = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const sizeBytes = 2 ** (flags & 3);
  const size = file.read(at + sizeAt, sizeBytes).readUIntLE(0, Math.min(sizeBytes, 6));
  const headerBytes = flags & 0x04 ? 6 : 4;
  const first = sizeAt + sizeBytes;
  const found = messagesIn(readBlock(file, at, first + size), first, headerBytes);
  // Grows while it is walked: a block may name the next.
  for (const { type, data } of found) {
    if (type !== MESSAGE.continuation) continue;
    const length = Number(data.readBigUInt64LE(8));
    found.push(...messagesIn(readBlock(file, addressAt(data, 0), length - CHECKSUM_BYTES), 4, headerBytes));
  }
  return found;
}

function messagesIn(block: Block, first: number, headerBytes: number): Message[] {
  const found: Message[] = [];
  const { bytes } = block;
  for (let start = first; start + headerBytes <= bytes.length; ) {
    const end = start + headerBytes + bytes.readUInt16LE(start + 1);
    found.push({ type: bytes[start] ?? MESSAGE.nil, block, start, data: bytes.subarray(start + headerBytes, end) });
    start = end;
  }
  return found;
}

/** A block of `length` bytes and its checksum, which must be right. */
export function readBlock(file: FileBytes, at: number, length: number): Block {
  const bytes = file.read(at, length + CHECKSUM_BYTES);
  const block = { at, bytes: bytes.subarray(0, length) };
  const [stated, found] = [bytes.readUInt32LE(length), hdf5Checksum(block.bytes)];
  if (stated !== found) throw file.refusal(`the checksum ${stated} at ${at}, found ${found}`);
  return block;
}

export function addressAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}
