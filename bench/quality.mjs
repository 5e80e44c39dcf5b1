// How often the quality issues are raised, rightly and wrongly: on sample micrographs as they are, and on the same ones
// blurred, made noisy, clipped or cut short.
//
//     npm run build && node bench/quality.mjs [--shared ../shared] [--every 1] [--list]
//
// The halves are by the last hexadecimal digit of the SHA-256 of the file's name: thresholds were chosen on the even one.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { decodePicture } from '../dist/raster/decode-picture.js';
import { assessQuality } from '../dist/raster/quality.js';
import { viewPicture } from '../dist/raster/view-picture.js';

const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') },
    every: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
  },
});

/** Normally distributed numbers, the same on every run. */
function normalNumbers(count) {
  let state = 12_345;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / (2 ** 32 + 1);
  };
  return Float32Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(6.283_185 * uniform()),
  );
}

const NORMAL = normalNumbers(1_000_003);

function mapped(grey, change) {
  return { ...grey, data: Uint8Array.from(grey.data, (level, at) => Math.min(255, Math.max(0, change(level, at)))) };
}

async function blurred(grey, sigma) {
  const raw = { width: grey.widthPx, height: grey.heightPx, channels: 1 };
  const data = await sharp(grey.data, { raw }).blur(sigma).toColourspace('b-w').raw().toBuffer();
  return { ...grey, data: new Uint8Array(data) };
}

/** By the factor that brings the picture to the working scale of about 1,024 pixels. */
const scaleOf = ({ widthPx }) => 2 ** Math.max(0, Math.round(Math.log2(widthPx / 1024)));
const noisy = (grey, sigma) => mapped(grey, (level, at) => level + sigma * scaleOf(grey) * NORMAL[at % NORMAL.length]);

/** What is done to a picture, and the issue that should follow. */
const TREATMENTS = {
  'as it is': { expected: undefined, make: (grey) => grey },
  'blurred by 2 px': { expected: 'out-of-focus', make: (grey) => blurred(grey, 2 * scaleOf(grey)) },
  'blurred by 4 px': { expected: 'out-of-focus', make: (grey) => blurred(grey, 4 * scaleOf(grey)) },
  'blurred by 4 px, noise of 3': {
    expected: 'out-of-focus',
    make: async (grey) => noisy(await blurred(grey, 4 * scaleOf(grey)), 3),
  },
  'blurred by 6 px': { expected: 'out-of-focus', make: (grey) => blurred(grey, 6 * scaleOf(grey)) },
  'noise of 20': { expected: 'noisy', make: (grey) => noisy(grey, 20) },
  'noise of 40': { expected: 'noisy', make: (grey) => noisy(grey, 40) },
  'the brightest tenth clipped': { expected: 'saturated', make: (grey) => clipped(grey, 0.1) },
  'the last tenth black': {
    expected: 'scan-interrupted',
    make: (grey) => mapped(grey, (level, at) => (at >= 0.9 * grey.data.length ? 0 : level)),
  },
};

function clipped(grey, share) {
  const level = grey.data.toSorted()[Math.floor((1 - share) * (grey.data.length - 1))];
  return mapped(grey, (value) => (value >= level ? 255 : value));
}

function isEven(name) {
  return Number.parseInt(createHash('sha256').update(name).digest('hex').at(-1), 16) % 2 === 0;
}

function issuesOf(area) {
  const facts = { bitsPerSample: 8, photometric: 'min-is-black' };
  const { issues } = assessQuality({ facts, plane: area }, { grey: area, area }, false);
  return issues.map(({ code }) => code);
}

const counts = {};
function add(half, treatment, code) {
  const key = `${treatment}\t${code}`;
  counts[key] ??= { even: 0, odd: 0 };
  counts[key][half] += 1;
}

const table = JSON.parse(readFileSync(resolve(import.meta.dirname, '../test/fixtures/data-bars.json'), 'utf8'));
const pictures = table.filter(({ file }) => /^(labelled|unlabelled|simulated)\//.test(file));
let ms = 0;
let megapixels = 0;
for (const [at, { file }] of pictures.entries()) {
  if (at % Number(values.every) !== 0) continue;
  const { picture } = await decodePicture(readFileSync(join(values.shared, 'samples', file)), {
    maxPixelBytes: 2 ** 30,
  });
  const { area } = viewPicture(picture, undefined);
  const half = isEven(file) ? 'even' : 'odd';
  for (const [treatment, { make }] of Object.entries(TREATMENTS)) {
    const grey = await make(area);
    const started = performance.now();
    const codes = issuesOf(grey);
    ms += performance.now() - started;
    megapixels += grey.data.length / 1e6;
    add(half, treatment, 'pictures');
    for (const code of codes) add(half, treatment, code);
    if (values.list && treatment === 'as it is' && codes.length > 0) console.log(`${file}: ${codes.join(', ')}`);
  }
}

for (const [treatment, { expected }] of Object.entries(TREATMENTS)) {
  const all = counts[`${treatment}\tpictures`];
  console.log(`${treatment} (${all.even} even, ${all.odd} odd)${expected ? `, expected ${expected}` : ''}`);
  for (const [key, { even, odd }] of Object.entries(counts)) {
    const [of, code] = key.split('\t');
    if (of !== treatment || code === 'pictures') continue;
    console.log(
      `  ${code.padEnd(18)} even ${even} (${(even / all.even).toFixed(3)}), odd ${odd} (${(odd / all.odd).toFixed(3)})`,
    );
  }
}
console.log(`${(ms / megapixels).toFixed(2)} ms a megapixel`);
