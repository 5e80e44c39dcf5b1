/**
 * How a record is scored. The formula is ours and the same for every index, so that two indexes agree up to ties and a
 * score means something (rank fusion and raw BM25 give numbers that mean nothing to a person):
 *
 *   words      = sum over the query's terms of weight x evidence, divided by the sum of the weights
 *   evidence   = the best of: the term stands in a field of the record (below), or the record carries a label that the
 *                term stands for (label score x 1 for a name of the label, x 0.6 for a related word)
 *   weight     = ln(1 + records / records with any evidence of the term): a rare term tells more than a common one
 *   similarity = cosine of the embeddings, cut at 0
 *   score      = words, or similarity, or the mean of the two when the query has both
 *
 * So 1 means that every term stands in what a person wrote about the record (and that the picture is the same one), 0.5
 * that about half of what was asked for is there. Equals stand in order of indexing, the newest first.
 */
export const FIELD_EVIDENCE = {
  /** File and folder names. */
  name: 1,
  /** Sample name, project and keywords: what people wrote about the picture. */
  subject: 1,
  /** Vendor, model, detector, emitter. */
  instrument: 1,
  /** Other words of the vendor header: mostly settings, met in many records by chance. */
  header: 0.6,
  /** Words of the issues. */
  issues: 0.4,
} as const;

export type TextField = keyof typeof FIELD_EVIDENCE;

/** Labels scored below this are noise of the softmax and no evidence. */
export const LABEL_FLOOR = 0.05;

/** `--label X` takes records with X first, or with at least this score. */
export const LABEL_FILTER_SCORE = 0.25;

/** Weight of a term that `matching` of `total` records give evidence of. */
export function termWeight(total: number, matching: number): number {
  return Math.log(1 + (total + 1) / (matching + 1));
}

/**
 * Cosine of meanings below which a record is not found by its meaning. With the package's word vectors, queries that have
 * nothing to do with micrographs ("football match", "university", a vendor's name) came to at most 0.37 with any of 192
 * records, the best answers of seven real ones to 0.58 and more.
 */
export const MEANING_FLOOR = 0.4;
