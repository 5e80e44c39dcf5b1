import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { changedWhileSent, type OutgoingFile } from './record-source.ts';

/**
 * The bytes of a file on its way, in pieces. They are hashed as they pass: a file that changes meanwhile is noticed
 * before its last piece leaves, so that nowhere a whole file of wrong bytes arises, nor more bytes than were announced.
 * @throws IngestError `publish/source`
 */
export async function* sourcePieces(file: OutgoingFile, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  let bytes = 0;
  for await (const piece of rawPieces(file, pieceBytes)) {
    bytes += piece.length;
    digest.update(piece);
    const isWrong = bytes > file.bytes || (bytes === file.bytes && digest.copy().digest('hex') !== file.sha256);
    if (isWrong) throw changedWhileSent(file.name);
    yield piece;
  }
  if (bytes !== file.bytes) throw changedWhileSent(file.name);
}

async function* rawPieces({ name, from }: OutgoingFile, pieceBytes: number): AsyncGenerator<Uint8Array> {
  if ('content' in from) {
    yield from.content;
    return;
  }
  try {
    for await (const piece of createReadStream(from.path, { highWaterMark: pieceBytes })) yield piece as Buffer;
  } catch (cause) {
    throw changedWhileSent(name, cause);
  }
}
