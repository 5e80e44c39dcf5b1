const MAGIC = 0xfd2fb528;
const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;
/** Magic number, descriptor, window or size, and the head of one block. */
const SMALLEST_FRAME = 9;
/** Some writers fill the last strip up to full height. */
const MAX_FACTOR = 2;
const SLACK_BYTES = 65_536;

interface FrameHeader {
  /** Position of the content size, and its bytes: 0 where the frame does not state one. */
  sizeAt: number;
  sizeBytes: number;
  size: number;
  checksumBytes: number;
}

/**
 * The one zstd frame (RFC 8878) at the start of a chunk, in a form that a decoder can only expand to a bounded size: the
 * content size is stated, written in where the writer (libtiff) left it out, and the chain of blocks is whole. Undefined
 * for anything else. A decoder without this met endless loops on damaged frames of unstated size.
 */
export function boundedZstdFrame(chunk: Uint8Array, length: number): Uint8Array | undefined {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const header = readFrameHeader(view);
  if (header === undefined || header.size > MAX_FACTOR * length + SLACK_BYTES) return undefined;
  const blocksAt = header.sizeAt + header.sizeBytes;
  const blocksEnd = endOfBlocks(view, blocksAt);
  const end = (blocksEnd ?? Number.POSITIVE_INFINITY) + header.checksumBytes;
  if (end > chunk.length) return undefined;
  if (header.sizeBytes > 0) return chunk.subarray(0, end);
  const stated = new Uint8Array(end + 8);
  stated.set(chunk.subarray(0, blocksAt));
  stated.set(chunk.subarray(blocksAt, end), blocksAt + 8);
  stated[4] = (stated[4] as number) | 0xc0;
  new DataView(stated.buffer).setBigUint64(blocksAt, BigInt(length), true);
  return stated;
}

function readFrameHeader(view: DataView): FrameHeader | undefined {
  if (view.byteLength < SMALLEST_FRAME || view.getUint32(0, true) !== MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const usesDictionary = (descriptor & 3) !== 0;
  const isReserved = (descriptor & 8) !== 0;
  if (usesDictionary || isReserved) return undefined;
  const isSingleSegment = (descriptor & 32) !== 0;
  const sizeAt = isSingleSegment ? 5 : 6;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if (sizeAt + sizeBytes > view.byteLength) return undefined;
  let size = sizeBytes === 2 ? 256 : 0;
  for (let i = 0; i < sizeBytes; i++) size += view.getUint8(sizeAt + i) * 256 ** i;
  return { sizeAt, sizeBytes, size, checksumBytes: (descriptor & 4) === 0 ? 0 : 4 };
}

function endOfBlocks(view: DataView, start: number): number | undefined {
  let at = start;
  while (at + 3 <= view.byteLength) {
    const head = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (head >> 1) & 3;
    if (type === BLOCK_RESERVED) return undefined;
    at += 3 + (type === BLOCK_RLE ? 1 : head >> 3);
    if (head & 1) return at;
  }
  return undefined;
}
