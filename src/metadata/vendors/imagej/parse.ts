import { decodeText, splitLines } from '../../decode-text.ts';

/** The lines `key=value` of an ImageDescription that ImageJ wrote. */
export type ImageJHeader = ReadonlyMap<string, string>;

/** More lines than ImageJ ever writes there. */
const MAX_LINES = 1000;

/** Reads an ImageDescription by ImageJ: "ImageJ=1.51d", then lines such as "unit=micron". The first of a key counts. */
export function parseImageJ(bytes: Uint8Array): ImageJHeader {
  const entries = new Map<string, string>();
  for (const line of splitLines(decodeText(bytes).text).slice(0, MAX_LINES)) {
    const equals = line.indexOf('=');
    const key = line.slice(0, equals).trim();
    if (equals > 0 && !entries.has(key)) entries.set(key, line.slice(equals + 1).trim());
  }
  return entries;
}
