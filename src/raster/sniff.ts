/** What the first bytes of a file say it is. */
export type FileKind = 'tiff' | 'jpeg' | 'png' | 'hdf5' | 'other';

const SIGNATURES: readonly (readonly [FileKind, readonly number[]])[] = [
  ['tiff', [0x49, 0x49, 42, 0]],
  ['tiff', [0x4d, 0x4d, 0, 42]],
  ['tiff', [0x49, 0x49, 43, 0]],
  ['tiff', [0x4d, 0x4d, 0, 43]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['hdf5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
];

/** Bytes at the start of a file that {@link sniff} looks at. */
export const SNIFF_BYTES = 8;

/** Tells the kind of a file by its content; names and extensions do not count. */
export function sniff(bytes: Uint8Array): FileKind {
  const match = SIGNATURES.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte));
  return match?.[0] ?? 'other';
}
