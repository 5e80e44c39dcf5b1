import { join } from 'node:path';
import { type ModelFolder, readTrainingImages } from '../classify/model-folder.ts';
import type { Config } from '../config/schema.ts';
import { ContentHash } from '../domain/ids.ts';
import type { Log } from '../log.ts';
import { compareModels, judgesOf, type ModelComparison } from '../train/compare-models.ts';
import { type EmbeddingCache, openEmbeddingCache } from '../train/embedding-cache.ts';
import { readSharedTestList, type TestImage } from '../train/shared-test-list.ts';
import { type ArchiveFacts, openArchiveFacts } from './archive-facts.ts';
import { openEmbedPool } from './embed-pool.ts';
import { userModels } from './model-in-use.ts';
import { backboneOfModel } from './training-backbone.ts';

export interface StoredComparison extends ModelComparison {
  /** Models that do not say which images they were trained on: none of the judging ones, it is assumed. */
  silent: ModelFolder[];
  /** Images that had to be embedded for it. */
  embedded: number;
}

/**
 * Compares two models on the shared test list. Images without an embedding of a model's backbone are embedded where their
 * file is still there with the same content; embeddings that are still missing are counted.
 */
export async function compareStored(
  [first, second]: [ModelFolder, ModelFolder],
  { state, ...context }: { state: string; config: Readonly<Config>; log: Log; signal: AbortSignal },
): Promise<StoredComparison> {
  const images = await readSharedTestList(userModels(state));
  const seen = [await readTrainingImages(first), await readTrainingImages(second)];
  const { judges } = judgesOf(images, [
    { model: first, trainedOn: seen[0] },
    { model: second, trainedOn: seen[1] },
  ]);
  const facts = openArchiveFacts(state);
  try {
    const tools = { state, ...context, facts };
    const ofFirst = await embeddingsFor(first, judges, tools);
    const isShared = spaceOf(first) === spaceOf(second);
    const ofSecond = isShared
      ? { embeddings: ofFirst.embeddings, fresh: 0 }
      : await embeddingsFor(second, judges, tools);
    const comparison = compareModels(images, [
      { model: first, trainedOn: seen[0], embeddings: ofFirst.embeddings },
      { model: second, trainedOn: seen[1], embeddings: ofSecond.embeddings },
    ]);
    const silent = [first, second].filter((_, at) => seen[at] === undefined);
    return { ...comparison, silent, embedded: ofFirst.fresh + ofSecond.fresh };
  } finally {
    facts.close();
  }
}

function spaceOf({ manifest }: ModelFolder): string {
  return `${manifest.preprocessing}/${manifest.backbone.sha256}`;
}

interface Tools {
  state: string;
  config: Readonly<Config>;
  log: Log;
  signal: AbortSignal;
  facts: ArchiveFacts;
}

async function embeddingsFor(
  model: ModelFolder,
  images: readonly TestImage[],
  tools: Tools,
): Promise<{ embeddings: Map<string, Float32Array>; fresh: number }> {
  const { preprocessing, backbone } = model.manifest;
  const cache = openEmbeddingCache(join(tools.state, 'embeddings'), { preprocessing, backboneSha256: backbone.sha256 });
  try {
    const embeddings = await cache.read(new Set(images.map(({ sha256 }) => sha256)));
    const missing = images.filter(({ sha256 }) => !embeddings.has(sha256));
    const fresh = missing.length === 0 ? 0 : await embedMissing(model, missing, { ...tools, cache, embeddings });
    return { embeddings, fresh };
  } finally {
    await cache.close();
  }
}

async function embedMissing(
  model: ModelFolder,
  missing: readonly TestImage[],
  {
    facts,
    config,
    log,
    signal,
    cache,
    embeddings,
  }: Tools & { cache: EmbeddingCache; embeddings: Map<string, Float32Array> },
): Promise<number> {
  const files = new Map<string, string>();
  for (const image of missing) for (const file of await placesOf(image, facts)) files.set(file, image.sha256);
  if (files.size === 0) return 0;
  const pool = openEmbedPool(config, (await backboneOfModel(model)).backbone, signal, log);
  let fresh = 0;
  try {
    for await (const outcome of pool.embed([...files.keys()], [])) {
      if ('error' in outcome || outcome.sha256 !== files.get(outcome.file) || embeddings.has(outcome.sha256)) continue;
      await cache.append(outcome.sha256, outcome.embedding);
      embeddings.set(outcome.sha256, outcome.embedding);
      fresh += 1;
    }
  } finally {
    await pool.close();
  }
  return fresh;
}

/** Where the picture may be: where it was found last, and where the ledger saw its bytes. */
async function placesOf({ sha256, file }: TestImage, facts: ArchiveFacts): Promise<string[]> {
  const original = await facts.original(ContentHash.parse(sha256));
  const known = file === undefined || ContentHash.safeParse(file).success ? [] : [file];
  return [...new Set([...known, ...(original === undefined ? [] : [original])])];
}
