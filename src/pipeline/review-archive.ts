import { topLabels } from '../classify/decide.ts';
import { scorerOf } from '../classify/head.ts';
import type { ModelFolder } from '../classify/model-folder.ts';
import { nearestSimilarity, unitVector } from '../classify/neighbours.ts';
import { isSameOrigin } from '../domain/classification.ts';
import type { EmbeddingOrigin, MicrographRecord } from '../domain/record.ts';
import { fitTemperature } from '../train/calibrate.ts';
import type { Dataset, LeftOut, ReviewedImage } from '../train/dataset.ts';
import { findMislabelled, type Suspect } from '../train/mislabelled.ts';
import { createReviewPool, type QueueEntry } from '../train/review-queue.ts';
import type { HeadTrainer } from '../train/trainer.ts';
import { crossValidate } from '../train/validate.ts';
import type { Waiting } from './archive-facts.ts';
import { archivePictures } from './archive-pictures.ts';
import { isReviewed, reviewedImage } from './reviewed-images.ts';

export interface ReviewQueue {
  entries: QueueEntry[];
  /** Records whose label nobody gave and that were judged. */
  judged: number;
  /** Records whose label a person gave, and those that cannot be read, with the reason. */
  reviewed: (ReviewedImage | LeftOut)[];
  /** Records without an embedding of the model's backbone. */
  passedOver: number;
}

/**
 * What of REPO a person should label next, by a model and the embeddings that lie beside the records: no pixel is read,
 * and beside what people labelled a few thousand embeddings are in memory, however many records there are.
 */
export async function nextToLabel(
  repo: string,
  model: ModelFolder,
  { limit, waiting, signal }: { limit: number; waiting?: Waiting | undefined; signal: AbortSignal },
): Promise<ReviewQueue> {
  const { manifest, head, neighbours } = model;
  const score = scorerOf(head, manifest.calibration.temperature);
  const pool = createReviewPool({ limit, outlierBelow: manifest.neighbours?.below });
  const queue: ReviewQueue = { entries: [], judged: 0, reviewed: [], passedOver: 0 };
  const wanted = (record: MicrographRecord): boolean =>
    isReviewed(record) || isOf(record.classification.embedding, model);
  for await (const found of archivePictures(repo, wanted, { waiting, signal })) {
    const reviewed = reviewedImage(found, 'none');
    if (reviewed !== undefined || 'reason' in found) {
      if (reviewed !== undefined) queue.reviewed.push(reviewed);
      continue;
    }
    const { id, record, embedding } = found;
    if (embedding === undefined || !isUsable(embedding, model)) {
      queue.passedOver += 1;
      continue;
    }
    queue.judged += 1;
    const unit = unitVector(head, embedding);
    const similarity = neighbours && nearestSimilarity(neighbours, unit);
    const labels = topLabels(manifest.labels, score(embedding));
    pool.offer({ id, name: record.source.name, labels, similarity, unit });
  }
  return { ...queue, entries: pool.queue() };
}

function isOf(origin: EmbeddingOrigin | undefined, { manifest }: ModelFolder): boolean {
  const { backbone, preprocessing } = manifest;
  return origin !== undefined && isSameOrigin(origin, { backboneSha256: backbone.sha256, preprocessing });
}

function isUsable(embedding: Float32Array, { manifest }: ModelFolder): boolean {
  return embedding.length === manifest.embeddingLength && embedding.every(Number.isFinite);
}

/** A suspect label with names in place of numbers. */
export interface SuspectLabel {
  /** Path of a file, or id of a record. */
  file: string;
  sha256: string;
  label: string;
  found: string;
  /** Scores of both, and the mean score of the found label over the pictures that have it. */
  given: number;
  score: number;
  usual: number;
  reason: string;
}

/** What is needed to train the heads of a cross-validation. */
export interface CheckOptions {
  trainer: HeadTrainer;
  c: number;
  seed: number;
  signal: AbortSignal;
}

/** Labels that heads of a cross-validation contradict with confidence, the surest first; none of them saw the picture. */
export async function suspectLabels(dataset: Dataset, options: CheckOptions): Promise<SuspectLabel[]> {
  const real = dataset.examples.filter(({ simulated }) => !simulated);
  const validation = await crossValidate(dataset.examples, dataset, { ...options, simulatedWeight: 0 });
  const suspects = findMislabelled(validation.judged, fitTemperature([validation]));
  return suspects.flatMap((suspect) => {
    const example = real[suspect.at];
    return example === undefined ? [] : [named(suspect, example, dataset.labels)];
  });
}

function named(
  { label, given, found, score, usual }: Suspect,
  { file, sha256 }: { file?: string; sha256: string },
  labels: readonly string[],
): SuspectLabel {
  const names = { label: labels[label] ?? '', found: labels[found] ?? '' };
  const reason = `Labelled ${names.label} (score ${given.toFixed(2)}), but heads that had not seen it say ${names.found} ${score.toFixed(2)}; pictures labelled ${names.found} get ${usual.toFixed(2)} on average.`;
  return { file: file ?? sha256, sha256, ...names, given, score, usual, reason };
}
