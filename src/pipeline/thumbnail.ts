import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { encodeJpeg } from '../convert/jpeg.ts';
import { ContentHash } from '../domain/ids.ts';
import { readRecord } from '../publish/read-record.ts';
import { viewFile } from './embed-files.ts';

const LONG_SIDE_PX = 200;
const QUALITY = 70;

/** A small grey JPEG of a picture file as the network sees it: without its data bar. Throws where it cannot be decoded. */
export async function thumbnailOf(file: string): Promise<Uint8Array> {
  const { area } = await viewFile(await readFile(file), basename(file));
  return await encodeJpeg(area, { longSidePx: LONG_SIDE_PX, quality: QUALITY });
}

/**
 * Makes thumbnails of files, and of pictures of the archive by their id: of the original where `original` knows one,
 * else of the JPEG in the record. Undefined where there is neither; throws as {@link thumbnailOf}.
 */
export function thumbnailMaker(
  repo: string,
  original: (id: ContentHash) => Promise<string | undefined>,
): (place: string) => Promise<Uint8Array | undefined> {
  return async (place) => {
    const id = ContentHash.safeParse(place);
    if (!id.success) return await thumbnailOf(place);
    const file = (await original(id.data)) ?? (await jpegOf(repo, id.data));
    return file === undefined ? undefined : await thumbnailOf(file);
  };
}

async function jpegOf(repo: string, id: ContentHash): Promise<string | undefined> {
  const stored = await readRecord(repo, id);
  const jpeg = stored?.record.artefacts.find(({ role }) => role === 'jpeg');
  return stored && jpeg && join(stored.folder, jpeg.path);
}
