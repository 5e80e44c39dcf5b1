import { IngestError } from '../domain/errors.ts';
import type { LabelledImage } from './dataset.ts';

/** Pictures that judge every model and train none: content hashes, and names of files. */
export interface TestList {
  hashes: ReadonlySet<string>;
  /** `NAME` or the end of a path with "/", in NFC. */
  names: ReadonlySet<string>;
}

/** A million lines. */
export const MAX_TEST_LIST_BYTES = 64 * 2 ** 20;

/**
 * Reads a list of one content hash or file name a line; empty lines and what follows "#" at the start of a line do not
 * count. Throws `train/data` where nothing is left.
 */
export function parseTestList(text: string, name: string): TestList {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) {
    throw new IngestError(
      'train/data',
      `Reading the test list ${name}, expected one content hash or file name a line, found no line.`,
    );
  }
  const hash = /^[0-9a-f]{64}$/i;
  return {
    hashes: new Set(lines.filter((line) => hash.test(line)).map((line) => line.toLowerCase())),
    names: new Set(lines.filter((line) => !hash.test(line)).map((line) => line.replaceAll('\\', '/').normalize('NFC'))),
  };
}

/** Marks the files that a list names, and says which of its names are those of no file. */
export function markTested(
  images: readonly LabelledImage[],
  { names }: TestList,
): { images: LabelledImage[]; unknown: string[] } {
  const found = new Set<string>();
  const marked = images.map((image) => {
    const named = endingsOf(image.file).filter((ending) => names.has(ending));
    for (const name of named) found.add(name);
    return named.length === 0 ? image : { ...image, testOnly: true };
  });
  return { images: marked, unknown: [...names].filter((name) => !found.has(name)) };
}

/** Deeper paths than these in a list are absolute ones. */
const MOST_PARTS = 12;

function endingsOf(file: string): string[] {
  const path = file.replaceAll('\\', '/').normalize('NFC');
  const parts = path.split('/');
  const count = Math.min(parts.length, MOST_PARTS);
  return [path, ...Array.from({ length: count }, (_, at) => parts.slice(-1 - at).join('/'))];
}
