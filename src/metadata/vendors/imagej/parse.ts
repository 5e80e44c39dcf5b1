import { clean, decodeText, splitLines } from '../../decode-text.ts';

/** The lines `key=value` of an ImageDescription that ImageJ wrote. */
export interface ImageJHeader {
  encoding: string;
  entries: ReadonlyMap<string, string>;
}

/** More lines than ImageJ ever writes there. */
const MAX_LINES = 1000;

/** Reads an ImageDescription by ImageJ: "ImageJ=1.51d", then lines such as "unit=micron". The first of a key counts. */
export function parseImageJ(bytes: Uint8Array): ImageJHeader {
  const { text, encoding } = decodeText(bytes);
  const entries = new Map<string, string>();
  for (const line of splitLines(text).slice(0, MAX_LINES)) {
    const equals = line.indexOf('=');
    const key = line.slice(0, equals).trim();
    if (equals > 0 && !entries.has(key)) entries.set(key, clean(line.slice(equals + 1)));
  }
  return { encoding, entries };
}
