/**
 * Scores of many documents, dense by document number: a query can touch every record, and an array of numbers costs a
 * tenth of a map. A document with score 0 is not a member.
 */
export interface Scores {
  values: Float64Array;
  /** What the score comes from, in numbers that the caller gives out; up to 255. */
  sources: Uint8Array;
  /** Each member once, in the order of their coming. */
  docs: number[];
}

/** Room for the documents 0 to `highest`. */
export function createScores(highest: number): Scores {
  return { values: new Float64Array(highest + 1), sources: new Uint8Array(highest + 1), docs: [] };
}

/** The score becomes the larger of the two; what gave it first keeps the credit. */
export function raiseScore(scores: Scores, doc: number, value: number, source: number): void {
  const before = scores.values[doc] ?? 0;
  if (value <= before) return;
  if (before === 0) scores.docs.push(doc);
  scores.values[doc] = value;
  scores.sources[doc] = source;
}

export function addScore(scores: Scores, doc: number, value: number): void {
  const before = scores.values[doc] ?? 0;
  if (before === 0 && value > 0) scores.docs.push(doc);
  scores.values[doc] = before + value;
}

/**
 * The `count` best, best first, of equals the higher number (the one indexed later) first. Costs one sort of plain
 * numbers; only what is returned is ordered by comparison.
 */
export function bestDocuments({ values, docs }: Pick<Scores, 'values' | 'docs'>, count: number): number[] {
  const score = (doc: number): number => values[doc] ?? 0;
  const inOrder = (a: number, b: number): number => score(b) - score(a) || b - a;
  if (count <= 0) return [];
  if (docs.length <= count) return docs.toSorted(inOrder);
  const ascending = new Float64Array(docs.length);
  docs.forEach((doc, at) => void (ascending[at] = score(doc)));
  ascending.sort();
  const least = ascending[docs.length - count] ?? 0;
  const above = docs.filter((doc) => score(doc) > least);
  const atLeast = Uint32Array.from(docs.filter((doc) => score(doc) === least)).toSorted();
  const rest = count - above.length;
  return [...above.toSorted(inOrder), ...(rest > 0 ? atLeast.slice(-rest).toReversed() : [])];
}
