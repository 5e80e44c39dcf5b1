import { Readable } from 'node:stream';
import type { OutgoingFile } from '../record-source.ts';
import { sourcePieces } from '../source-pieces.ts';
import type { StallWatch } from '../stall-watch.ts';
import type { TokenBucket } from '../token-bucket.ts';

const PIECE_BYTES = 64 * 1024;

/**
 * The bytes of a file for one PUT. They take their share of the bandwidth, and tell the watch that something moves. The
 * foreign client wants a Buffer where a request may have to be repeated; an empty stream would be sent without a length.
 */
export async function openBody(
  file: OutgoingFile,
  watch: StallWatch,
  bucket: TokenBucket | undefined,
): Promise<Buffer | Readable> {
  const take = async (bytes: number): Promise<void> => {
    watch.hold();
    await bucket?.take(bytes, watch.signal);
    watch.progress();
  };
  if ('content' in file.from) {
    await take(file.bytes);
    return Buffer.from(file.from.content);
  }
  if (file.bytes === 0) return Buffer.alloc(0);
  return Readable.from(shaped(file, bucket?.pieceBytes ?? PIECE_BYTES, take), { objectMode: false });
}

async function* shaped(
  file: OutgoingFile,
  pieceBytes: number,
  take: (bytes: number) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const piece of sourcePieces(file, pieceBytes)) {
    await take(piece.length);
    yield piece;
  }
}
