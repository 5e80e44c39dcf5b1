// Microseconds of what was written anew to read headers faster, beside the plain way to the same, on real headers:
//
//     npm run build && node bench/header-parts.mjs [--shared ../shared]
//
// XML: the reader of plain XML beside saxes. Lines: the kernel that marks lines and "=" beside three searches of the string a
// line. One thread, in turn; the fastest and the median of many passes.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeText } from '../dist/metadata/decode-text.js';
import { readPlainXml } from '../dist/metadata/plain-xml.js';
import { TextLines } from '../dist/metadata/text-lines.js';
import { buildTree } from '../dist/metadata/xml.js';
import { memorySource } from '../dist/raster/memory-source.js';
import { readTiff } from '../dist/raster/tiff-directory.js';

const { values } = parseArgs({
  options: { shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') } },
});
const PASSES = 2000;

/** What a tag holds in the samples of a folder, those of less than a kilobyte left out. */
async function tagOf(folder, tag) {
  const path = join(values.shared, 'samples/headers', folder);
  const texts = [];
  for (const name of readdirSync(path).filter((one) => /\.tiff?$/.test(one))) {
    const { pages } = await readTiff(memorySource(readFileSync(join(path, name))));
    const raw = await pages[0].tag(tag);
    if (raw && raw.bytes.length > 1024) texts.push(decodeText(raw.bytes));
  }
  return texts;
}

function searchLines({ text }) {
  let [lines, cr, lf, equals] = [0, -1, -1, -1];
  const next = (mark, start) => (text.indexOf(mark, start) + text.length + 1) % (text.length + 1);
  for (let start = 0; start < text.length; lines++) {
    if (cr < start) cr = next('\r', start);
    if (lf < start) lf = next('\n', start);
    if (equals < start) equals = next('=', start);
    const end = Math.min(cr, lf);
    start = end + (end === cr && end + 1 === lf ? 2 : 1);
  }
  return lines;
}

function compare(title, items, ways) {
  const times = ways.map(() => []);
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [way, [, read]] of ways.entries()) {
      const started = performance.now();
      for (const item of items) read(item);
      times[way].push((1000 * (performance.now() - started)) / items.length);
    }
  }
  for (const [way, [name]] of ways.entries()) {
    const sorted = times[way].toSorted((a, b) => a - b);
    const median = sorted[PASSES / 2].toFixed(1);
    console.log(`${title}, ${items.length} headers: ${name} ${sorted[0].toFixed(1)} us, median ${median} us`);
  }
}

const xml = (await tagOf('fei', 34683)).map(({ text }) => text.split('\0', 1)[0].trim());
compare('XML', xml, [
  ['plain', readPlainXml],
  ['saxes', buildTree],
]);
compare('lines', await tagOf('zeiss', 34118), [
  ['kernel', (decoded) => new TextLines(decoded).count],
  ['searches', searchLines],
]);
