// How well data bars are found in pictures alone, against what a person sees in them (test/fixtures/data-bars.json):
//
//     npm run build && node bench/data-bar.mjs [--shared ../shared]
//
// A bar counts as found where its upper edge is at most 2 rows (0.5 % of the height) away from the real one. The halves
// are by the last hexadecimal digit of the SHA-256 of the file's name: even for choosing thresholds, odd for checking.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { decodePicture } from '../dist/raster/decode-picture.js';
import { toGrey8 } from '../dist/raster/display.js';
import { findDataBar } from '../dist/raster/find-data-bar.js';

const { values } = parseArgs({
  options: { shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') } },
});

/** Whether a name belongs to the half on which thresholds are chosen. */
function isEven(name) {
  return Number.parseInt(createHash('sha256').update(name).digest('hex').at(-1), 16) % 2 === 0;
}

const halves = { even: newTally(), odd: newTally() };

function newTally() {
  return { pictures: 0, bars: 0, found: 0, misplaced: 0, missed: 0, falseAlarms: 0, megapixels: 0, ms: 0 };
}

function count(tally, truth, grey) {
  const started = performance.now();
  const found = findDataBar(grey);
  tally.ms += performance.now() - started;
  tally.megapixels += (grey.widthPx * grey.heightPx) / 1e6;
  tally.pictures += 1;
  if (truth.heightPx === undefined) {
    if (found) tally.falseAlarms += 1;
    return found ? `false alarm: ${found.heightPx} rows` : undefined;
  }
  tally.bars += 1;
  if (!found) tally.missed += 1;
  else if (Math.abs(found.heightPx - truth.heightPx) <= Math.max(2, 0.005 * grey.heightPx)) {
    tally.found += 1;
    return undefined;
  } else tally.misplaced += 1;
  return `${truth.heightPx} rows expected, ${found?.heightPx ?? 'none'} found`;
}

const table = JSON.parse(readFileSync(resolve(import.meta.dirname, '../test/fixtures/data-bars.json'), 'utf8'));
for (const truth of table) {
  const path = join(values.shared, 'samples', truth.file);
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  const { picture } = await decodePicture(readFileSync(path), { maxPixelBytes: 2 ** 30 });
  const fault = count(halves[isEven(truth.file) ? 'even' : 'odd'], truth, toGrey8(picture));
  if (fault) console.log(`${truth.file}: ${fault}`);
}

for (const [half, tally] of Object.entries(halves)) {
  const { pictures, bars, found, misplaced, missed, falseAlarms, megapixels, ms } = tally;
  const precision = found / (found + misplaced + falseAlarms);
  console.log(
    `${half} half: ${pictures} pictures, ${bars} bars: precision ${precision.toFixed(3)}, recall ${(found / bars).toFixed(3)}`,
    `(${misplaced} misplaced, ${missed} missed, ${falseAlarms} false alarms), ${(ms / megapixels).toFixed(2)} ms a megapixel`,
  );
}
