import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { sha256Hex } from '../store/content-hash.ts';
import { MAX_WEIGHT_BYTES, type TfjsModel } from './tfjs-file.ts';

/** model.json of TensorFlow.js holds the topology, not the weights. */
const MAX_JSON_BYTES = 64 * 2 ** 20;
const MAX_SHARDS = 4096;
/** What TensorFlow.js calls the file, and what is looked for in a folder. */
export const TFJS_JSON = 'model.json';

/** A network as somebody brings it. */
export interface NetworkFile {
  /** Name of the file. */
  file: string;
  /** Of its bytes; of a TensorFlow.js model of model.json, which names the files of its weights but does not hash them. */
  sha256: string;
  content: { format: 'onnx'; bytes: Uint8Array } | { format: 'tfjs'; model: TfjsModel };
}

/**
 * Reads an ONNX file, or model.json of a TensorFlow.js model (or its folder) with the weights beside it, and holds it
 * against `sha256` before anything of it is understood. Throws `classify/model`.
 */
export async function readNetworkFile(path: string, sha256?: string): Promise<NetworkFile> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  const file = isFolder ? join(path, TFJS_JSON) : path;
  const bytes = await readLimited(file, MAX_WEIGHT_BYTES);
  const found = sha256Hex(bytes);
  if (sha256 !== undefined && sha256.toLowerCase() !== found) {
    throw new IngestError(
      'classify/model',
      `Importing ${basename(file)}, expected the SHA-256 ${sha256}, found ${found}: it is another file, or was not copied whole.`,
    );
  }
  const named = { file: basename(file), sha256: found };
  if (!isJson(bytes)) return { ...named, content: { format: 'onnx', bytes } };
  return { ...named, content: { format: 'tfjs', model: await readTfjs(file, bytes) } };
}

function isJson(bytes: Uint8Array): boolean {
  return /^\uFEFF?\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

async function readLimited(path: string, limit: number): Promise<Uint8Array> {
  const name = basename(path);
  let file: Awaited<ReturnType<typeof open>> | undefined;
  try {
    file = await open(path, 'r');
    const facts = await file.stat();
    if (!facts.isFile()) throw new Error('it is no file');
    if (facts.size > limit) throw new Error(`expected ${limit} bytes at most, found ${facts.size}`);
    return new Uint8Array(await file.readFile());
  } catch (cause) {
    throw new IngestError('classify/model', `Reading ${name} of a network failed: ${errorMessage(cause)}`, { cause });
  } finally {
    await file?.close();
  }
}

interface ModelJson {
  format?: unknown;
  modelTopology?: unknown;
  weightsManifest?: unknown;
}

async function readTfjs(path: string, bytes: Uint8Array): Promise<TfjsModel> {
  if (bytes.length > MAX_JSON_BYTES) throw unfit(`${MAX_JSON_BYTES} bytes of JSON at most`, String(bytes.length));
  const json = parse(bytes);
  const { modelTopology } = json;
  if (typeof modelTopology !== 'object' || modelTopology === null) {
    throw unfit('"modelTopology", as tfjs-converter and TensorFlow.js write it', Object.keys(json).join(', '));
  }
  const groups = weightGroups(json);
  const shards = groups.flatMap(({ paths }) => paths);
  if (shards.length > MAX_SHARDS) throw unfit(`${MAX_SHARDS} files of weights at most`, String(shards.length));
  // Older files do not say which kind they are.
  const format = json.format ?? ('node' in modelTopology ? 'graph-model' : 'layers-model');
  const weightData = await readShards(dirname(path), shards);
  const weightSpecs = groups.flatMap(({ weights }) => weights);
  // What is in them is checked when the model is written as one file.
  return { ...json, format, modelTopology, weightSpecs, weightData } as TfjsModel;
}

function parse(bytes: Uint8Array): ModelJson {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as ModelJson;
  } catch (cause) {
    throw new IngestError('classify/model', `Reading ${TFJS_JSON}, it is no JSON: ${errorMessage(cause)}`, { cause });
  }
}

interface WeightGroup {
  paths: string[];
  weights: TfjsModel['weightSpecs'];
}

function weightGroups({ weightsManifest }: ModelJson): WeightGroup[] {
  const groups: unknown[] = Array.isArray(weightsManifest) ? weightsManifest : [];
  const isGroup = (group: unknown): group is WeightGroup => {
    const { paths, weights } = (group ?? {}) as Partial<Record<keyof WeightGroup, unknown>>;
    return Array.isArray(paths) && paths.every((path) => typeof path === 'string') && Array.isArray(weights);
  };
  const sound = groups.filter(isGroup);
  if (sound.length > 0 && sound.length === groups.length) return sound;
  throw unfit(
    '"weightsManifest" with the paths of the weights',
    JSON.stringify(weightsManifest)?.slice(0, 100) ?? 'none',
  );
}

/** Reads the weights, which must lie in the folder of model.json, also where a link stands in their path. */
async function readShards(folder: string, paths: readonly string[]): Promise<ArrayBuffer> {
  const shards: Uint8Array[] = [];
  let room = MAX_WEIGHT_BYTES;
  for (const path of paths) {
    const shard = await readLimited(await pathInside(folder, path), room);
    room -= shard.length;
    shards.push(shard);
  }
  return new Uint8Array(Buffer.concat(shards)).buffer;
}

async function pathInside(folder: string, path: string): Promise<string> {
  const [root, found] = await Promise.all([folder, join(folder, path)].map((one) => realpath(one))).catch(
    (cause: unknown) => {
      throw new IngestError(
        'classify/model',
        `Reading the weights ${path} of a network failed: ${errorMessage(cause)}`,
        {
          cause,
        },
      );
    },
  );
  const inside = relative(root ?? '', found ?? '');
  const leaves = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) || isAbsolute(path);
  if (!leaves && found !== undefined) return found;
  throw unfit(`weights in the folder of ${TFJS_JSON}`, path);
}

function unfit(expected: string, found: string): IngestError {
  return new IngestError(
    'classify/model',
    `Reading ${TFJS_JSON} of TensorFlow.js, expected ${expected}, found ${found}.`,
  );
}
