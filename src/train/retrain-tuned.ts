import { INPUT_SIZE, preprocessingOf } from '../classify/preprocess.ts';
import type { Log } from '../log.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { Embed } from './gather-embeddings.ts';
import { readDataset } from './read-dataset.ts';
import { type RetrainDeps, type RetrainInput, type RetrainOutcome, readBackboneFile, retrain } from './retrain.ts';
import { type PictureReader, tuneBackbone } from './tune-backbone.ts';

export interface TuneRequest {
  /** Last blocks of the backbone to fit. */
  blocks: number;
  /** Whether pictures are mirrored and turned at random while the backbone is fitted. */
  augment: boolean;
  /** Length of a step; default 0.0001. */
  rate?: number;
}

export interface TuneDeps extends Omit<RetrainDeps, 'reviewed'> {
  readPicture: PictureReader;
  /** Opens the tuned backbone, which embeds until `close`. */
  openBackbone(bytes: Uint8Array): Promise<{ embed: Embed; close(): Promise<void> }>;
}

/**
 * As {@link retrain}, on a backbone whose last blocks were fitted to the images first. Images that it was fitted to train
 * the head and are never judged: what a network learned by heart says nothing of how well it labels others.
 */
export async function retrainTuned(
  input: RetrainInput,
  request: TuneRequest,
  deps: TuneDeps,
  context: { signal?: AbortSignal; log: Log },
): Promise<RetrainOutcome> {
  const { signal, log } = context;
  const { interface: face, inputSize = INPUT_SIZE, file } = input.backbone;
  const bytes = input.backbone.bytes ?? (await readBackboneFile(file));
  const origin = { backboneSha256: sha256Hex(bytes), preprocessing: preprocessingOf(inputSize) };
  const { dataset } = await readDataset({ ...input, augmentations: [], ...origin }, deps, signal);
  const options = { ...request, seed: input.seed ?? 1, ...(signal && { signal }) };
  const tuned = await tuneBackbone(dataset, { bytes, interface: face, inputSize }, options, deps);
  const { epochs, loss } = tuned;
  log.info({ images: tuned.tunedOn.size, epochs, before: loss.before, after: loss.after }, 'a backbone was tuned');
  if (epochs === 0) {
    const outcome = await retrain(input, deps, context);
    return { ...outcome, warnings: [...outcome.warnings, NOTHING_GAINED] };
  }
  const opened = await deps.openBackbone(tuned.bytes);
  try {
    const backbone = { ...input.backbone, name: `${input.backbone.name}-tuned`, bytes: tuned.bytes };
    const tunedOn = { images: tuned.tunedOn, blocks: request.blocks, epochs };
    return await retrain({ ...input, backbone, tuned: tunedOn }, { ...deps, embed: opened.embed }, context);
  } finally {
    await opened.close();
  }
}

const NOTHING_GAINED =
  'Tuning the backbone made nothing better on the images it was stopped by, so it stayed as it was.';
