// Makes a folder of distinct files out of a list of sample TIFFs, so that no content hash repeats: each copy has another
// first pixel where its first strip is plain, and other bytes behind the end of the picture where it is compressed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { memorySource } from '../dist/raster/memory-source.js';
import { readChunkTable } from '../dist/raster/tiff-chunks.js';
import { readTiff } from '../dist/raster/tiff-directory.js';

/** Writes `repeat` distinct copies of each file into `folder` and returns their names. */
export async function makeWorkload(files, repeat, folder) {
  mkdirSync(folder, { recursive: true });
  const names = [];
  for (const [at, file] of files.entries()) {
    const bytes = readFileSync(file);
    const [page] = (await readTiff(memorySource(bytes))).pages;
    const table = page.image && (await readChunkTable(page, page.image));
    const plain = page.image?.compression === 1 && table;
    for (let copy = 0; copy < repeat; copy++) {
      const mark = Buffer.alloc(4);
      mark.writeUInt32LE(copy * files.length + at + 1);
      const changed = plain ? Buffer.from(bytes) : Buffer.concat([bytes, mark]);
      if (plain) mark.copy(changed, table.offsets[0]);
      const name = `${String(copy).padStart(3, '0')}-${String(at).padStart(2, '0')}-${basename(file)}`;
      writeFileSync(join(folder, name), changed);
      names.push(name);
    }
  }
  return names;
}
