import { errorMessage, IngestError } from '../domain/errors.ts';
import { sha256OfFile } from '../store/content-hash.ts';
import type { Embedded, EmbedOutcome, LabelledImage } from './dataset.ts';
import type { EmbeddingCache } from './embedding-cache.ts';

/** Files hashed at once: enough to hide the wait of a disk or a network share. */
const HASHED_AT_ONCE = 8;

export interface Gathered {
  embedded: Embedded;
  /** Files whose embedding was in the cache; the others were decoded. */
  cached: number;
}

interface EmbedTools {
  embedded: Embedded;
  cache: EmbeddingCache;
  embed: (files: string[]) => AsyncIterable<EmbedOutcome>;
  signal: AbortSignal | undefined;
}

/**
 * Finds an embedding for every file: from the cache by content hash, else from `embed`, whose answers go into the cache
 * one by one, so that a training that is stopped goes on where it was.
 */
export async function gatherEmbeddings(
  images: readonly LabelledImage[],
  cache: EmbeddingCache,
  embed: (files: string[]) => AsyncIterable<EmbedOutcome>,
  signal?: AbortSignal,
): Promise<Gathered> {
  const embedded: Embedded = new Map();
  const files = [...new Set(images.map(({ file }) => file))];
  const hashes = await hashFiles(files, embedded, signal);
  const stored = await cache.read(new Set(hashes.values()));
  const missing = new Map<string, string[]>();
  let cached = 0;
  for (const file of files) {
    const sha256 = hashes.get(file);
    if (sha256 === undefined) continue;
    const embedding = stored.get(sha256);
    if (embedding !== undefined) {
      embedded.set(file, { sha256, embedding });
      cached += 1;
    } else missing.set(sha256, [...(missing.get(sha256) ?? []), file]);
  }
  if (missing.size > 0) await embedMissing(missing, { embedded, cache, embed, signal });
  return { embedded, cached };
}

/** Embeds one file of each content; its copies get the same answer. */
async function embedMissing(
  missing: ReadonlyMap<string, readonly string[]>,
  { embedded, cache, embed, signal }: EmbedTools,
): Promise<void> {
  const copies = new Map([...missing.values()].map((files) => [files[0] ?? '', files]));
  for await (const outcome of embed([...copies.keys()])) {
    signal?.throwIfAborted();
    for (const file of copies.get(outcome.file) ?? []) embedded.set(file, outcome);
    if ('embedding' in outcome) await cache.append(outcome.sha256, outcome.embedding);
  }
  signal?.throwIfAborted();
  const silent = [...copies.keys()].find((file) => !embedded.has(file));
  if (silent === undefined) return;
  throw new IngestError('train/model', `Embedding ${copies.size} files, there was no answer about ${silent}.`);
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
