// What deflating the pixels saves and costs, over the real micrographs:
//
//     npm run build && node bench/compression.mjs [--rounds 5] [--shared ../shared]
//
// The first table is what the program does: one HDF5 file a picture, written by our own writer with either setting. The
// second deflates the same chunks with zlib, also with their bytes shuffled, which h5wasm cannot ask HDF5 for. All figures
// are sums over all pictures of one depth; times are medians of processor time, to be compared within one run only.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { deflateSync } from 'node:zlib';
import { openHdf5 } from '../dist/convert/hdf5-file.js';
import { loadNexusTemplate } from '../dist/convert/nexus-template.js';
import { decodePicture } from '../dist/raster/decode-picture.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    shared: { type: 'string', default: resolve(import.meta.dirname, '../../shared') },
  },
});
const rounds = Number(values.rounds);

async function planes(folder) {
  const found = [];
  for (const name of readdirSync(folder, { recursive: true }).filter((file) => /\.tiff?$/i.test(file))) {
    const { picture } = await decodePicture(readFileSync(join(folder, name)), { maxPixelBytes: 2 ** 30 });
    found.push(picture.plane);
  }
  return found;
}

/** Median over the rounds of the processor time of `work` in milliseconds, and what it gave last. */
function timed(work) {
  const times = [];
  let result;
  for (let round = 0; round < rounds; round++) {
    const started = process.cpuUsage();
    result = work();
    const { user, system } = process.cpuUsage(started);
    times.push((user + system) / 1000);
  }
  return { ms: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)], result };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

async function written(pictures, compression, template) {
  const hdf5 = await openHdf5(compression);
  const write = ({ data, heightPx, widthPx }) =>
    hdf5.write(
      template,
      (tree) => tree.array('/entry/attachments/picture', data, [heightPx, widthPx]),
      template.length + data.byteLength + 65536,
    ).length - template.length;
  for (const picture of pictures) write(picture);
  const results = pictures.map((picture) => timed(() => write(picture)));
  return { ms: sum(results.map(({ ms }) => ms)), bytes: sum(results.map(({ result }) => result)) };
}

/** The chunks of a picture as bytes, those at the edges filled up, as HDF5 stores them. */
function* chunks({ data, heightPx, widthPx }, side) {
  const size = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const [height, width] = [Math.min(side, heightPx), Math.min(side, widthPx)];
  for (let top = 0; top < heightPx; top += height) {
    for (let left = 0; left < widthPx; left += width) {
      const chunk = new Uint8Array(height * width * size);
      const columns = Math.min(width, widthPx - left);
      for (let y = 0; y < height && top + y < heightPx; y++) {
        const start = ((top + y) * widthPx + left) * size;
        chunk.set(bytes.subarray(start, start + columns * size), y * width * size);
      }
      yield chunk;
    }
  }
}

function shuffled(chunk, size) {
  const out = new Uint8Array(chunk.length);
  const count = chunk.length / size;
  for (let i = 0; i < count; i++)
    for (let byte = 0; byte < size; byte++) out[byte * count + i] = chunk[i * size + byte];
  return out;
}

function deflated(pictures, { side, level, shuffle }) {
  const results = pictures.map((picture) => {
    const size = picture.data.BYTES_PER_ELEMENT;
    const parts = [...chunks(picture, side)].map((chunk) => (shuffle ? shuffled(chunk, size) : chunk));
    return timed(() => sum(parts.map((part) => deflateSync(part, { level }).length)));
  });
  return { ms: sum(results.map(({ ms }) => ms)), bytes: sum(results.map(({ result }) => result)) };
}

const line = (label, { ms, bytes }, raw, count) =>
  process.stdout.write(
    `  ${label.padEnd(44)} ${(bytes / raw).toFixed(3).padStart(6)} of the size ${(ms / count).toFixed(1).padStart(7)} ms a picture\n`,
  );

const template = await loadNexusTemplate();
const all = await planes(join(values.shared, 'samples/headers'));
for (const isDeep of [false, true]) {
  const pictures = all.filter(({ data }) => data.BYTES_PER_ELEMENT > 1 === isDeep);
  const raw = sum(pictures.map(({ data }) => data.byteLength));
  process.stdout.write(
    `${pictures.length} pictures of ${isDeep ? 'more than 8' : '8'} bit, ${(raw / 2 ** 20).toFixed(1)} MiB\n`,
  );
  for (const compression of ['none', 'gzip']) {
    line(
      `HDF5, convert.compression ${compression}`,
      await written(pictures, compression, template),
      raw,
      pictures.length,
    );
  }
  const variants = [
    { side: 256, level: 1, shuffle: false },
    { side: 256, level: 1, shuffle: true },
    { side: 256, level: 4, shuffle: false },
    { side: 256, level: 4, shuffle: true },
    { side: 256, level: 6, shuffle: false },
    { side: 256, level: 9, shuffle: false },
    { side: 128, level: 1, shuffle: false },
    { side: 512, level: 1, shuffle: false },
    { side: 65536, level: 1, shuffle: false },
  ];
  for (const variant of variants) {
    const { side, level, shuffle } = variant;
    const chunk = side === 65536 ? 'whole' : `${side} x ${side}`;
    const label = `zlib level ${level}, ${chunk}${shuffle ? ', shuffled' : ''}`;
    line(label, deflated(pictures, variant), raw, pictures.length);
  }
}
