import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { ModelRef } from '../domain/record.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { decodeHead, type Head } from './head.ts';
import { ModelManifest, ModelName } from './model-schema.ts';
import { decodeNeighbours, type Neighbours } from './neighbours.ts';
import { hasPreprocessing, INPUT_SIZES, preprocessingOf } from './preprocess.ts';

export const MANIFEST_FILE = 'model.json';

/** A model as it lies on disk, read and checked; the backbone stays on disk until it is opened. */
export interface ModelFolder {
  folder: string;
  manifest: ModelManifest;
  /** SHA-256 of model.json, and through the hashes in it of the whole model. */
  sha256: string;
  ref: ModelRef;
  head: Head;
  neighbours?: Neighbours;
}

/**
 * Reads `model.json`, head and neighbours of a model folder and checks them. Throws `classify/model` where a file is
 * missing or changed, or where the model wants another preprocessing than this program has.
 */
export async function loadModelFolder(folder: string): Promise<ModelFolder> {
  const bytes = await readModelFile(folder, MANIFEST_FILE);
  const manifest = parseManifest(folder, bytes);
  const { name, version, labels, embeddingLength } = manifest;
  assertPreprocessing(manifest, `the model ${name} ${version}`);
  if (manifest.trainingImages.length !== labels.length || new Set(labels).size !== labels.length) {
    throw new IngestError(
      'classify/model',
      `Opening the model ${name} ${version}, expected one count for each of ${labels.length} different labels.`,
    );
  }
  const sizes = { classes: labels.length, dim: embeddingLength, hidden: manifest.head.hidden };
  const head = decodeHead(await readChecked(folder, manifest.head), sizes);
  const sha256 = sha256Hex(bytes);
  const model = { folder, manifest, sha256, ref: { name, version, sha256 }, head };
  if (manifest.neighbours === undefined) return model;
  const stored = await readChecked(folder, manifest.neighbours);
  return { ...model, neighbours: decodeNeighbours(stored, manifest.neighbours.count, embeddingLength) };
}

/** Throws `classify/model` where a network, `what`, wants pictures prepared in a way that this program does not have. */
export function assertPreprocessing(
  { preprocessing, inputSize }: { preprocessing: string; inputSize: number },
  what: string,
): void {
  if (hasPreprocessing(preprocessing, inputSize)) return;
  throw new IngestError(
    'classify/model',
    `Opening ${what}, expected the preprocessing ${preprocessingOf(inputSize)} of an input of ${INPUT_SIZES.min} to ${INPUT_SIZES.max} px, found ${preprocessing} (${inputSize} px).`,
  );
}

/** The bytes of the model's backbone; throws `classify/model` where they are not those the model was made with. */
export async function readBackbone({ folder, manifest }: ModelFolder): Promise<Uint8Array> {
  return await readChecked(folder, manifest.backbone);
}

const TrainingImages = z.strictObject({ schemaVersion: z.literal(1), images: z.array(z.string()) });

/** The bytes of the list of a model's training images (content hashes, sorted). */
export function encodeTrainingImages(images: readonly string[]): Uint8Array {
  const list: z.infer<typeof TrainingImages> = { schemaVersion: 1, images: [...images] };
  return new TextEncoder().encode(`${JSON.stringify(list)}\n`);
}

/** Content hashes of the images that a model was trained on; undefined where it does not say. Throws `classify/model`. */
export async function readTrainingImages({ folder, manifest }: ModelFolder): Promise<Set<string> | undefined> {
  const { images } = manifest.training;
  if (images === undefined) return undefined;
  const bytes = await readChecked(folder, images);
  const list = TrainingImages.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (list.success) return new Set(list.data.images);
  const found = z.prettifyError(list.error);
  throw new IngestError('classify/model', `Reading ${images.file} in ${folder}, found faults: ${found}`);
}

/**
 * Finds `NAME/VERSION` below the first of `roots` that has it; without a version the newest of all roots (numbers are
 * compared as numbers). Throws `classify/model` where there is none.
 */
export async function findModel(
  name: string,
  version: string | undefined,
  roots: readonly string[],
): Promise<ModelFolder> {
  const found = await listVersions(name, roots);
  const chosen = version === undefined ? found[0] : found.find((one) => one.version === version);
  if (chosen !== undefined) return await loadModelFolder(chosen.folder);
  const wanted = version === undefined ? name : `${name} ${version}`;
  const known = found.map((one) => one.version).join(', ') || 'none';
  throw new IngestError('classify/model', `Looking for the model ${wanted}, found these versions of it: ${known}.`);
}

/** Versions of a model in all roots, newest first; of the same version in two roots only the first root's. */
export async function listVersions(
  name: string,
  roots: readonly string[],
): Promise<{ version: string; folder: string }[]> {
  if (!ModelName.safeParse(name).success) return [];
  const versions = new Map<string, string>();
  for (const root of roots) {
    for (const version of await foldersIn(join(root, name))) {
      if (!versions.has(version)) versions.set(version, join(root, name, version));
    }
  }
  const order = new Intl.Collator('en', { numeric: true });
  return [...versions]
    .map(([version, folder]) => ({ version, folder }))
    .toSorted((a, b) => order.compare(b.version, a.version));
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && ModelName.safeParse(entry.name).success)
    .map(({ name }) => name);
}

function parseManifest(folder: string, bytes: Uint8Array): ModelManifest {
  try {
    return ModelManifest.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    const found = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new IngestError('classify/model', `Reading ${MANIFEST_FILE} in ${folder}, found faults: ${found}`, { cause });
  }
}

async function readModelFile(folder: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw new IngestError(
      'classify/model',
      `Opening a model, ${file} in ${folder} cannot be read: ${errorMessage(cause)}`,
      {
        cause,
      },
    );
  }
}

/** Bytes of a file of a model or backbone, held against the hash that its descriptor states; throws `classify/model`. */
export async function readChecked(
  folder: string,
  { file, sha256 }: { file: string; sha256: string },
): Promise<Uint8Array> {
  const bytes = await readModelFile(folder, file);
  const found = sha256Hex(bytes);
  if (found === sha256) return bytes;
  throw new IngestError(
    'classify/model',
    `Opening a model, expected ${file} in ${folder} with SHA-256 ${sha256}, found ${found}: it was changed or not copied whole.`,
  );
}
