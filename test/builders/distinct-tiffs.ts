import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { memorySource } from '../../src/raster/memory-source.ts';
import { readChunkTable } from '../../src/raster/tiff-chunks.ts';
import { readTiff } from '../../src/raster/tiff-directory.ts';

const DEMO = resolve(import.meta.dirname, '../../demo');

/** Writes `count` TIFFs into `folder`: the demo micrographs in turn, each with pixels of its own. Returns their names. */
export async function writeDistinctTiffs(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const templates = (await readdir(DEMO)).filter((name) => name.endsWith('.tif')).toSorted();
  const names: string[] = [];
  for (let i = 0; i < count; i++) {
    const template = templates[i % templates.length] as string;
    const bytes = await readFile(join(DEMO, template));
    const tiff = await readTiff(memorySource(bytes));
    const [page] = tiff.pages;
    if (!page.image) throw new Error(`${template} has no picture`);
    const { offsets } = await readChunkTable(page, page.image);
    bytes.writeUInt32LE(i + 1, (offsets[0] as number) + 400);
    const name = `${String(i).padStart(4, '0')}_${template}`;
    await writeFile(join(folder, name), bytes);
    names.push(name);
  }
  return names;
}
