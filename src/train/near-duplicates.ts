import { bitCount } from '../store/vector-codec.ts';
import type { Dataset, Example, LeftOut } from './dataset.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * Two pictures are nearly the same from this cosine of their standardised embeddings on. Measured with the small backbone
 * on the samples: the nearest of 400 micrographs that were each drawn anew reach 0.911; copies with another brightness have
 * a median of 0.998, halved or compressed to JPEG quality 40 of 0.997, trimmed by 3 % of 0.943, mirrored of 0.922. Above it
 * lie 19 of 18,336 pairs of the 192 labelled micrographs, all tiles or crops of one specimen.
 */
export const NEAR_DUPLICATE_COSINE = 0.92;

/** 64 bands of 16 bits: a pair at the limit differs in an eighth of its bits and shares a band with probability 0.999. */
const BANDS = 64;
const BAND_BITS = 16;
const BITS = BANDS * BAND_BITS;
const WORDS = BITS / 32;
/** A bit is the sign of so many numbers together, so that one that never changes cannot rule it. */
const DIMENSIONS_A_BIT = 8;
/** Pairs that differ in more of their bits are not looked at: the share at the limit and six standard deviations. */
const MOST_BITS_APART = Math.ceil(BITS * 0.19);

/** Which examples are families: `families` has the number of a family for each vector, -1 for one that is alone. */
function findFamilies(vectors: readonly Float32Array[]): Int32Array {
  const units = standardisedUnits(vectors);
  const codes = signCodes(units);
  const parents = Int32Array.from(vectors.keys());
  for (let band = 0; band < BANDS; band += 1) {
    for (const bucket of bucketsOf(codes, band)) joinWithin(bucket, units, codes, parents);
  }
  const sizes = new Map<number, number>();
  const roots = parents.map((_, at) => rootOf(parents, at));
  for (const root of roots) sizes.set(root, (sizes.get(root) ?? 0) + 1);
  return roots.map((root) => ((sizes.get(root) ?? 0) > 1 ? root : -1));
}

/**
 * Marks pictures that are nearly the same, also over several steps, as one family: no split parts them. Simulated pictures
 * are not looked at; a picture nearly the same as one of a fixed test list is left out, because training on it would be
 * training on the test.
 *
 * Embeddings are hashed to sign bits, and only pairs that agree in one of 64 bands of 16 bits are compared: 20,000 images
 * take seconds where all pairs would take minutes, in the time of their number and of their families' sizes.
 */
export function withFamilies(dataset: Dataset): Dataset {
  const real = dataset.examples.filter(({ simulated }) => !simulated);
  const families = findFamilies(real.map(({ embedding }) => embedding));
  const members = new Map<number, Example[]>();
  real.forEach((example, at) => {
    const family = families[at] ?? -1;
    if (family >= 0) members.set(family, [...(members.get(family) ?? []), example]);
  });
  const familyOf = new Map<Example, string>();
  const leftOut: LeftOut[] = [];
  const lost = new Set<Example>();
  for (const family of members.values()) {
    // Examples are sorted by content hash.
    for (const example of family) familyOf.set(example, family[0]?.sha256 ?? '');
    const tested = family.find(({ testOnly }) => testOnly);
    if (tested === undefined) continue;
    for (const example of family.filter(({ testOnly }) => !testOnly)) {
      lost.add(example);
      const reason = `it is nearly the same as ${nameOf(tested)} of the test list`;
      leftOut.push({ file: nameOf(example), reason });
    }
  }
  const kept = dataset.examples.filter((example) => !lost.has(example));
  const examples = kept.map((example) => {
    const family = familyOf.get(example);
    return family === undefined ? example : { ...example, family };
  });
  return { ...dataset, examples, leftOut: [...dataset.leftOut, ...leftOut] };
}

/** Families whose pictures stand under more than one label: one of the labels is likely wrong. */
export function familiesOfTwoLabels({ labels, examples }: Dataset): { file: string; label: string }[][] {
  const members = new Map<string, Example[]>();
  for (const example of examples) {
    if (example.family === undefined) continue;
    const known = members.get(example.family);
    if (known === undefined) members.set(example.family, [example]);
    else known.push(example);
  }
  return [...members.values()]
    .filter((family) => new Set(family.map(({ label }) => label)).size > 1)
    .map((family) => family.map((example) => ({ file: nameOf(example), label: labels[example.label] ?? '' })));
}

function nameOf({ file, sha256 }: Example): string {
  return file ?? sha256;
}

/** Mean 0, spread 1 in every dimension, length 1. */
function standardisedUnits(vectors: readonly Float32Array[]): Float32Array[] {
  const dim = vectors[0]?.length ?? 0;
  const mean = new Float64Array(dim);
  const square = new Float64Array(dim);
  for (const vector of vectors) {
    for (let d = 0; d < dim; d += 1) {
      const value = vector[d] as number;
      mean[d] = (mean[d] as number) + value / vectors.length;
    }
  }
  for (const vector of vectors) {
    for (let d = 0; d < dim; d += 1) {
      const off = (vector[d] as number) - (mean[d] as number);
      square[d] = (square[d] as number) + (off * off) / vectors.length;
    }
  }
  const scale = square.map((value) => (value < CONSTANT_BELOW ? 1 : Math.sqrt(value)));
  return vectors.map((vector) => {
    const unit = vector.map((value, d) => (value - (mean[d] as number)) / (scale[d] as number));
    const length = Math.sqrt(unit.reduce((sum, value) => sum + value * value, 0));
    return length === 0 ? unit : unit.map((value) => value / length);
  });
}

/** Square of the spread below which a dimension is constant, as for heads. */
const CONSTANT_BELOW = 1e-12;

/** [vectors x 32] words of sign bits of seeded sums of a few dimensions. */
function signCodes(units: readonly Float32Array[]): Uint32Array {
  const dim = units[0]?.length ?? 0;
  const random = seededRandom(1);
  const picks = Int32Array.from({ length: BITS * DIMENSIONS_A_BIT }, () => Math.floor(random() * dim));
  const signs = Int8Array.from(picks, () => (random() < 0.5 ? -1 : 1));
  const codes = new Uint32Array(units.length * WORDS);
  units.forEach((unit, row) => {
    for (let bit = 0; bit < BITS; bit += 1) {
      let sum = 0;
      for (let at = bit * DIMENSIONS_A_BIT; at < (bit + 1) * DIMENSIONS_A_BIT; at += 1) {
        sum += (signs[at] as number) * (unit[picks[at] as number] as number);
      }
      const word = row * WORDS + (bit >>> 5);
      if (sum > 0) codes[word] = ((codes[word] as number) | (1 << (bit & 31))) >>> 0;
    }
  });
  return codes;
}

/** Rows that agree in the bits of a band. */
function bucketsOf(codes: Uint32Array, band: number): number[][] {
  const buckets = new Map<number, number[]>();
  for (let row = 0; row * WORDS < codes.length; row += 1) {
    const word = codes[row * WORDS + (band >>> 1)] as number;
    const key = band % 2 === 0 ? word & 0xffff : word >>> 16;
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [row]);
    else bucket.push(row);
  }
  return [...buckets.values()].filter(({ length }) => length > 1);
}

function joinWithin(
  bucket: readonly number[],
  units: readonly Float32Array[],
  codes: Uint32Array,
  parents: Int32Array,
): void {
  for (let i = 1; i < bucket.length; i += 1) {
    const a = bucket[i] as number;
    for (let j = 0; j < i; j += 1) {
      const b = bucket[j] as number;
      const [rootA, rootB] = [rootOf(parents, a), rootOf(parents, b)];
      if (rootA === rootB || bitsApart(codes, a, b) > MOST_BITS_APART) continue;
      if (dot(units[a] as Float32Array, units[b] as Float32Array) < NEAR_DUPLICATE_COSINE) continue;
      // The smaller row is the root, so that the order of the bands does not matter.
      parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    }
  }
}

function rootOf(parents: Int32Array, at: number): number {
  let root = at;
  while (parents[root] !== root) root = parents[root] as number;
  // Everything on the way points at the root from now on.
  for (let step = at; step !== root; ) {
    const next = parents[step] as number;
    parents[step] = root;
    step = next;
  }
  return root;
}

function bitsApart(codes: Uint32Array, a: number, b: number): number {
  let apart = 0;
  for (let word = 0; word < WORDS; word += 1) {
    apart += bitCount(((codes[a * WORDS + word] as number) ^ (codes[b * WORDS + word] as number)) >>> 0);
    if (apart > MOST_BITS_APART) return apart;
  }
  return apart;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d += 1) sum += (a[d] as number) * (b[d] as number);
  return sum;
}
