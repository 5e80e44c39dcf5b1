import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { LabelledImage } from './dataset.ts';

const PICTURE_ENDINGS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.tif', '.tiff']);

/**
 * Lists the pictures below each folder of `roots`: the name of the first folder below a root is the label, deeper folders
 * only hold more pictures of it. Hidden entries and links are left out; the order is that of the names. Throws
 * `train/data` where a root cannot be read or there is no picture in any class folder.
 */
export async function listClassFolders(roots: readonly string[]): Promise<LabelledImage[]> {
  const images: LabelledImage[] = [];
  for (const root of roots) {
    for (const entry of await entriesOf(root)) {
      if (!entry.isDirectory()) continue;
      const label = entry.name.normalize('NFC');
      for (const file of await picturesBelow(join(root, entry.name))) images.push({ file, label });
    }
  }
  if (images.length > 0) return images;
  const names = roots.map((root) => basename(root)).join(', ');
  throw new IngestError(
    'train/data',
    `Looking for class folders in ${names}, expected folders named after labels with .jpg, .png or .tif files in them, found none.`,
  );
}

async function picturesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await picturesBelow(path)));
    else if (entry.isFile() && PICTURE_ENDINGS.has(extname(entry.name).toLowerCase())) files.push(path);
  }
  return files;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith('.')).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    throw new IngestError(
      'train/data',
      `Reading the folder ${folder} of training images failed: ${errorMessage(cause)}`,
      {
        cause,
      },
    );
  }
}
