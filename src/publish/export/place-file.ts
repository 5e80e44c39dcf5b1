import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorMessage, IngestError } from '../../domain/errors.ts';
import { sha256OfFile } from '../../store/content-hash.ts';

/** How files of REPO come to the folder of an export: a hard link takes no room, but is the very file of REPO. */
export type Placing = 'copy' | 'link';

/** What record.json says of the file. */
interface Expected {
  bytes: number;
  sha256: string;
}

/**
 * Brings a file of a record to `to`, which holds all of it or what it held before, and proves it by its checksum.
 * @throws IngestError `publish/source` where it is not as record.json says, `store/io` where it cannot be written.
 */
export async function placeFile(from: string, to: string, expected: Expected, placing: Placing): Promise<void> {
  const temporary = join(dirname(to), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const found = placing === 'link' ? await linkHashed(from, temporary) : await copyHashed(from, temporary);
    if (found !== expected.sha256) {
      const message = `${from}: expected SHA-256 ${expected.sha256} as record.json says, found ${found}`;
      throw new IngestError('publish/source', message);
    }
    await rename(temporary, to);
  } finally {
    // A rename of one hard link onto another of the same file leaves both.
    await rm(temporary, { force: true });
  }
}

async function linkHashed(from: string, to: string): Promise<string> {
  try {
    await link(from, to);
  } catch (error) {
    throw ioError(`link ${basename(from)} (other disks and some file systems need copies)`, error);
  }
  return await sha256OfFile(from);
}

async function copyHashed(from: string, to: string): Promise<string> {
  const digest = createHash('sha256');
  const hashing = new Transform({
    transform(piece: Buffer, _encoding, done) {
      digest.update(piece);
      done(null, piece);
    },
  });
  try {
    await pipeline(
      createReadStream(from, { highWaterMark: 1 << 20 }),
      hashing,
      createWriteStream(to, { flags: 'wx', highWaterMark: 1 << 20 }),
    );
  } catch (error) {
    throw ioError(`copy ${basename(from)}`, error);
  }
  return digest.digest('hex');
}

/** A file that REPO lacks is a fault of its record, anything else one of the disk. */
function ioError(attempted: string, cause: unknown): IngestError {
  const isAbsent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return new IngestError(isAbsent ? 'publish/source' : 'store/io', `Cannot ${attempted}: ${errorMessage(cause)}`, {
    cause,
  });
}
