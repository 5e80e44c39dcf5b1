import { readFile } from 'node:fs/promises';
import type { InferenceBackend } from '../classify/backend.ts';
import { openBackbone } from '../classify/open-backbone.ts';
import { IngestError } from '../domain/errors.ts';
import { limitSharp } from '../raster/sharp-limits.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { EmbedOutcome } from '../train/dataset.ts';
import { embedFile } from './embed-files.ts';
import type { EmbedderSettings, WorkerRequest, WorkerResponse } from './protocol.ts';
import { maxRssMiB, signOfLife } from './signs-of-life.ts';

type EmbedderRequest = Extract<WorkerRequest, { type: 'init-embedder' | 'embed' }>;

/** The part of a worker's conversation that embeds files. */
export function createEmbedder(send: (response: WorkerResponse) => void): (request: EmbedderRequest) => Promise<void> {
  let backend: InferenceBackend | undefined;
  return async (request) => {
    if (request.type === 'init-embedder') {
      backend = await openEmbedder(request.settings);
      send({ type: 'ready' });
      return;
    }
    if (!backend) throw new Error('files to embed came before the network');
    const { id, tasks } = request;
    const alive = signOfLife(id, send);
    const results: EmbedOutcome[] = [];
    for (const task of tasks) {
      alive();
      results.push(await embedFile(task, backend));
    }
    send({ type: 'embedded', id, results, maxRssMiB: maxRssMiB() });
  };
}

/** Opens the network of a worker that only embeds; throws `classify/model` where its file is another. */
export async function openEmbedder({ backbone }: EmbedderSettings): Promise<InferenceBackend> {
  limitSharp();
  const { file, sha256, interface: face, inputSize } = backbone;
  const bytes = await readFile(file);
  const found = sha256Hex(bytes);
  if (found === sha256) return await openBackbone(bytes, { interface: face, inputSize });
  throw new IngestError('classify/model', `Opening the backbone ${file}, expected SHA-256 ${sha256}, found ${found}.`);
}
