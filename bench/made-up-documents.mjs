// Index documents as an archive of micrographs might have: words from a list, labels in the shares of a real collection,
// embeddings of 1,280 numbers around 200 centres, half of them zero as behind a ReLU. The same place always gives the same
// document but for the words and labels, which follow the order of the calls.
import { createHash } from 'node:crypto';
import { toIndexDocument } from '../dist/search/document.js';
import { createRecordMeaning } from '../dist/search/meaning.js';
import { shippedTaxonomy } from '../dist/search/taxonomy.js';

const DIMENSIONS = 1280;
const CENTRES = 200;
const WORDS =
  'gold silver copper zinc oxide silicon glass polymer wafer pollen leaf bone steel alloy cement foam fibre wire tip film grating mask sensor electrode powder sphere crystal cell tissue membrane scaffold cotton silk paint needle pillar array aerogel graphene carbon nitride quartz clay insect hair blood dust latex'.split(
    ' ',
  );
const random = seeded(7);
const labels = shippedTaxonomy()
  .concepts.filter(({ definition }) => definition)
  .map(({ label }) => label);
const centres = Array.from({ length: CENTRES }, () =>
  Float32Array.from({ length: DIMENSIONS }, () => Math.max(0, random() * 2 - 1)),
);
const meaningOf = createRecordMeaning();

/** Documents of the places `from` up to, not including, `until`. */
export async function madeUpDocuments(from, until) {
  const documents = [];
  for (let place = from; place < until; place++) {
    const record = makeRecord(place);
    documents.push(toIndexDocument(record, { space: 'made up', vector: embedding(place) }, await meaningOf(record)));
  }
  return documents;
}

function makeRecord(place) {
  const id = createHash('sha256').update(String(place)).digest('hex');
  const [first, second] = [labels[Math.floor(random() ** 1.5 * 10)], labels[Math.floor(random() * 10)]];
  const score = 0.4 + 0.6 * random();
  const scores =
    first === second
      ? [[first, score]]
      : [
          [first, score],
          [second, (1 - score) * 0.8],
        ];
  const word = () => WORDS[Math.floor(random() ** 2 * WORDS.length)];
  const name = `${word()}_${word()}_${place}.tif`;
  return {
    id,
    revision: 1,
    source: { name, path: `run${place % 97}/${name}`, aliases: [], sidecars: [] },
    instrument: { vendor: ['FEI', 'Zeiss', 'Hitachi'][place % 3], model: `Model ${place % 7}` },
    acquisition: {
      accelerationVoltageV: [2000, 5000, 10_000, 15_000, 20_000][place % 5],
      pixelSizeXM: 1e-9 * 2 ** (place % 11),
      detector: ['ETD', 'InLens', 'BSD'][place % 3],
      acquiredAt: `${2010 + (place % 15)}-03-01T10:00:00`,
      ...(place % 2 === 0 && { sampleName: `${word()} ${word()}` }),
    },
    classification: {
      decision: 'review',
      labels: scores.map(([label, value], at) => ({ label, score: value, rank: at + 1 })),
    },
    issues: [],
    artefacts: [],
  };
}

function embedding(place) {
  const own = seeded(place + 1);
  const centre = centres[place % CENTRES];
  return Float32Array.from(centre, (value) => Math.max(0, value + (own() - 0.5) * 0.8));
}

/** Mulberry32. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
