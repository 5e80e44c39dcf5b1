import type { EmbeddedText } from './document.ts';
import type { TextEmbedder, TextPart } from './text-embedder.ts';
import { piecesOf, readings, wordsOf } from './text-words.ts';
import { openWordTable, type WordTable } from './word-table.ts';
import { isTelling } from './words.ts';

/** Raise when the same words get another direction: vectors of two methods are not compared. */
const METHOD_VERSION = 1;
/**
 * Smooth inverse frequency: a word of frequency p weighs a / (a + p). S. Arora et al., A simple but tough-to-beat baseline
 * for sentence embeddings, ICLR 2017, found a between 1e-3 and 1e-4 best.
 */
const SMOOTHING = 1e-4;

/** Words whose vectors are kept unpacked, 400 bytes each, and parts of texts likewise. */
const MOST_KNOWN = 20_000;
const MOST_PARTS = 2000;

/** The embedder of the package; it also gives directions at once, and of single words. */
export interface WordEmbedder extends TextEmbedder {
  embedNow(parts: readonly TextPart[]): EmbeddedText | undefined;
}

/** Texts as weighted sums of the vectors of their words. `open` is called once, when the first text comes. */
export function createWordEmbedder(open: () => WordTable = openWordTable): WordEmbedder {
  let table: WordTable | undefined;
  const known = new Map<string, Float32Array | undefined>();
  const parts = new Map<string, Float32Array>();
  const opened = (): WordTable => (table ??= open());
  const wordVector = (word: string): Float32Array | undefined => {
    if (!known.has(word)) {
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(word, vectorOf(opened(), word));
    }
    return known.get(word);
  };
  const space = (): string => `words-${opened().hash}/sif-${METHOD_VERSION}`;
  /** Of length 1, or zero: what a record says of its labels comes again and again. */
  const partDirection = (text: string): Float32Array => {
    const seen = parts.get(text);
    if (seen !== undefined) return seen;
    const direction = new Float32Array(opened().dimensions);
    for (const word of wordsOf(text)) {
      const whole = wordVector(word);
      const vectors = whole ? [whole] : piecesOf(word).map(wordVector);
      for (const vector of vectors) addTo(direction, vector, 1);
    }
    const unit = scaled(direction);
    if (parts.size >= MOST_PARTS) parts.clear();
    parts.set(text, unit);
    return unit;
  };
  const embedNow = (text: readonly TextPart[]): EmbeddedText | undefined => {
    const sum = new Float32Array(opened().dimensions);
    for (const part of text) addTo(sum, partDirection(part.text), part.weight);
    return sum.some((value) => value !== 0) ? { space: space(), vector: scaled(sum) } : undefined;
  };
  return {
    get space() {
      return space();
    },
    embedNow,
    embed: async (texts) => texts.map(embedNow),
  };
}

/** By the first of its readings of which every word is in the table. */
function vectorOf(table: WordTable, word: string): Float32Array | undefined {
  if (!isTelling(word)) return undefined;
  for (const reading of readings(word)) {
    const rows = reading.map((one) => table.find(one)).filter((row) => row !== undefined);
    if (rows.length < reading.length) continue;
    const vector = new Float32Array(table.dimensions);
    for (const row of rows) table.addTo(vector, row, SMOOTHING / (SMOOTHING + table.frequency(row)) / rows.length);
    return vector;
  }
  return undefined;
}

function addTo(sum: Float32Array, vector: Float32Array | undefined, weight: number): void {
  if (vector === undefined) return;
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] ?? 0) + weight * (vector[index] ?? 0);
}

/** To length 1; zero stays zero. */
function scaled(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((total, value) => total + value * value, 0)) || 1;
  return vector.map((value) => value / length);
}
