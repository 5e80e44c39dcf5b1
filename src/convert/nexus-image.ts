import type { Acquisition } from '../domain/record.ts';
import type { Picture, SampleArray, StoredColour } from '../raster/picture.ts';
import type { Hdf5Tree } from './hdf5-tree.ts';
import { imagingMode } from './imaging-mode.ts';
import type { NexusFacts, NexusInput } from './nexus-input.ts';
import { ATTACHMENTS, IMAGE, PLOT, ROI_IMAGE } from './nexus-paths.ts';

/**
 * Rows of the picture that are micrograph: all of them less the data bar whose height the *header* states, or that was
 * found in the picture where the site wants that.
 */
export function keptRows({ record, cutFoundDataBar = false }: Pick<NexusFacts, 'record' | 'cutFoundDataBar'>): number {
  const { heightPx, dataBarFrom, dataBarHeightPx = 0 } = record.image;
  return heightPx - (dataBarFrom === 'header' || cutFoundDataBar ? dataBarHeightPx : 0);
}

/** Where the picture came from and what it shows; the pixels themselves are {@link writePixels}. */
export function writeImage(tree: Hdf5Tree, input: NexusFacts): void {
  const { detector } = input.record.acquisition;
  if (detector !== undefined) tree.replaceText(`${IMAGE}/process1/detector_identifier`, detector);
  const mode = knownMode(input.record.acquisition);
  if (mode !== undefined) writeMode(tree, mode);
}

/** What the picture shows, where the header says it. */
export function knownMode({ detector, detectorMode, beam }: Acquisition): string | undefined {
  return beam === 'light' ? undefined : imagingMode(detector, detectorMode);
}

/** The image of the region of interest, which NXem wants with its mode. */
export function writeMode(tree: Hdf5Tree, mode: string): void {
  tree.group('/entry/roi1', 'NXroi_process');
  tree.group('/entry/roi1/img', 'NXem_img');
  tree.group(ROI_IMAGE, 'NXimage');
  tree.text(`${ROI_IMAGE}/imaging_mode`, mode);
}

/** The stored values bit for bit, rows in TIFF order, with their axes; the rows of the data bar go to the attachments. */
export function writePixels(tree: Hdf5Tree, input: NexusInput): void {
  const { plane, palette } = input.picture;
  const { widthPx, heightPx, data } = plane;
  const rows = keptRows(input);
  writeAxes(tree, input.record.acquisition, rows, widthPx);
  writePalette(tree, palette);
  if (rows < heightPx) {
    tree.array(`${ATTACHMENTS}/data_bar`, data.subarray(rows * widthPx), [heightPx - rows, widthPx]);
  }
  writeColour(tree, input.picture, rows);
  tree.array(`${PLOT}/real`, data.subarray(0, rows * widthPx), [rows, widthPx]);
  describePixels(tree);
}

/** What readers are told of the pixels, which must be there. */
export function describePixels(tree: Hdf5Tree): void {
  tree.attribute(`${PLOT}/real`, 'long_name', 'Intensity');
  tree.attribute(`${PLOT}/real`, 'interpretation', 'image');
}

/** The colour map of a palette picture, where it has one. */
export function writePalette(tree: Hdf5Tree, palette: Uint8Array | undefined): void {
  if (palette !== undefined) tree.array(`${ATTACHMENTS}/palette`, palette, [palette.length / 3, 3]);
}

/** The samples of a true-colour picture, ordered as the file orders them. */
function writeColour(tree: Hdf5Tree, { colour, storedColour, plane }: Picture, rows: number): void {
  const { widthPx, heightPx } = plane;
  const path = `${ATTACHMENTS}/colour`;
  if (storedColour?.planar) {
    const [planes] = storedColour.shape;
    tree.array(path, topRows(storedColour, rows), [planes, rows, widthPx]);
    return;
  }
  const { data, shape } = storedColour ?? { data: colour?.data, shape: [heightPx, widthPx, 3] as const };
  if (data === undefined) return;
  tree.array(path, data.subarray(0, rows * widthPx * shape[2]), [rows, widthPx, shape[2]]);
}

/** The upper rows of every plane of samples that are stored plane by plane. */
function topRows({ data, shape: [planes, height, width] }: StoredColour, rows: number): SampleArray {
  if (rows === height) return data;
  const kept = data.slice(0, planes * rows * width);
  for (let plane = 1; plane < planes; plane += 1) {
    const start = plane * height * width;
    // Both are of one type, which TypeScript cannot see through the union.
    kept.set(data.subarray(start, start + rows * width) as never, plane * rows * width);
  }
  return kept;
}

/**
 * Row 0 is the top of the picture and axis_j grows upwards, so axis_j descends: silx, HyperSpy and ImageJ then show the
 * picture upright. Without a pixel size the axes count pixels and claim no unit.
 */
export function writeAxes(tree: Hdf5Tree, acquisition: Acquisition, rows: number, columns: number): void {
  const { pixelSizeXM, pixelSizeYM = pixelSizeXM } = acquisition;
  const isCalibrated = pixelSizeXM !== undefined && pixelSizeYM !== undefined;
  const stepX = isCalibrated ? pixelSizeXM : 1;
  const stepY = isCalibrated ? pixelSizeYM : 1;
  const i = new Float64Array(columns);
  const j = new Float64Array(rows);
  // A loop: Float64Array.from with a function takes ten times as long.
  for (let column = 0; column < columns; column++) i[column] = column * stepX;
  for (let row = 0; row < rows; row++) j[row] = (rows - 1 - row) * stepY;
  writeAxis(tree, 'axis_i', i, isCalibrated);
  writeAxis(tree, 'axis_j', j, isCalibrated);
}

function writeAxis(tree: Hdf5Tree, name: string, values: Float64Array, isCalibrated: boolean): void {
  const direction = name === 'axis_i' ? 'x' : 'y';
  tree.array(`${PLOT}/${name}`, values, [values.length]);
  tree.attribute(`${PLOT}/${name}`, 'long_name', `${direction} [${isCalibrated ? 'm' : 'pixel'}]`);
  if (isCalibrated) tree.attribute(`${PLOT}/${name}`, 'units', 'm');
}
