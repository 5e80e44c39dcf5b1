import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { ModelRef } from '../domain/record.ts';
import { fsyncFolder } from '../store/atomic-file.ts';
import { CHECKSUMS_FILE, Checksums, checksumsOf } from './model-archive.ts';
import { listVersions, loadModelFolder } from './model-folder.ts';
import { tryModel } from './try-model.ts';
import { type UnpackLimits, unpackModel } from './unpack-model.ts';

export interface ImportedModel {
  ref: ModelRef;
  folder: string;
  /** The same model was there already, and nothing was written. */
  existed: boolean;
}

/**
 * Takes a model that {@link exportModel} wrote into the first of `roots`: every checksum is verified and the model is
 * tried before it is there, whole or not at all. Throws `classify/model` where the archive is damaged, leads out of its
 * folder or is beyond the limits, where the model does not work, or where the version is there with other bytes.
 */
export async function importModel(
  file: string,
  roots: readonly [string, ...string[]],
  limits?: Partial<UnpackLimits>,
): Promise<ImportedModel> {
  const [root] = roots;
  // The leading dot keeps it out of every list of models.
  const temporary = join(root, `.import.tmp-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(temporary, { recursive: true });
  try {
    const unpacked = await unpackModel(file, temporary, limits);
    const checksums = await verify(file, unpacked);
    await rm(join(temporary, CHECKSUMS_FILE));
    const { name, version } = checksums;
    const folder = join(temporary, name, version);
    const { ref } = await loadModelFolder(folder);
    if (ref.name !== name || ref.version !== version) {
      throw refusal(file, `model.json of ${name} ${version}, found that of ${ref.name} ${ref.version}`);
    }
    const there = (await listVersions(name, roots)).find((one) => one.version === version);
    if (there !== undefined) {
      await checkSame(file, there.folder, checksums);
      return { ref, folder: there.folder, existed: true };
    }
    await tryModel(folder);
    const place = join(root, name, version);
    await mkdir(dirname(place), { recursive: true });
    await rename(folder, place);
    await fsyncFolder(dirname(place));
    return { ref, folder: place, existed: false };
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Holds what was unpacked against the checksums that came with it. */
async function verify(file: string, { folder, files }: Awaited<ReturnType<typeof unpackModel>>): Promise<Checksums> {
  if (!files.has(CHECKSUMS_FILE)) throw refusal(file, `${CHECKSUMS_FILE} in it, found none`);
  const checksums = parse(file, await readFile(join(folder, CHECKSUMS_FILE), 'utf8'));
  const prefix = `${checksums.name}/${checksums.version}/`;
  const listed = new Map(checksums.files.map((one) => [prefix + one.path, one]));
  for (const [path, found] of files) {
    if (path === CHECKSUMS_FILE) continue;
    const expected = listed.get(path);
    if (expected === undefined) throw refusal(file, `the files that ${CHECKSUMS_FILE} lists, found ${path}`);
    if (expected.bytes !== found.bytes || expected.sha256 !== found.sha256) {
      throw refusal(
        file,
        `${path} of ${expected.bytes} bytes with SHA-256 ${expected.sha256}, found ${found.bytes} with ${found.sha256}: it is damaged`,
      );
    }
  }
  const missing = [...listed.keys()].find((path) => !files.has(path));
  if (missing !== undefined) throw refusal(file, `${missing} in it, found none`);
  return checksums;
}

function parse(file: string, text: string): Checksums {
  try {
    return Checksums.parse(JSON.parse(text));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw refusal(file, `checksums of a model, found faults in ${CHECKSUMS_FILE}: ${found}`);
  }
}

async function checkSame(file: string, folder: string, checksums: Checksums): Promise<void> {
  const here = await checksumsOf(folder, checksums);
  if (contentOf(here) === contentOf(checksums)) return;
  const { name, version } = checksums;
  throw refusal(file, `no ${name} ${version} here, or the same, found another one in ${folder}`);
}

function contentOf({ files }: Checksums): string {
  const pairs = files.map(({ path, sha256 }) => [path, sha256]);
  return JSON.stringify(pairs.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
}

function refusal(file: string, what: string): IngestError {
  return new IngestError('classify/model', `Taking a model from ${file}, expected ${what}.`);
}
