import type { ContentHash } from '../domain/ids.ts';
import type { MicrographRecord } from '../domain/record.ts';
import type { LeftOut, ReviewedImage } from '../train/dataset.ts';
import { archivePictures } from './archive-pictures.ts';
import { type Grouping, groupOfRecord } from './group-images.ts';

export interface ReviewedOptions {
  repo: string;
  /** What their groups are; instrument and day unless given. */
  by: Grouping | undefined;
  /** Where the original of a content is, if it is known and there. */
  original: (id: ContentHash) => Promise<string | undefined>;
  signal: AbortSignal;
}

/** The pictures of REPO whose label a person gave, with embedding and group; what cannot be used comes with the reason. */
export async function* reviewedImages(options: ReviewedOptions): AsyncGenerator<ReviewedImage | LeftOut> {
  const { repo, by, original, signal } = options;
  for await (const found of archivePictures(repo, isReviewed, signal)) {
    if ('reason' in found) {
      yield { file: found.id, reason: found.reason };
      continue;
    }
    const { id, record, embedding } = found;
    const { human, embedding: origin } = record.classification;
    if (human === undefined) continue;
    if (embedding === undefined || origin === undefined || embedding.length !== origin.dimensions) {
      yield { file: id, reason: `the record of ${record.source.name} has no embedding that can be read` };
      continue;
    }
    const [group, file] = [groupOfRecord(record, by), await original(id)];
    yield {
      id,
      label: human.label.normalize('NFC'),
      embedding,
      origin,
      ...(group !== undefined && { group }),
      ...(file !== undefined && { file }),
    };
  }
}

function isReviewed({ classification }: MicrographRecord): boolean {
  return classification.human !== undefined;
}
