import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { backboneNames, findBackbone, readBackboneFile } from '../classify/backbone-folder.ts';
import type { BackboneInterface } from '../classify/backbone-schema.ts';
import type { InferenceBackend } from '../classify/backend.ts';
import { embedImages } from '../classify/embed-images.ts';
import { loadModelFolder, readBackbone } from '../classify/model-folder.ts';
import type { Metrics } from '../classify/model-schema.ts';
import { listModels } from '../classify/model-store.ts';
import { openBackbone } from '../classify/open-backbone.ts';
import { isIngestError } from '../domain/errors.ts';
import { networkImage } from './embed-files.ts';

/** A network to be measured: that of a model, or one that was imported. */
export interface BenchFacts {
  kind: 'model' | 'backbone';
  name: string;
  version?: string;
  /** Absent where its description cannot be read. */
  backbone?: { name: string; sha256: string; interface?: BackboneInterface | undefined };
  inputSize?: number;
  /** What validation said of the model. */
  metrics: readonly Metrics[];
}

interface Measured {
  engine?: string;
  picturesPerSecond?: number;
  /** Why it could not be measured. */
  fault?: string;
}

export type BenchResult = BenchFacts & Measured;

export type BenchSubject =
  | { facts: BenchFacts; read: () => Promise<Uint8Array> }
  | { facts: BenchFacts; fault: string };

export interface BenchOptions {
  /** Pictures of a round, prepared from `files`; these are repeated as far as needed. */
  images: number;
  files: readonly string[];
  signal: AbortSignal;
}

const BATCH = 8;
const WARM_UP = 2;
const ROUNDS = 5;

/** Every version of every model of `roots`, then every imported backbone; what cannot be read is told of as a fault. */
export async function listSubjects(roots: readonly string[], backbones: string): Promise<BenchSubject[]> {
  const subjects: BenchSubject[] = [];
  for (const { name, version, folder } of await listModels(roots)) {
    subjects.push(await orFault({ kind: 'model', name, version, metrics: [] }, () => modelSubject(folder)));
  }
  for (const name of await backboneNames(backbones)) {
    subjects.push(await orFault({ kind: 'backbone', name, metrics: [] }, () => backboneSubject(backbones, name)));
  }
  return subjects;
}

async function modelSubject(folder: string): Promise<BenchSubject> {
  const model = await loadModelFolder(folder);
  const { name, version, backbone, inputSize, metrics } = model.manifest;
  return { facts: { kind: 'model', name, version, backbone, inputSize, metrics }, read: () => readBackbone(model) };
}

async function backboneSubject(root: string, name: string): Promise<BenchSubject> {
  const found = await findBackbone(root, name);
  const { sha256, interface: face, inputSize } = found.descriptor;
  const backbone = { name, sha256, interface: face };
  return {
    facts: { kind: 'backbone', name, backbone, inputSize, metrics: [] },
    read: () => readBackboneFile(found),
  };
}

async function orFault(facts: BenchFacts, make: () => Promise<BenchSubject>): Promise<BenchSubject> {
  try {
    return await make();
  } catch (error) {
    if (!isIngestError(error)) throw error;
    return { facts, fault: error.message };
  }
}

/**
 * Pictures a second that each network embeds on this machine, on one thread where its runtime lets that be said, in batches
 * as the pipeline feeds them: warm-up, then the median of five rounds. A backbone of several models is measured once.
 */
export async function* benchSubjects(
  subjects: readonly BenchSubject[],
  options: BenchOptions,
): AsyncGenerator<BenchResult> {
  const known = new Map<string, Measured>();
  for (const subject of subjects) {
    const { facts } = subject;
    if ('fault' in subject) {
      yield { ...facts, fault: subject.fault };
      continue;
    }
    const key = JSON.stringify([facts.backbone?.sha256, facts.backbone?.interface, facts.inputSize]);
    const measured = known.get(key) ?? (await measure(facts, subject.read, options));
    known.set(key, measured);
    yield { ...facts, ...measured };
  }
}

async function measure(
  { backbone, inputSize }: BenchFacts,
  read: () => Promise<Uint8Array>,
  options: BenchOptions,
): Promise<Measured> {
  let backend: InferenceBackend | undefined;
  try {
    backend = await openBackbone(await read(), { interface: backbone?.interface, inputSize, threads: 1 });
    const images = await prepare(options, backend.inputSize);
    return { engine: backend.name, picturesPerSecond: await medianRate(backend, images, options) };
  } catch (error) {
    if (!isIngestError(error)) throw error;
    return { fault: error.message };
  } finally {
    await backend?.close();
  }
}

async function prepare({ images, files }: BenchOptions, inputSize: number): Promise<Uint8Array[]> {
  const prepared: Uint8Array[] = [];
  for (const file of files.slice(0, images)) {
    prepared.push(await networkImage(await readFile(file), basename(file), inputSize));
  }
  return Array.from({ length: images }, (_, at) => prepared[at % prepared.length] ?? new Uint8Array(inputSize ** 2));
}

async function medianRate(
  backend: InferenceBackend,
  images: readonly Uint8Array[],
  { signal }: BenchOptions,
): Promise<number> {
  await embedImages(images.slice(0, BATCH * WARM_UP), backend, BATCH);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    signal.throwIfAborted();
    const started = performance.now();
    await embedImages(images, backend, BATCH);
    rates.push((images.length / (performance.now() - started)) * 1000);
  }
  return rates.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}
