/**
 * How long a head takes to train once the embeddings are there, and how good it is on images that were held out.
 *
 *   npm run build && node bench/train.mjs [--images 200,2000,20000,22000] [--trainers onnx,tfjs-node,wasm] [--rounds 1] [--hidden 0]
 *
 * The embeddings are made up: 1,280 numbers, 10 classes, each a normal cloud around its centre, 2,000 more held out.
 * Times are of the whole training: standardising, steps, and of more than 1,024 images nothing else, so without a
 * validation side to stop by. Prints wall and processor seconds (best of --rounds), processor, load and trainers that
 * do not load. TF_CPP_MIN_LOG_LEVEL=2 in the environment keeps TensorFlow silent.
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { logitsOf } from '../dist/classify/head.js';
import { ranking } from '../dist/train/evaluate.js';
import { openTrainer } from '../dist/train/open-trainer.js';
import { seededRandom } from '../dist/train/seeded-random.js';
import { rowOf } from '../dist/train/trainer.js';

const DIM = 1280;
const CLASSES = 10;
const HELD_OUT = 2000;
/** Of a class centre in each dimension, where the cloud has 1: about 0.93 of held-out images are then right. */
const CENTRE_SPREAD = 0.1;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '200,2000,20000,22000' },
    trainers: { type: 'string', default: 'onnx,tfjs-node,wasm' },
    rounds: { type: 'string', default: '1' },
    hidden: { type: 'string', default: '0' },
  },
});
const sizes = values.images.split(',').map(Number);
const hidden = Number(values.hidden);
const random = seededRandom(1);
const centres = Array.from({ length: CLASSES }, () =>
  Float32Array.from({ length: DIM }, () => normal() * CENTRE_SPREAD),
);
const heldOut = clouds(HELD_OUT);
const sets = new Map(sizes.map((count) => [count, clouds(count)]));

console.log(`${cpus().length} x ${cpus()[0]?.model}, Node ${process.versions.node}, load ${load()}`);
for (const name of values.trainers.split(',')) await measure(name);

async function measure(name) {
  const opened = await openTrainer(name).catch((error) => error);
  if (opened instanceof Error) {
    console.log(`${name}: left out. ${opened.message}`);
    return;
  }
  for (const [count, set] of sets) {
    const rounds = [];
    for (let round = 0; round < Number(values.rounds); round += 1) rounds.push(await timed(opened, set));
    const best = rounds.toSorted((a, b) => a.wall - b.wall)[0];
    const figures = [
      seconds(best.wall),
      's wall',
      seconds(best.processor),
      's processor',
      accuracy(best.head),
      'right',
    ];
    console.log(`${opened.name}: ${count} images, ${figures.join(' ')}, load ${load()}`);
  }
  await opened.close();
}

async function timed(trainer, set) {
  const processor = process.cpuUsage();
  const start = performance.now();
  const head = await trainer.train(set, { c: 0.1, seed: 1, ...(hidden > 0 && { hidden }) });
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(processor);
  return { head, wall, processor: (user + system) / 1000 };
}

function accuracy(head) {
  const logits = logitsOf(head);
  const right = heldOut.labels.filter((label, row) => ranking(logits(rowOf(heldOut, row)))[0] === label).length;
  return (right / heldOut.count).toFixed(3);
}

function clouds(count) {
  const labels = Uint16Array.from({ length: count }, (_, row) => row % CLASSES);
  const embeddings = new Float32Array(count * DIM);
  labels.forEach((label, row) => {
    for (let d = 0; d < DIM; d += 1) embeddings[row * DIM + d] = centres[label][d] + normal();
  });
  return { count, dim: DIM, classes: CLASSES, embeddings, labels, weights: new Float32Array(count).fill(1) };
}

/** Box and Muller. */
function normal() {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function seconds(ms) {
  return (ms / 1000).toFixed(1);
}

function load() {
  return loadavg()[0]?.toFixed(1);
}
