import type { Grey8 } from './picture.ts';

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
 * Sums of blocks of the picture's pixels: integers take three quarters of the time of means. They stay below 2^31 for
 * pictures up to 370,000 pixels wide, which no worker has in memory.
 */
interface Level {
  width: number;
  height: number;
  data: Int32Array;
  /** Pixels of the picture that are one of this level, a power of 4. */
  pixels: number;
}

/** A band at its four scales, the finest first. */
type Pyramid = [Level, Level, Level, Level];

/** Sums over all bands. */
interface Sums {
  fine: Energy;
  coarse: Energy;
  /** Absolute values behind Immerkaer's mask, in eighths of a grey level, of the working scale and the next. */
  noise: [Uint32Array, Uint32Array];
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
  const sums: Sums = { fine: { sum: 0, pixels: 0 }, coarse: { sum: 0, pixels: 0 }, noise: emptyBins() };
  const pyramid = pyramidFor(width, shrink * shrink);
  const most = Math.floor(height / BAND_ROWS);
  const bands = Math.min(most, Math.ceil(SAMPLED_PIXELS / (width * BAND_ROWS)));
  for (let band = 0; band < bands; band++) {
    const top = bands === 1 ? (height - BAND_ROWS) >> 1 : Math.floor((band * (height - BAND_ROWS)) / (bands - 1));
    fillBand(pyramid[0], grey, shrink, top);
    addBand(sums, pyramid);
  }
  return conclude(sums);
}

/**
 * Kept from picture to picture, for pictures of one width follow each other: memory outside its heap makes V8 collect
 * the whole of it, and this was a quarter of what a worker asked for.
 */
const kept: { noise?: Sums['noise']; pyramid?: Pyramid } = {};

function emptyBins(): Sums['noise'] {
  kept.noise ??= [new Uint32Array(NOISE_BINS), new Uint32Array(NOISE_BINS)];
  for (const bins of kept.noise) bins.fill(0);
  return kept.noise;
}

function pyramidFor(width: number, pixels: number): Pyramid {
  const finest = kept.pyramid?.[0];
  if (kept.pyramid && finest?.width === width && finest.pixels === pixels) return kept.pyramid;
  kept.pyramid = newPyramid(width, pixels);
  return kept.pyramid;
}

function newPyramid(width: number, pixels: number): Pyramid {
  const level = (scale: number): Level => {
    const size = { width: width >> scale, height: BAND_ROWS >> scale };
    return { ...size, data: new Int32Array(size.width * size.height), pixels: pixels * 4 ** scale };
  };
  return [level(0), level(1), level(2), level(3)];
}

/** `BAND_ROWS` rows of the picture at working scale, from row `top`. */
function fillBand({ width, data: band }: Level, { widthPx, data }: Grey8, shrink: number, top: number): void {
  if (shrink === 1) {
    band.set(data.subarray(top * widthPx, (top + BAND_ROWS) * widthPx));
    return;
  }
  for (let row = 0, to = 0; row < BAND_ROWS; row++) {
    let corner = (top + row) * shrink * widthPx;
    for (let x = 0; x < width; x++, corner += shrink) band[to++] = blockSum(data, corner, widthPx, shrink);
  }
}

function blockSum(data: Uint8Array, corner: number, widthPx: number, size: number): number {
  if (size === 2) {
    // The commonest size: without loops in 0.6 of the time.
    const below = corner + widthPx;
    const upper = (data[corner] as number) + (data[corner + 1] as number);
    return upper + (data[below] as number) + (data[below + 1] as number);
  }
  let sum = 0;
  for (let row = 0, start = corner; row < size; row++, start += widthPx) {
    for (let at = start; at < start + size; at++) sum += data[at] as number;
  }
  return sum;
}

function addBand(sums: Sums, [whole, half, quarter, eighth]: Pyramid): void {
  addNoise(sums.noise[0], whole);
  fillHalved(half, whole);
  addNoise(sums.noise[1], half);
  addLaplacian(sums.fine, half);
  fillHalved(quarter, half);
  fillHalved(eighth, quarter);
  addLaplacian(sums.coarse, eighth);
}

function addLaplacian(energy: Energy, { width, height, data, pixels }: Level): void {
  let sum = 0;
  for (let row = 1; row < height - 1; row++) {
    const end = (row + 1) * width - 1;
    for (let at = row * width + 1; at < end; at++) {
      const value =
        4 * (data[at] as number) -
        (data[at - 1] as number) -
        (data[at + 1] as number) -
        (data[at - width] as number) -
        (data[at + width] as number);
      sum += value * value;
    }
  }
  energy.sum += sum / (pixels * pixels);
  energy.pixels += (height - 2) * (width - 2);
}

/** Immerkaer's mask is (1, -2, 1) down times (1, -2, 1) across: each column is summed up once for all that share it. */
function addNoise(bins: Uint32Array, { width, height, data, pixels }: Level): void {
  const binsASum = BINS_A_LEVEL / pixels;
  for (let row = 1; row < height - 1; row++) {
    const above = (row - 1) * width;
    const here = above + width;
    const below = here + width;
    let left = (data[above] as number) - 2 * (data[here] as number) + (data[below] as number);
    // Every second pixel is enough for a median.
    for (let x = 1; x < width - 1; x += 2) {
      const middle = (data[above + x] as number) - 2 * (data[here + x] as number) + (data[below + x] as number);
      const next = x + 1;
      const right = (data[above + next] as number) - 2 * (data[here + next] as number) + (data[below + next] as number);
      const bin = Math.min(NOISE_BINS - 1, (Math.abs(left - 2 * middle + right) * binsASum) | 0);
      bins[bin] = (bins[bin] as number) + 1;
      left = right;
    }
  }
}

/** Half the size, each pixel the sum of four. */
function fillHalved({ width: halfWidth, height, data: half }: Level, { width, data }: Level): void {
  for (let row = 0, to = 0; row < height; row++) {
    for (let x = 0, at = 2 * row * width; x < halfWidth; x++, at += 2) {
      const below = at + width;
      const upper = (data[at] as number) + (data[at + 1] as number);
      half[to++] = upper + (data[below] as number) + (data[below + 1] as number);
    }
  }
}

function conclude({ fine, coarse, noise }: Sums): FineStructure {
  const noiseSigma = sigmaOf(noise[0]);
  const coarser = sigmaOf(noise[1]);
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
