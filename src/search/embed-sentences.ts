import type { EmbeddedText } from './document.ts';
import type { SentenceFolder } from './sentence-folder.ts';
import type { TextEmbedder, TextPart } from './text-embedder.ts';
import { createWordPieces } from './word-pieces.ts';

/** Raise when the same texts get another direction from the same model. */
const METHOD_VERSION = 1;

/** Parts whose directions are kept, some 1.5 KB each: what a record says of its labels comes again and again. */
const MOST_PARTS = 2000;

/** Runs a text, as the numbers of its tokens, through the network; gives its vector, of any length but zero. */
export type RunSentence = (tokens: readonly number[]) => Promise<Float32Array>;

/** What records are embedded with, and what queries: they differ by the prefix that the model wants before a text. */
export interface SentenceEmbedders {
  records: TextEmbedder;
  queries: TextEmbedder;
}

/**
 * Texts as weighted sums of the directions of their parts, each part a sentence of its own. As one text they would lose
 * their weights: a label of score 0.1 would tell as much as one of 0.9, and one long definition more than a sample's name.
 */
export function createSentenceEmbedders(
  { vocabulary, settings, hash }: Pick<SentenceFolder, 'vocabulary' | 'settings' | 'hash'>,
  run: RunSentence,
): SentenceEmbedders {
  const pieces = createWordPieces(vocabulary, settings);
  const space = `sentences-${hash}/parts-${METHOD_VERSION}`;
  const embedder = (prefix: string): TextEmbedder => {
    const directionOf = rememberDirections(async (text) => {
      if (pieces.encode(text) === undefined) return undefined;
      const tokens = pieces.encode(prefix + text);
      return tokens && unit(await run(tokens));
    });
    const embedOne = async (parts: readonly TextPart[]): Promise<EmbeddedText | undefined> => {
      const directions = await Promise.all(parts.map(({ text }) => directionOf(text)));
      const vector = weightedSum(parts, directions);
      return vector && { space, vector };
    };
    return {
      space,
      ...(settings.floor !== undefined && { floor: settings.floor }),
      embed: (texts) => Promise.all(texts.map(embedOne)),
    };
  };
  return { records: embedder(settings.passagePrefix), queries: embedder(settings.queryPrefix) };
}

type Direction = (text: string) => Promise<Float32Array | undefined>;

/** A failure is not remembered. */
function rememberDirections(make: Direction): Direction {
  const known = new Map<string, ReturnType<Direction>>();
  return async (text) => {
    if (known.size >= MOST_PARTS) known.clear();
    const making = known.get(text) ?? make(text);
    known.set(text, making);
    try {
      return await making;
    } catch (error) {
      known.delete(text);
      throw error;
    }
  };
}

/** Of length 1; undefined where nothing is known. */
function weightedSum(
  parts: readonly TextPart[],
  directions: readonly (Float32Array | undefined)[],
): Float32Array | undefined {
  const dimensions = directions.find((direction) => direction !== undefined)?.length ?? 0;
  const sum = new Float32Array(dimensions);
  directions.forEach((direction, at) => {
    const weight = parts[at]?.weight ?? 0;
    direction?.forEach((value, index) => void (sum[index] = (sum[index] ?? 0) + weight * value));
  });
  return unit(sum);
}

function unit(vector: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(vector.reduce((total, value) => total + value * value, 0));
  return length > 0 && Number.isFinite(length) ? vector.map((value) => value / length) : undefined;
}
