import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { PACKAGE_ROOT } from '../software.ts';

const PICTURE_ENDINGS: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.tif', '.tiff']);

/** The simulated micrographs that come with the program, by name. */
export async function demoPictures(): Promise<string[]> {
  return await picturesBelow(join(PACKAGE_ROOT, 'demo'), Number.POSITIVE_INFINITY);
}

/** At most `limit` picture files in a folder and those in it, by name; throws `usage` where it cannot be read. */
export async function picturesBelow(folder: string, limit: number): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && PICTURE_ENDINGS.has(extname(entry.name).toLowerCase()))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .slice(0, limit);
  } catch (cause) {
    throw new IngestError('usage', `the folder ${folder} of pictures cannot be read: ${errorMessage(cause)}`, {
      cause,
    });
  }
}
