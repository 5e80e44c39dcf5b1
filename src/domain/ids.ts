import { z } from 'zod';

/** Lower-case hex SHA-256 of the picture file's bytes: the identity of a micrograph and of its record. */
export const ContentHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand('ContentHash');
export type ContentHash = z.infer<typeof ContentHash>;

/** Folder of a record below REPO, with "/" on every system: `records/ab/cd/<sha256>`. */
export function recordFolder(id: ContentHash): string {
  return `records/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`;
}

const WINDOWS_RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what is being removed
const UNSAFE = /[\u0000-\u001f\u007f<>:"/\\|?*#%]+/gu;
const MAX_CHARACTERS = 80;

/**
 * The stem of `fileName` made safe as a file name on Windows and in a WebDAV URL: at most 80 characters, never empty,
 * letters of every script kept (normalised to NFC).
 */
export function safeStem(fileName: string): string {
  const base = fileName.split(/[/\\]/).at(-1) ?? '';
  const dot = base.lastIndexOf('.');
  const stem = (dot > 0 ? base.slice(0, dot) : base).normalize('NFC').replace(UNSAFE, '_');
  const cut = Array.from(stem)
    .slice(0, MAX_CHARACTERS)
    .join('')
    .replace(/^[ .]+|[ .]+$/g, '');
  if (cut === '') return 'unnamed';
  return WINDOWS_RESERVED.test(cut) ? `_${cut}`.slice(0, MAX_CHARACTERS) : cut;
}
