import type { EmbeddedText } from './document.ts';

/** Some words of a text, and how much of its direction they make up. */
export interface TextPart {
  text: string;
  weight: number;
}

/**
 * Turns texts into directions that can be compared. The word vectors of the package are one implementation
 * (`embed-words.ts`); a sentence model is another: it gives its vectors a `space` of its own, so that no index compares
 * them with those of another.
 */
export interface TextEmbedder {
  /** Name of what made the vectors: data, method and version. */
  readonly space: string;
  /** Cosine below which a record is not found by its meaning; `MEANING_FLOOR` where absent. */
  readonly floor?: number;
  /** One answer a text, in their order; undefined where no word of it is known. */
  embed(texts: readonly (readonly TextPart[])[]): Promise<(EmbeddedText | undefined)[]>;
}

/** An embedder opened for both sides of a search; they may differ, and give vectors of one space. */
export interface OpenTexts {
  records: TextEmbedder;
  queries: TextEmbedder;
  close(): Promise<void>;
}
