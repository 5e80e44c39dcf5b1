/**
 * Images of publications carry arrows, frames and text. Should a lab train on them or sort them out?
 *
 *     npm run build && node experiments/annotated-images.mjs DIR... --annotated LIST|FOLDER
 *     npm run build && node experiments/annotated-images.mjs DIR... --draw 0.3
 *
 * DIR holds class folders. --annotated names the annotated images among them: a list of file names, one a line, or the name
 * of the sub-folder of class folders that holds them. --draw makes such images: arrow, frame and text are drawn on that
 * share of the images, chosen by content hash. Heads that trained with and without them judge both kinds, each image by
 * heads that saw neither it nor a nearly identical one.
 */
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { sha256Hex } from '../dist/store/content-hash.js';
import { seededRandom } from '../dist/train/seeded-random.js';
import {
  about,
  argumentsOf,
  eachFold,
  imagesOf,
  isRight,
  linesOf,
  openLaboratory,
  print,
  shown,
  tally,
} from './common.mjs';

const options = argumentsOf('node experiments/annotated-images.mjs DIR... (--annotated LIST|FOLDER | --draw SHARE)', {
  annotated: { type: 'string' },
  draw: { type: 'string' },
});
const laboratory = await openLaboratory(options);
const drawn = await mkdtemp(join(tmpdir(), 'semantiff-annotated-'));
try {
  const { images, isAnnotated, how } = await chosenImages();
  const dataset = await laboratory.dataset(images, { nearDuplicates: 'together' });
  process.stdout.write(about(laboratory, dataset));
  const annotated = dataset.examples.filter(({ file }) => isAnnotated(file));
  const results = {};
  for (const kind of ['all', 'clean']) results[kind] = await judged(kind, dataset, isAnnotated);
  print(
    `${annotated.length} annotated images (${how}), ${dataset.examples.length - annotated.length} clean ones.`,
    ['trained on', 'clean images, top-1', 'annotated images, top-1'],
    [
      ['clean and annotated images', results.all.clean, results.all.annotated],
      ['clean images only', results.clean.clean, results.clean.annotated],
    ],
  );
} finally {
  await rm(drawn, { recursive: true });
  await laboratory.close();
}

async function judged(kind, dataset, isAnnotated) {
  const [clean, annotated] = [tally(), tally()];
  await eachFold(dataset.examples, options, async (seen, left) => {
    const used = kind === 'all' ? seen : seen.filter(({ file }) => !isAnnotated(file));
    const judge = await laboratory.train(used, dataset);
    for (const example of left) {
      (isAnnotated(example.file) ? annotated : clean).add(example.sha256, isRight(judge, example));
    }
  });
  return { clean: shown(clean.result()), annotated: shown(annotated.result()) };
}

async function chosenImages() {
  const images = await imagesOf(options.folders);
  if (options.draw !== undefined) return await withDrawings(images, Number(options.draw));
  if (options.annotated === undefined) {
    process.stderr.write('Which images are annotated? Say --annotated LIST or FOLDER, or --draw SHARE.\n');
    process.exit(2);
  }
  const facts = await stat(options.annotated).catch(() => undefined);
  if (facts?.isFile() !== true) {
    const isAnnotated = (file) => dirname(file).split(/[/\\]/).includes(options.annotated);
    return { images, isAnnotated, how: `those in folders called ${options.annotated}` };
  }
  const names = new Set(await linesOf(options.annotated));
  return { images, isAnnotated: (file) => names.has(basename(file)), how: `those of ${basename(options.annotated)}` };
}

async function withDrawings(images, share) {
  const random = seededRandom(options.seed);
  const made = [];
  for (const image of images) {
    const bytes = await readFile(image.file);
    const sha256 = sha256Hex(bytes);
    if (Number.parseInt(sha256.slice(0, 8), 16) / 2 ** 32 >= share) {
      made.push(image);
      continue;
    }
    const file = join(drawn, image.label, `${sha256}.png`);
    await mkdir(dirname(file), { recursive: true });
    const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const overlay = Buffer.from(drawingFor(width, height, random));
    await sharp(data, { raw: { width, height, channels } })
      .composite([{ input: overlay }])
      .greyscale()
      .png()
      .toFile(file);
    made.push({ ...image, file });
  }
  return { images: made, isAnnotated: (file) => file.startsWith(drawn), how: 'arrow, frame and text drawn on them' };
}

/** An arrow, a frame and a text at random places, as figures of publications have them. */
function drawingFor(width, height, random) {
  const at = (size, from, to) => Math.round(size * (from + random() * (to - from)));
  const [x, y] = [at(width, 0.2, 0.8), at(height, 0.2, 0.8)];
  const size = Math.round(Math.min(width, height) / 12);
  const colour = random() < 0.5 ? 'white' : 'black';
  const stroke = `stroke="${colour}" stroke-width="${Math.max(2, size / 8)}" fill="none"`;
  const [left, top] = [at(width, 0.05, 0.5), at(height, 0.05, 0.5)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <path d="M ${x} ${y} l ${2 * size} ${-2 * size} M ${x} ${y} l ${size} 0 M ${x} ${y} l 0 ${-size}" ${stroke}/>
    <rect x="${left}" y="${top}" width="${at(width, 0.15, 0.4)}" height="${at(height, 0.15, 0.4)}" ${stroke}/>
    <text x="${at(width, 0.03, 0.3)}" y="${size * 1.5}" font-size="${size * 1.2}" font-family="sans-serif" fill="${colour}">(a) d = 120 nm</text>
  </svg>`;
}
