import { errorMessage, IngestError } from '../domain/errors.ts';
import { sha256OfFile } from '../store/content-hash.ts';
import type { Augmentation } from './augment.ts';
import type { Embedded, EmbedOutcome, LabelledImage } from './dataset.ts';
import type { EmbeddingCache } from './embedding-cache.ts';

/** Files hashed at once: enough to hide the wait of a disk or a network share. */
const HASHED_AT_ONCE = 8;

export interface Gathered {
  embedded: Embedded;
  /** Files whose embeddings were all in the cache; the others were decoded. */
  cached: number;
}

/** Decodes files and embeds them, and the views of them that are asked for. */
export type Embed = (files: string[], augmentations: readonly Augmentation[]) => AsyncIterable<EmbedOutcome>;

/** A cache for each view of a picture that is to be embedded beside the picture itself. */
export type VariantCaches = ReadonlyMap<Augmentation, EmbeddingCache>;

interface EmbedTools {
  embedded: Embedded;
  cache: EmbeddingCache;
  variants: VariantCaches;
  stored: Stored;
  embed: Embed;
  signal: AbortSignal | undefined;
}

/** What the caches hold, by content hash. */
interface Stored {
  plain: ReadonlyMap<string, Float32Array>;
  variants: ReadonlyMap<Augmentation, ReadonlyMap<string, Float32Array>>;
}

/**
 * Finds an embedding for every file, and one for each of its views in `variants`: from the caches by content hash, else
 * from `embed`, whose answers go into the caches one by one, so that a training that is stopped goes on where it was.
 */
export async function gatherEmbeddings(
  images: readonly LabelledImage[],
  cache: EmbeddingCache,
  embed: Embed,
  signal?: AbortSignal,
  variants: VariantCaches = new Map(),
): Promise<Gathered> {
  const embedded: Embedded = new Map();
  const files = [...new Set(images.map(({ file }) => file))];
  const hashes = await hashFiles(files, embedded, signal);
  const stored = await readStored(new Set(hashes.values()), cache, variants);
  const missing = new Map<string, string[]>();
  let cached = 0;
  for (const file of files) {
    const sha256 = hashes.get(file);
    if (sha256 === undefined) continue;
    const found = storedOf(sha256, stored);
    if (found !== undefined) {
      embedded.set(file, found);
      cached += 1;
    } else missing.set(sha256, [...(missing.get(sha256) ?? []), file]);
  }
  if (missing.size > 0) await embedMissing(missing, { embedded, cache, variants, stored, embed, signal });
  return { embedded, cached };
}

async function readStored(
  wanted: ReadonlySet<string>,
  cache: EmbeddingCache,
  variants: VariantCaches,
): Promise<Stored> {
  const found = new Map<Augmentation, ReadonlyMap<string, Float32Array>>();
  for (const [augmentation, own] of variants) found.set(augmentation, await own.read(wanted));
  return { plain: await cache.read(wanted), variants: found };
}

/** The embeddings of a content, or undefined where one of them is not there. */
function storedOf(sha256: string, { plain, variants }: Stored) {
  const embedding = plain.get(sha256);
  const views = [...variants.values()].flatMap((own) => own.get(sha256) ?? []);
  if (embedding === undefined || views.length < variants.size) return undefined;
  return { sha256, embedding, ...(views.length > 0 && { variants: views }) };
}

/** Embeds one file of each content; its copies get the same answer. */
async function embedMissing(missing: ReadonlyMap<string, readonly string[]>, tools: EmbedTools): Promise<void> {
  const { embedded, variants, embed, signal } = tools;
  const copies = new Map([...missing.values()].map((files) => [files[0] ?? '', files]));
  for await (const outcome of embed([...copies.keys()], [...variants.keys()])) {
    signal?.throwIfAborted();
    const answer = 'error' in outcome ? outcome : await keep(outcome, tools);
    for (const file of copies.get(outcome.file) ?? []) embedded.set(file, answer);
  }
  signal?.throwIfAborted();
  const silent = [...copies.keys()].find((file) => !embedded.has(file));
  if (silent === undefined) return;
  throw new IngestError('train/model', `Embedding ${copies.size} files, there was no answer about ${silent}.`);
}

/** Puts what the caches lack of an answer into them. */
async function keep(outcome: Exclude<EmbedOutcome, { error: string }>, { cache, variants, stored }: EmbedTools) {
  const { file, sha256, embedding } = outcome;
  const views: Float32Array[] = [];
  for (const [augmentation, own] of variants) {
    const view = outcome.variants?.get(augmentation);
    if (view === undefined) {
      throw new IngestError('train/model', `Embedding ${file}, expected its view "${augmentation}", found none.`);
    }
    if (stored.variants.get(augmentation)?.has(sha256) !== true) await own.append(sha256, view);
    views.push(view);
  }
  if (!stored.plain.has(sha256)) await cache.append(sha256, embedding);
  return { sha256, embedding, ...(views.length > 0 && { variants: views }) };
}

async function hashFiles(
  files: readonly string[],
  embedded: Embedded,
  signal: AbortSignal | undefined,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const waiting = files.values();
  const hashNext = async (): Promise<void> => {
    for (const file of waiting) {
      signal?.throwIfAborted();
      try {
        hashes.set(file, await sha256OfFile(file));
      } catch (error) {
        embedded.set(file, { error: errorMessage(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: HASHED_AT_ONCE }, hashNext));
  return hashes;
}
