import { type FileHandle, open } from 'node:fs/promises';
import { folderFault } from './folder-faults.ts';
import type { OutgoingFile } from './record-source.ts';
import { sourcePieces } from './source-pieces.ts';

const PIECE_BYTES = 1 << 20;

/**
 * Writes the bytes of a file under a new name and flushes them.
 * @throws IngestError `publish/source` when they are not what was announced, or as the target's system says.
 */
export async function writeCopy(file: OutgoingFile, path: string, signal: AbortSignal): Promise<void> {
  const target = await open(path, 'wx').catch((error: unknown) => {
    throw folderFault(`write "${file.name}"`, error);
  });
  try {
    await writePieces(file, target, signal);
  } finally {
    await target.close();
  }
}

async function writePieces(file: OutgoingFile, target: FileHandle, signal: AbortSignal): Promise<void> {
  for await (const piece of sourcePieces(file, PIECE_BYTES)) {
    signal.throwIfAborted();
    await target.writeFile(piece).catch((error: unknown) => {
      throw folderFault(`write "${file.name}"`, error);
    });
  }
  await target.sync().catch((error: unknown) => {
    throw folderFault(`flush "${file.name}"`, error);
  });
}
