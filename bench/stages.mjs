// Milliseconds that the steps over the pixels take, one picture after the other in one thread, the fastest of some rounds:
//
//     npm run build && node bench/stages.mjs [--rounds 40] PICTURE...
//
// Beside our resize stands that of sharp, which gives the same.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { INPUT_SIZE, preprocess } from '../dist/classify/preprocess.js';
import { encodeJpeg } from '../dist/convert/jpeg.js';
import { decodePicture } from '../dist/raster/decode-picture.js';
import { toGrey8, toRgb8 } from '../dist/raster/display.js';
import { findDataBar } from '../dist/raster/find-data-bar.js';
import { assessQuality } from '../dist/raster/quality.js';
import { viewPicture } from '../dist/raster/view-picture.js';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '40' } },
  allowPositionals: true,
});

async function fastest(step) {
  let least = Infinity;
  for (let round = 0; round < Number(values.rounds); round++) {
    const started = performance.now();
    await step();
    least = Math.min(least, performance.now() - started);
  }
  return least;
}

function resizeWithSharp({ widthPx: width, heightPx: height, data }) {
  return sharp(data, { raw: { width, height, channels: 1 } })
    .resize(INPUT_SIZE, INPUT_SIZE, { fit: 'fill', kernel: 'linear' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
}

for (const path of positionals) {
  const bytes = readFileSync(path);
  const decode = async () => (await decodePicture(bytes, { maxPixelBytes: 2 ** 30 })).picture;
  const picture = await decode();
  const view = viewPicture(picture);
  const hasColour = toRgb8(picture) !== undefined;
  const steps = {
    decode,
    'to 8 bit': () => toGrey8(picture),
    'data bar': () => findDataBar(view.grey),
    quality: () => assessQuality(picture, view, hasColour),
    resize: () => preprocess(view.area),
    "sharp's resize": () => resizeWithSharp(view.area),
    jpeg: () => encodeJpeg(view.grey),
  };
  const { widthPx, heightPx, data } = picture.plane;
  console.log(`${basename(path)}: ${widthPx} x ${heightPx}, ${8 * data.BYTES_PER_ELEMENT} bit`);
  for (const [name, step] of Object.entries(steps))
    console.log(`  ${name.padEnd(18)} ${(await fastest(step)).toFixed(2)} ms`);
}
