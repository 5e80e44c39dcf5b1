import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InferenceBackend } from '../classify/backend.ts';
import { embedImages } from '../classify/embed-images.ts';
import { errorMessage, IngestError, isIngestError } from '../domain/errors.ts';
import { networkImage } from './embed-files.ts';

/** What a backbone gave of real pictures. */
export interface BackboneTrial {
  pictures: number;
  /** Pictures that could not be read, with the reason. */
  unread: { file: string; reason: string }[];
  /** Numbers of the embedding that are the same for every picture. */
  deadNumbers: number;
  /** Mean cosine between two pictures: near 1 where all look the same to the network. */
  meanCosine: number;
  msAPicture: number;
}

interface TriedPicture {
  file: string;
  input: Uint8Array;
}

const BATCH = 8;
/** Kernels for a batch add up in another order than those for one picture. */
const BATCH_TOLERANCE = 1e-3;
/** Share of the largest number by which embeddings of different pictures differ at least. */
const LEAST_DIFFERENCE = 1e-5;

/**
 * Embeds real pictures in batches and one by one. Throws `classify/model` where the embeddings cannot be trained on: they
 * are not finite, the same number throughout, the same for different pictures, or of a batch not those of its pictures.
 */
export async function tryBackbone(
  backend: InferenceBackend,
  files: readonly string[],
  signal: AbortSignal,
): Promise<BackboneTrial> {
  const { pictures, unread } = await readPictures(files, backend.inputSize, signal);
  if (pictures.length < 2) {
    throw refused('two different pictures or more to try it on', `${pictures.length}`);
  }
  const inputs = pictures.map(({ input }) => input);
  const started = performance.now();
  const embeddings = await embedAll(inputs, backend, BATCH);
  const msAPicture = (performance.now() - started) / pictures.length;
  signal.throwIfAborted();
  const alone = await embedAll(inputs, backend, 1);
  assertLively(embeddings, pictures);
  assertSame(embeddings, alone, pictures);
  const meanCosine = assertDifferent(embeddings, pictures);
  return { pictures: pictures.length, unread, deadNumbers: countDead(embeddings), meanCosine, msAPicture };
}

function refused(expected: string, found: string): IngestError {
  return new IngestError('classify/model', `Trying a backbone on real pictures, expected ${expected}, found ${found}.`);
}

/** Pictures whose network inputs differ; the same input twice says nothing. */
async function readPictures(
  files: readonly string[],
  inputSize: number,
  signal: AbortSignal,
): Promise<{ pictures: TriedPicture[]; unread: BackboneTrial['unread'] }> {
  const pictures: TriedPicture[] = [];
  const unread: BackboneTrial['unread'] = [];
  for (const file of files) {
    signal.throwIfAborted();
    try {
      const input = await networkImage(await readFile(file), basename(file), inputSize);
      if (!pictures.some((other) => Buffer.compare(other.input, input) === 0)) pictures.push({ file, input });
    } catch (error) {
      unread.push({ file, reason: errorMessage(error) });
    }
  }
  return { pictures, unread };
}

async function embedAll(inputs: readonly Uint8Array[], backend: InferenceBackend, batch: number) {
  try {
    return await embedImages(inputs, backend, batch);
  } catch (cause) {
    if (!isIngestError(cause, 'classify/inference')) throw cause;
    throw new IngestError('classify/model', `Trying a backbone on real pictures: ${cause.message}`, { cause });
  }
}

function assertLively(embeddings: readonly Float32Array[], pictures: readonly TriedPicture[]): void {
  embeddings.forEach((embedding, at) => {
    if (embedding.some((value) => value !== embedding[0])) return;
    throw refused('embeddings of different numbers', `${embedding[0]} throughout for ${nameOf(pictures[at])}`);
  });
}

function assertSame(
  batched: readonly Float32Array[],
  alone: readonly Float32Array[],
  pictures: readonly TriedPicture[],
): void {
  batched.forEach((embedding, at) => {
    const apart = difference(embedding, alone[at] ?? embedding);
    if (apart <= BATCH_TOLERANCE) return;
    const found = `a difference of ${(apart * 100).toFixed(1)} % of the largest number for ${nameOf(pictures[at])}`;
    throw refused('the same embedding in a batch and alone', found);
  });
}

/** Gives the mean cosine between two pictures. */
function assertDifferent(embeddings: readonly Float32Array[], pictures: readonly TriedPicture[]): number {
  let sum = 0;
  let pairs = 0;
  embeddings.forEach((a, i) =>
    embeddings.slice(i + 1).forEach((b, j) => {
      if (difference(a, b) <= LEAST_DIFFERENCE) {
        const names = `${nameOf(pictures[i])} and ${nameOf(pictures[i + 1 + j])}`;
        throw refused('different embeddings of different pictures', `the same of ${names}`);
      }
      sum += cosine(a, b);
      pairs += 1;
    }),
  );
  return sum / pairs;
}

function nameOf(picture: TriedPicture | undefined): string {
  return picture === undefined ? 'a picture' : basename(picture.file);
}

/** Largest difference of two numbers, as a share of the largest number. */
function difference(a: Float32Array, b: Float32Array): number {
  const largest = a.reduce((most, value, at) => Math.max(most, Math.abs(value), Math.abs(b[at] ?? 0)), 0);
  const apart = a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))), 0);
  return largest === 0 ? 0 : apart / largest;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function countDead(embeddings: readonly Float32Array[]): number {
  const [first = new Float32Array(0), ...others] = embeddings;
  return first.filter((value, at) => others.every((embedding) => embedding[at] === value)).length;
}
