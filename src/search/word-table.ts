import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { PACKAGE_ROOT } from '../software.ts';

/** Vectors of single words, as `scripts/make-word-vectors.mjs` makes them. */
export interface WordTable {
  /** First 8 bytes of the SHA-256 of the data, in hex. */
  hash: string;
  dimensions: number;
  /** Row of a lower-case word, or undefined. */
  find(word: string): number | undefined;
  /** Expected frequency of the word among all words, by Zipf's law from its rank. */
  frequency(row: number): number;
  /** Adds `weight` times the vector of the row to `sum`. */
  addTo(sum: Float32Array, row: number, weight: number): void;
}

const MAGIC = 'SMWV';
const FORMAT = 1;
const HEAD_BYTES = 32;
/** Of Mandelbrot's form of Zipf's law, 1 / (rank + 2.7): B. Mandelbrot 1953, for English text. */
const ZIPF_OFFSET = 2.7;

/** The table of the package; absent only where the package is damaged. */
export const WORD_TABLE_FILE = join(PACKAGE_ROOT, 'assets', 'word-vectors.bin');

/**
 * Opens a table. Little endian: `SMWV`, format, words, dimensions, words of the whole vocabulary, bytes of spelling, 8 bytes
 * of hash; then offsets into the spelling (u32, one more than words), ranks by frequency (u32), scales (f32), components
 * (i8), the spelling of the sorted words. One read of 13 MB; nothing is unpacked.
 * @throws IngestError `search/words` where the file is no such table or cannot be read.
 */
export function openWordTable(path: string = WORD_TABLE_FILE): WordTable {
  const bytes = readTable(path);
  const [words = 0, dimensions = 0, vocabulary = 0, spelledBytes = 0] = [8, 12, 16, 20].map((at) =>
    bytes.readUInt32LE(at),
  );
  const at = { offsets: HEAD_BYTES, ranks: 0, scales: 0, components: 0, spelling: 0 };
  at.ranks = at.offsets + 4 * (words + 1);
  at.scales = at.ranks + 4 * words;
  at.components = at.scales + 4 * words;
  at.spelling = at.components + words * dimensions;
  if (bytes.length !== at.spelling + spelledBytes) throw damaged(path, 'its length is not what its head says');
  const components = new Int8Array(bytes.buffer, bytes.byteOffset + at.components, words * dimensions);
  const spelled = (row: number): string =>
    bytes.toString(
      'latin1',
      at.spelling + bytes.readUInt32LE(at.offsets + 4 * row),
      at.spelling + bytes.readUInt32LE(at.offsets + 4 * row + 4),
    );
  const harmonic = Math.log(vocabulary) + 0.5772;
  return {
    hash: bytes.toString('hex', 24, HEAD_BYTES),
    dimensions,
    find: (word) => binarySearch(words, word, spelled),
    frequency: (row) => 1 / ((bytes.readUInt32LE(at.ranks + 4 * row) + ZIPF_OFFSET) * harmonic),
    addTo: (sum, row, weight) => {
      const factor = weight * bytes.readFloatLE(at.scales + 4 * row);
      for (let index = 0; index < dimensions; index++) {
        sum[index] = (sum[index] ?? 0) + factor * (components[row * dimensions + index] ?? 0);
      }
    },
  };
}

function readTable(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    if (bytes.length < HEAD_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC || bytes.readUInt32LE(4) !== FORMAT) {
      throw damaged(path, 'it does not begin as one');
    }
    return bytes;
  } catch (error) {
    if (error instanceof IngestError) throw error;
    throw damaged(path, errorMessage(error), error);
  }
}

function damaged(path: string, found: string, cause?: unknown): IngestError {
  return new IngestError('search/words', `Cannot read the word vectors "${path}": ${found}.`, { cause });
}

function binarySearch(count: number, word: string, spelled: (row: number) => string): number | undefined {
  let low = 0;
  let high = count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = spelled(middle);
    if (found === word) return middle;
    if (found < word) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
