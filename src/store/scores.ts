/**
 * Scores of many documents, dense by document number: a query can touch every record, and an array of numbers costs a
 * tenth of a map. A document with score 0 is not a member.
 */
export interface Scores {
  values: Float64Array;
  /** Each member once, in the order of their coming. */
  docs: number[];
}

/** Room for the documents 0 to `highest`. */
export function createScores(highest: number): Scores {
  return { values: new Float64Array(highest + 1), docs: [] };
}

export function addScore(scores: Scores, doc: number, value: number): void {
  const before = scores.values[doc] ?? 0;
  if (before === 0 && value > 0) scores.docs.push(doc);
  scores.values[doc] = before + value;
}

/**
 * The `count` best, best first, of equals the higher number (the one indexed later) first. A heap of the best so far, the
 * least at its root: nearly all of the others are turned away by one comparison. Read from the end, because members come
 * mostly in rising order, so that equals are turned away too.
 */
export function bestDocuments({ values, docs }: Pick<Scores, 'values' | 'docs'>, count: number): number[] {
  const inOrder = (a: number, b: number): number => (values[b] ?? 0) - (values[a] ?? 0) || b - a;
  if (count <= 0) return [];
  const room = Math.min(count, docs.length);
  const heap = docs.slice(docs.length - room).toSorted((a, b) => inOrder(b, a));
  for (let at = docs.length - room - 1; at >= 0; at--) {
    const doc = docs[at] ?? 0;
    const least = heap[0] ?? 0;
    const difference = (values[doc] ?? 0) - (values[least] ?? 0);
    if (difference > 0 || (difference === 0 && doc > least)) replaceRoot(heap, doc, inOrder);
  }
  return heap.toSorted(inOrder);
}

/** Puts `doc` in place of the least of a heap and lets it sink to where it belongs. */
function replaceRoot(heap: number[], doc: number, inOrder: (a: number, b: number) => number): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    if (left >= heap.length) break;
    const lesser = right < heap.length && inOrder(heap[right] ?? 0, heap[left] ?? 0) > 0 ? right : left;
    if (inOrder(heap[lesser] ?? 0, doc) <= 0) break;
    heap[at] = heap[lesser] ?? 0;
    at = lesser;
  }
  heap[at] = doc;
}
