import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { errorMessage, IngestError } from '../domain/errors.ts';

/**
 * Embeddings on disk by content hash, one folder for each preprocessing and backbone:
 *
 *     CACHE/<preprocessing>-<backbone sha256>/<random>.embeddings
 *     file   = "SEMFEMB1", uint32 numbers in an embedding, records
 *     record = content hash (32 bytes), embedding (float32), CRC-32 of both; all little-endian
 *
 * Every run appends to a file of its own, so runs never disturb each other; a record that a crash cut short fails its
 * length or checksum and is embedded again.
 */
export interface EmbeddingCache {
  /** The stored embeddings of those of `wanted` (hex SHA-256) that are there. */
  read(wanted: ReadonlySet<string>): Promise<Map<string, Float32Array>>;
  append(sha256: string, embedding: Float32Array): Promise<void>;
  close(): Promise<void>;
}

const MAGIC = 'SEMFEMB1';
const HEADER_BYTES = 12;
const HASH_BYTES = 32;
const CRC_BYTES = 4;
const ENDING = '.embeddings';
/** Above what any network gives; a header beyond it is damage. */
const MAX_LENGTH = 1 << 16;
const READ_RECORDS = 256;

/** Opens the cache of one preprocessing and backbone below `folder`; nothing is created before the first append. */
export function openEmbeddingCache(
  folder: string,
  { preprocessing, backboneSha256 }: { preprocessing: string; backboneSha256: string },
): EmbeddingCache {
  const place = join(folder, `${preprocessing}-${backboneSha256}`);
  let own: FileHandle | undefined;
  return {
    async read(wanted) {
      const found = new Map<string, Float32Array>();
      const names = await readdir(place).catch(() => []);
      for (const name of names.filter((one) => one.endsWith(ENDING)).toSorted()) {
        if (found.size < wanted.size) await readSegment(join(place, name), wanted, found);
      }
      return found;
    },
    async append(sha256, embedding) {
      try {
        own ??= await createSegment(place, embedding.length);
        await own.appendFile(encodeRecord(sha256, embedding));
      } catch (cause) {
        throw new IngestError('store/io', `Writing the cache of embeddings failed: ${errorMessage(cause)}`, { cause });
      }
    },
    async close() {
      await own?.close();
      own = undefined;
    },
  };
}

async function createSegment(place: string, length: number): Promise<FileHandle> {
  await mkdir(place, { recursive: true });
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(length, MAGIC.length);
  const file = await open(join(place, `${randomBytes(8).toString('hex')}${ENDING}`), 'wx');
  await file.appendFile(header);
  return file;
}

function encodeRecord(sha256: string, embedding: Float32Array): Buffer {
  const record = Buffer.alloc(HASH_BYTES + embedding.length * 4 + CRC_BYTES);
  record.write(sha256, 'hex');
  embedding.forEach((value, at) => record.writeFloatLE(value, HASH_BYTES + at * 4));
  const end = record.length - CRC_BYTES;
  record.writeUInt32LE(crc32(record.subarray(0, end)), end);
  return record;
}

async function readSegment(path: string, wanted: ReadonlySet<string>, found: Map<string, Float32Array>): Promise<void> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return;
  try {
    const length = await readHeader(file);
    if (length === undefined) return;
    const recordBytes = HASH_BYTES + length * 4 + CRC_BYTES;
    const block = Buffer.alloc(recordBytes * READ_RECORDS);
    let offset = HEADER_BYTES;
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length, offset);
      for (let at = 0; at + recordBytes <= bytesRead; at += recordBytes) {
        takeRecord(block.subarray(at, at + recordBytes), wanted, found);
      }
      if (bytesRead < block.length) return;
      offset += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle): Promise<number | undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
  const length = header.readUInt32LE(MAGIC.length);
  const sound = bytesRead === HEADER_BYTES && header.toString('latin1', 0, MAGIC.length) === MAGIC;
  return sound && length > 0 && length <= MAX_LENGTH ? length : undefined;
}

function takeRecord(record: Buffer, wanted: ReadonlySet<string>, found: Map<string, Float32Array>): void {
  const sha256 = record.toString('hex', 0, HASH_BYTES);
  if (!wanted.has(sha256) || found.has(sha256)) return;
  const end = record.length - CRC_BYTES;
  if (crc32(record.subarray(0, end)) !== record.readUInt32LE(end)) return;
  const embedding = new Float32Array((end - HASH_BYTES) / 4);
  for (let at = 0; at < embedding.length; at += 1) embedding[at] = record.readFloatLE(HASH_BYTES + at * 4);
  found.set(sha256, embedding);
}
