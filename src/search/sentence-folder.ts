import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';

/** The optional `sentence-model.json`: how the model wants its texts. */
const Settings = z
  .strictObject({
    lowerCase: z.boolean().default(true),
    /** BERT has 512 positions; what a record says is shorter than half of it. */
    maxTokens: z.int().min(3).max(512).default(256),
    queryPrefix: z.string().default(''),
    passagePrefix: z.string().default(''),
    /** Cosine below which a record is not found by its meaning; each model has its own scale. */
    floor: z.number().min(0).max(1).optional(),
  })
  .prefault({});
export type SentenceSettings = z.infer<typeof Settings>;

/** A sentence model as it lies in its folder. */
export interface SentenceFolder {
  /** `model.onnx`. */
  network: Uint8Array;
  /** `vocab.txt`. */
  vocabulary: string;
  settings: SentenceSettings;
  /** Of all that decides on a vector. */
  hash: string;
}

/** Enough that two models never share a name by chance. */
const HASH_CHARACTERS = 16;

/** @throws IngestError `config/invalid` where a file is missing or `sentence-model.json` says what it may not. */
export async function readSentenceFolder(folder: string): Promise<SentenceFolder> {
  const [network, vocabulary, text] = await Promise.all([
    readNeeded(folder, 'model.onnx'),
    readNeeded(folder, 'vocab.txt'),
    readFile(join(folder, 'sentence-model.json'), 'utf8').catch(absent),
  ]);
  const settings = parseSettings(text ?? '{}');
  const { lowerCase, maxTokens, queryPrefix, passagePrefix } = settings;
  const hash = createHash('sha256')
    .update(network)
    .update(vocabulary)
    .update(JSON.stringify([lowerCase, maxTokens, queryPrefix, passagePrefix]))
    .digest('hex')
    .slice(0, HASH_CHARACTERS);
  return { network, vocabulary: vocabulary.toString('utf8'), settings, hash };
}

async function readNeeded(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    throw new IngestError('config/invalid', `expected a file ${name} in it: ${errorMessage(cause)}`, { cause });
  }
}

function absent(cause: NodeJS.ErrnoException): undefined {
  if (cause.code === 'ENOENT') return undefined;
  throw new IngestError('config/invalid', `its sentence-model.json cannot be read: ${cause.message}`, { cause });
}

function parseSettings(text: string): SentenceSettings {
  try {
    return Settings.parse(JSON.parse(text));
  } catch (cause) {
    const faults = cause instanceof z.ZodError ? z.prettifyError(cause) : errorMessage(cause);
    throw new IngestError('config/invalid', `its sentence-model.json is not valid: ${faults}`, { cause });
  }
}
