import { readFile } from 'node:fs/promises';
import type { InferenceBackend } from '../classify/backend.ts';
import { openBackbone } from '../classify/open-backbone.ts';
import { IngestError } from '../domain/errors.ts';
import { limitSharp } from '../raster/sharp-limits.ts';
import { sha256Hex } from '../store/content-hash.ts';
import type { EmbedderSettings } from './protocol.ts';

/** Opens the network of a worker that only embeds; throws `classify/model` where its file is another. */
export async function openEmbedder({ backbone }: EmbedderSettings): Promise<InferenceBackend> {
  limitSharp();
  const { file, sha256, interface: face, inputSize } = backbone;
  const bytes = await readFile(file);
  const found = sha256Hex(bytes);
  if (found === sha256) return await openBackbone(bytes, { interface: face, inputSize });
  throw new IngestError('classify/model', `Opening the backbone ${file}, expected SHA-256 ${sha256}, found ${found}.`);
}
