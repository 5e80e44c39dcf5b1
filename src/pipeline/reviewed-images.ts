import type { ContentHash } from '../domain/ids.ts';
import type { MicrographRecord } from '../domain/record.ts';
import type { LeftOut, ReviewedImage } from '../train/dataset.ts';
import type { Waiting } from './archive-facts.ts';
import { type ArchivePicture, archivePictures } from './archive-pictures.ts';
import { type Grouping, groupOfRecord } from './group-images.ts';

export interface ReviewedOptions {
  repo: string;
  /** What their groups are; instrument and day unless given. */
  by: Grouping | undefined;
  /** Where the original of a content is, if it is known and there. */
  original: (id: ContentHash) => Promise<string | undefined>;
  waiting?: Waiting | undefined;
  signal: AbortSignal;
}

/** The pictures of REPO whose label a person gave, with embedding and group; what cannot be used comes with the reason. */
export async function* reviewedImages(options: ReviewedOptions): AsyncGenerator<ReviewedImage | LeftOut> {
  const { repo, by, original, waiting, signal } = options;
  for await (const found of archivePictures(repo, isReviewed, { waiting, signal })) {
    const image = reviewedImage(found, by);
    if (image === undefined) continue;
    const file = 'reason' in image ? undefined : await original(image.id);
    yield file === undefined ? image : { ...image, file };
  }
}

/** The training image of a record, or why it cannot be one; undefined where no person labelled it. */
export function reviewedImage(
  found: ArchivePicture,
  by: Grouping | undefined,
): Omit<ReviewedImage, 'file'> | LeftOut | undefined {
  if ('reason' in found) return { file: found.id, reason: found.reason };
  const { id, record, embedding } = found;
  const { human, embedding: origin } = record.classification;
  if (human === undefined) return undefined;
  if (embedding === undefined || origin === undefined || embedding.length !== origin.dimensions) {
    return { file: id, reason: `the record of ${record.source.name} has no embedding that can be read` };
  }
  const group = groupOfRecord(record, by);
  return { id, label: human.label.normalize('NFC'), embedding, origin, ...(group !== undefined && { group }) };
}

export function isReviewed({ classification }: MicrographRecord): boolean {
  return classification.human !== undefined;
}
