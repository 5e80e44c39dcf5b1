import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that is written piece by piece and has its name only when it is whole. */
export interface LineFile {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

const PIECE = 1 << 18;

/** Begins a file with `text`, in a folder that is made where it is missing; a file of that name stands until the close. */
export async function createLineFile(path: string, text: string): Promise<LineFile> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.part`;
  const file: FileHandle = await open(temporary, 'w');
  let waiting = text;
  return {
    async write(more) {
      waiting += more;
      if (waiting.length < PIECE) return;
      await file.appendFile(waiting);
      waiting = '';
    },
    async close() {
      await file.appendFile(waiting);
      await file.close();
      await rename(temporary, path);
    },
  };
}
