import { randomBytes } from 'node:crypto';
import { contentFile } from '../record-source.ts';
import { temporaryName } from '../temporary-name.ts';
import { corruptFault } from './faults.ts';
import { type UploadDeps, uploadFile } from './upload.ts';

/**
 * Writes a small file beside `records/`, renames it, reads it back and removes it, which is all that publishing needs.
 * Returns a sentence that also says how far uploads can be proved here.
 */
export async function checkWebdav(deps: UploadDeps, signal: AbortSignal): Promise<string> {
  const content = randomBytes(64);
  const name = `${temporaryName(randomBytes(32).toString('hex'))}-check`;
  const file = { ...contentFile(name, content), mediaType: 'application/octet-stream' };
  try {
    await uploadFile(deps, file, { folder: '', entries: [] }, signal);
    const found = await deps.files.sha256(name, signal);
    if (found !== file.sha256) throw corruptFault(name, 'other bytes were read back');
    return `${deps.link.urlOf('').href} takes files: one was written, renamed, read and removed; ${await proof(deps, name, signal)}.`;
  } finally {
    await deps.files.remove(name, signal);
  }
}

async function proof({ verify, files }: UploadDeps, name: string, signal: AbortSignal): Promise<string> {
  if (verify === 'size') return 'uploads are proved by their size';
  if (verify === 'readback') return 'uploads are proved by reading them back';
  const [first] = await files.checksums(name, signal);
  if (first) return `uploads are proved by the server's ${first.algorithm}`;
  return 'the server states no checksum of its own, so uploads are proved by their size';
}
