import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Header, Pack, ReadEntry } from 'tar';
import { z } from 'zod';
import { IngestError } from '../domain/errors.ts';
import type { ModelRef } from '../domain/record.ts';
import { sha256OfFile } from '../store/content-hash.ts';
import { loadModelFolder } from './model-folder.ts';
import { ModelName } from './model-schema.ts';

/** The checksums of an archive, in it. */
export const CHECKSUMS_FILE = 'checksums.json';

/** Of a file in a model folder, "/" between folders: no way leads out of it on any system. */
export const ArchivedPath = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}$/);

export const Checksums = z.strictObject({
  schemaVersion: z.literal(1),
  name: ModelName,
  version: ModelName,
  files: z.array(
    z.strictObject({
      path: ArchivedPath,
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type Checksums = z.infer<typeof Checksums>;

/**
 * Writes a model folder as one tar: `checksums.json`, then `NAME/VERSION/FILE...`. The same model gives the same bytes.
 * A file that is there is not written over. Throws `classify/model` where the model does not load, `store/io`.
 */
export async function exportModel(folder: string, file: string): Promise<{ ref: ModelRef; bytes: number }> {
  const { ref } = await loadModelFolder(folder);
  if ((await stat(file).catch(() => undefined)) !== undefined) {
    throw new IngestError('store/io', `Writing the archive ${file}, found that this file is there already.`);
  }
  const checksums = await checksumsOf(folder, ref);
  const temporary = join(dirname(file), `.${basename(file)}.tmp-${process.pid}`);
  try {
    await pipeline(packed(folder, checksums), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { ref, bytes: (await stat(file)).size };
}

/** Size and SHA-256 of every file of a model folder, in the order of their paths. */
export async function checksumsOf(
  folder: string,
  { name, version }: { name: string; version: string },
): Promise<Checksums> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
  const files: Checksums['files'] = [];
  for (const path of paths.toSorted()) {
    const whole = join(folder, path);
    files.push({ path: archivable(path, folder), bytes: (await stat(whole)).size, sha256: await sha256OfFile(whole) });
  }
  return { schemaVersion: 1, name, version, files };
}

function archivable(path: string, folder: string): string {
  if (ArchivedPath.safeParse(path).success) return path;
  throw new IngestError(
    'classify/model',
    `Listing the files of the model in ${folder}, expected names of letters, digits, ".", "_" and "-", found "${path}".`,
  );
}

function packed(folder: string, checksums: Checksums): AsyncIterable<Buffer> {
  // Without owners and times, so that the same model gives the same archive.
  const pack = new Pack({ cwd: dirname(dirname(folder)), portable: true, noMtime: true, strict: true });
  const text = Buffer.from(`${JSON.stringify(checksums, undefined, 2)}\n`);
  const entry = new ReadEntry(new Header({ path: CHECKSUMS_FILE, size: text.length, type: 'File', mode: 0o644 }));
  entry.end(text);
  pack.add(entry);
  for (const { path } of checksums.files) pack.add([basename(dirname(folder)), basename(folder), path].join('/'));
  return pack.end();
}
