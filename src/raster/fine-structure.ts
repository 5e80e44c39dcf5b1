import type { Grey8 } from './picture.ts';
import { layOut, pixelKernels } from './pixel-kernels.ts';

/** How a picture's detail is spread over scales; see docs/quality.md for what the numbers mean. */
export interface FineStructure {
  /** Standard deviation of the noise, in grey levels, at the working scale. */
  noiseSigma: number;
  /** Noise of the working scale by that of the next coarser one: 2 for noise between pixels, less for fine texture. */
  noiseWhiteness: number;
  /**
   * Energy of detail two pixels wide by that of detail eight pixels wide (squared Laplacian, noise taken away): about 1/4
   * for sharp edges, towards 0 the more they are blurred. Undefined where noise hides the fine detail.
   */
  sharpness: number | undefined;
}

/** Pictures are looked at as if they were about this wide, as a person does: finer blur and noise are not seen. */
const WORKING_WIDTH_PX = 1024;
/** Pixels at working scale that are looked at, in bands spread evenly over the picture. */
const SAMPLED_PIXELS = 2 ** 17;
const BAND_ROWS = 32;
/** Detail is compared at these scales: pixels of 2 and of 8 pixels of the working scale, as powers of 2. */
const FINE = 1;
const COARSE = 3;
/** Sum of the squares of the masks below: the variance that noise of variance 1 has behind them. */
const LAPLACIAN_GAIN = 20;
const IMMERKAER_GAIN = 36;
/** Median of the absolute value of a standard normal variable. */
const NORMAL_MEDIAN = 0.6745;
/** Coarse detail must be this many times stronger than noise is at the fine scale, or fine detail cannot be told from it. */
const ABOVE_NOISE = 2;

/**
 * A band at one scale, in the kernels' memory: 32-bit sums of blocks of the picture's pixels. They stay below 2^31 for
 * pictures up to 370,000 pixels wide, which no worker has in memory.
 */
interface Level {
  at: number;
  width: number;
  height: number;
  /** Pixels of the picture that are one of this level, a power of 4. */
  pixels: number;
}

/** Sums over all bands. */
interface Sums {
  fine: Energy;
  coarse: Energy;
}

interface Energy {
  /** Of the squares of the Laplacian. */
  sum: number;
  pixels: number;
}

const NOISE_BINS = 8 * 512;
const BINS_A_LEVEL = 8;

/**
 * Looks at the detail of a picture at four scales. Noise: J. Immerkaer, Fast noise variance estimation, CVIU 64 (1996)
 * 300, with the median instead of the mean, so that edges do not count. Undefined for pictures lower or narrower than 32
 * pixels at the working scale.
 */
export function fineStructure(grey: Grey8): FineStructure | undefined {
  const shrink = 2 ** Math.max(0, Math.round(Math.log2(grey.widthPx / WORKING_WIDTH_PX)));
  const width = Math.floor(grey.widthPx / shrink);
  const height = Math.floor(grey.heightPx / shrink);
  if (width < BAND_ROWS || height < BAND_ROWS) return undefined;
  const most = Math.floor(height / BAND_ROWS);
  const bands = Math.min(most, Math.ceil(SAMPLED_PIXELS / (width * BAND_ROWS)));
  const memory = bandMemory(width, grey.widthPx, shrink);
  const sums: Sums = { fine: { sum: 0, pixels: 0 }, coarse: { sum: 0, pixels: 0 } };
  for (let band = 0; band < bands; band++) {
    const top = bands === 1 ? (height - BAND_ROWS) >> 1 : Math.floor((band * (height - BAND_ROWS)) / (bands - 1));
    const first = top * shrink * grey.widthPx;
    memory.heap.set(grey.data.subarray(first, first + BAND_ROWS * shrink * grey.widthPx), memory.source);
    pixelKernels().sumSquares(memory.source, grey.widthPx, shrink, width, BAND_ROWS, memory.levels[0].at);
    addBand(sums, memory);
  }
  const [whole, half] = memory.noise;
  return conclude(sums, binsAt(memory.heap, whole), binsAt(memory.heap, half));
}

interface BandMemory {
  heap: Uint8Array;
  /** Rows of the picture. */
  source: number;
  /** The finest first. */
  levels: [Level, Level, Level, Level];
  /** Room for a row of the finest level. */
  scratch: number;
  /** Counts of absolute values behind Immerkaer's mask, in eighths of a grey level, of the working scale and the next. */
  noise: [number, number];
}

function bandMemory(width: number, widthPx: number, shrink: number): BandMemory {
  const size = (scale: number): number => 4 * (width >> scale) * (BAND_ROWS >> scale);
  const rows = BAND_ROWS * shrink * widthPx;
  const { at, heap } = layOut(rows, size(0), size(1), size(2), size(3), 4 * width, 4 * NOISE_BINS, 4 * NOISE_BINS);
  const [source, whole, half, quarter, eighth, scratch, fineNoise, coarseNoise] = at;
  heap.fill(0, fineNoise, fineNoise + 4 * NOISE_BINS);
  heap.fill(0, coarseNoise, coarseNoise + 4 * NOISE_BINS);
  const level = (start: number, scale: number): Level => ({
    at: start,
    width: width >> scale,
    height: BAND_ROWS >> scale,
    pixels: shrink * shrink * 4 ** scale,
  });
  const levels: BandMemory['levels'] = [level(whole, 0), level(half, 1), level(quarter, 2), level(eighth, 3)];
  return { heap, source, levels, scratch, noise: [fineNoise, coarseNoise] };
}

function binsAt(heap: Uint8Array, at: number): Uint32Array {
  return new Uint32Array(heap.buffer, at, NOISE_BINS);
}

function addBand(sums: Sums, { levels: [whole, half, quarter, eighth], noise, scratch }: BandMemory): void {
  addNoise(noise[0], whole, scratch);
  halve(whole, half);
  addNoise(noise[1], half, scratch);
  addLaplacian(sums.fine, half);
  halve(half, quarter);
  halve(quarter, eighth);
  addLaplacian(sums.coarse, eighth);
}

function halve({ at, width, height }: Level, half: Level): void {
  pixelKernels().halve(at, width, height, half.at);
}

function addLaplacian(energy: Energy, { at, width, height, pixels }: Level): void {
  energy.sum += pixelKernels().laplacianEnergy(at, width, height) / (pixels * pixels);
  energy.pixels += (height - 2) * (width - 2);
}

/** Every second pixel is enough for a median. Immerkaer's mask is (1, -2, 1) down times (1, -2, 1) across. */
function addNoise(bins: number, { at, width, height, pixels }: Level, scratch: number): void {
  const shift = Math.log2(BINS_A_LEVEL / pixels);
  pixelKernels().countNoise(at, width, height, shift, NOISE_BINS - 1, scratch, bins);
}

function conclude({ fine, coarse }: Sums, whole: Uint32Array, half: Uint32Array): FineStructure {
  const noiseSigma = sigmaOf(whole);
  const coarser = sigmaOf(half);
  const noiseAt = (scale: number): number => LAPLACIAN_GAIN * (noiseSigma / 2 ** scale) ** 2;
  const fineDetail = Math.max(0, fine.sum / fine.pixels - noiseAt(FINE));
  const coarseDetail = coarse.sum / coarse.pixels - noiseAt(COARSE);
  const isVisible = coarseDetail > ABOVE_NOISE * noiseAt(FINE);
  return {
    noiseSigma,
    noiseWhiteness: noiseSigma === 0 ? 1 : noiseSigma / coarser,
    sharpness: isVisible ? fineDetail / coarseDetail : undefined,
  };
}

/** Median within its bin, as a standard deviation of the picture. */
function sigmaOf(bins: Uint32Array): number {
  const half = bins.reduce((sum, count) => sum + count, 0) / 2;
  let below = 0;
  let bin = 0;
  while (bin < bins.length - 1 && below + (bins[bin] as number) < half) below += bins[bin++] as number;
  const inBin = bins[bin] as number;
  const median = (bin + (inBin === 0 ? 0 : (half - below) / inBin)) / BINS_A_LEVEL;
  // More than half of the pixels are exactly even: a median inside the first bin is rounding, not noise.
  return bin === 0 ? 0 : median / NORMAL_MEDIAN / Math.sqrt(IMMERKAER_GAIN);
}
