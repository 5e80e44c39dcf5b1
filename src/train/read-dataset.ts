import { PREPROCESSING } from '../classify/preprocess.ts';
import { isSameOrigin } from '../domain/classification.ts';
import { IngestError } from '../domain/errors.ts';
import type { EmbeddingOrigin } from '../domain/record.ts';
import type { Augmentation } from './augment.ts';
import {
  buildDataset,
  type ClassWeights,
  type Dataset,
  type LabelledImage,
  type LeftOut,
  type ReviewedImage,
} from './dataset.ts';
import { openEmbeddingCache } from './embedding-cache.ts';
import { type Embed, gatherEmbeddings } from './gather-embeddings.ts';
import { type LabelsMap, mapLabels } from './labels-map.ts';
import { withFamilies } from './near-duplicates.ts';
import { markTested, type TestList } from './test-list.ts';

/** What of the images is trained on, and how; everything has a default. */
export interface DataOptions {
  labelsMap?: LabelsMap;
  testList?: TestList;
  /** A class with fewer images to train on is refused; default 2, the least there can be. */
  minPerClass?: number;
  /** Default `none`: every image counts the same. */
  classWeights?: ClassWeights;
  /** Views of the pictures that are trained on besides. */
  augmentations?: readonly Augmentation[];
  /** `together` (default): no split parts nearly identical pictures; `ignored`: only equal contents stay together. */
  nearDuplicates?: 'together' | 'ignored';
  /** What the groups of the images are, where somebody asked for them: at least one image must have one. */
  groupedBy?: string;
}

export interface DataInput extends DataOptions {
  images: readonly LabelledImage[];
  /** Folder of the cache of embeddings. */
  cacheFolder: string;
  backboneSha256: string;
  /** Default: that of the shipped backbones. */
  preprocessing?: string;
}

export interface DataDeps {
  embed: Embed;
  /** Pictures of the archive with a label that a person gave; those that cannot be trained on come with a reason. */
  reviewed?: AsyncIterable<ReviewedImage | LeftOut>;
}

export interface ReadDataset {
  dataset: Dataset;
  /** Files whose embeddings came from the cache. */
  cached: number;
  /** Pictures of the archive among the examples or left out. */
  reviewed: number;
  warnings: string[];
}

/**
 * Puts the training data together: files and the archive under mapped labels, their embeddings from the cache or from
 * pixels, families of nearly identical pictures. Throws `train/data` where they cannot train a classifier.
 */
export async function readDataset(input: DataInput, deps: DataDeps, signal?: AbortSignal): Promise<ReadDataset> {
  const archive = await readArchive(input, deps.reviewed, signal);
  const mapped = applyMap([...input.images, ...archive.files], archive.reviewed, input.labelsMap);
  const { testList } = input;
  const marked = testList === undefined ? undefined : markTested(mapped.images, testList);
  const images = marked?.images ?? mapped.images;
  const gathered = await gather(images, input, deps.embed, signal);
  const built = buildDataset(images, gathered.embedded, {
    reviewed: mapped.reviewed,
    ...(testList && { testHashes: testList.hashes }),
    ...(input.minPerClass !== undefined && { minPerClass: input.minPerClass }),
  });
  const listed = { ...built, leftOut: [...archive.leftOut, ...built.leftOut] };
  const parted = input.nearDuplicates === 'ignored' ? listed : withFamilies(listed);
  const { classWeights } = input;
  const dataset: Dataset = { ...parted, ...(classWeights && { classWeights }) };
  checkGroups(dataset, input.groupedBy);
  return {
    dataset,
    cached: gathered.cached,
    reviewed: archive.count,
    warnings: testList === undefined ? [] : testWarnings(dataset, testList, marked?.unknown ?? []),
  };
}

interface Archive {
  reviewed: ReviewedImage[];
  /** Pictures that have to be embedded again. */
  files: LabelledImage[];
  leftOut: LeftOut[];
  count: number;
}

async function readArchive(
  { backboneSha256, preprocessing = PREPROCESSING, augmentations = [] }: DataInput,
  source: DataDeps['reviewed'],
  signal: AbortSignal | undefined,
): Promise<Archive> {
  const archive: Archive = { reviewed: [], files: [], leftOut: [], count: 0 };
  for await (const image of source ?? []) {
    signal?.throwIfAborted();
    archive.count += 1;
    if ('reason' in image) {
      archive.leftOut.push(image);
      continue;
    }
    const { id, label, group, origin, file } = image;
    const fits = isSameOrigin(origin, { backboneSha256, preprocessing });
    if (file !== undefined && (!fits || augmentations.length > 0)) {
      archive.files.push({ file, label, sha256: id, ...(group !== undefined && { group }) });
    } else if (fits) archive.reviewed.push(image);
    else archive.leftOut.push({ file: id, reason: strangeOrigin(origin, { backboneSha256, preprocessing }) });
  }
  return archive;
}

function strangeOrigin(origin: EmbeddingOrigin, wanted: Omit<EmbeddingOrigin, 'dimensions'>): string {
  const found = `the backbone ${origin.backboneSha256.slice(0, 12)} after ${origin.preprocessing}`;
  const needed = `${wanted.backboneSha256.slice(0, 12)} after ${wanted.preprocessing}`;
  return `its embedding is of ${found}, the training needs ${needed}, and its original is not where the ledger saw it`;
}

function applyMap(
  images: readonly LabelledImage[],
  reviewed: readonly ReviewedImage[],
  map: LabelsMap | undefined,
): { images: readonly LabelledImage[]; reviewed: readonly ReviewedImage[] } {
  if (map === undefined) return { images, reviewed };
  const names = mapLabels(map, [...new Set([...images, ...reviewed].map(({ label }) => label))]);
  const renamed = <Image extends { label: string }>(image: Image): Image[] => {
    const label = names.get(image.label);
    return label === undefined ? [] : [{ ...image, label }];
  };
  return { images: images.flatMap(renamed), reviewed: reviewed.flatMap(renamed) };
}

async function gather(
  images: readonly LabelledImage[],
  { cacheFolder, backboneSha256, preprocessing = PREPROCESSING, augmentations = [] }: DataInput,
  embed: Embed,
  signal: AbortSignal | undefined,
) {
  const open = (name: string) => openEmbeddingCache(cacheFolder, { preprocessing: name, backboneSha256 });
  const cache = open(preprocessing);
  // A turned picture is a picture after another preprocessing: the same content has an embedding in every cache.
  const variants = new Map(augmentations.map((name) => [name, open(`${preprocessing}+${name}`)] as const));
  try {
    return await gatherEmbeddings(images, cache, embed, signal, variants);
  } finally {
    for (const one of [cache, ...variants.values()]) await one.close();
  }
}

function checkGroups({ examples }: Dataset, groupedBy: string | undefined): void {
  if (groupedBy === undefined || examples.some(({ group }) => group !== undefined)) return;
  throw new IngestError(
    'train/data',
    `Grouping ${examples.length} images by ${groupedBy}, expected images that have one, found none: leave --group-by out, or group by another.`,
  );
}

function testWarnings({ examples }: Dataset, { hashes }: TestList, unknown: readonly string[]): string[] {
  const tested = new Set(examples.flatMap(({ sha256, testOnly }) => (testOnly ? [sha256] : [])));
  if (tested.size === 0) {
    throw new IngestError(
      'train/data',
      'Applying the test list, expected pictures that it names, found none of them among the images.',
    );
  }
  const absent = [...[...hashes].filter((hash) => !tested.has(hash)), ...unknown];
  if (absent.length === 0) return [];
  return [`${absent.length} lines of the test list name no picture that is here, the first ${absent[0]}.`];
}
