import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { encodeJpeg } from '../convert/jpeg.ts';
import { viewFile } from './embed-files.ts';

const LONG_SIDE_PX = 200;
const QUALITY = 70;

/** A small grey JPEG of a picture file as the network sees it: without its data bar. Throws where it cannot be decoded. */
export async function thumbnailOf(file: string): Promise<Uint8Array> {
  const { area } = await viewFile(await readFile(file), basename(file));
  return await encodeJpeg(area, { longSidePx: LONG_SIDE_PX, quality: QUALITY });
}
