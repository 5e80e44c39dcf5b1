import type { Picture, SampleArray } from '../raster/picture.ts';
import type { GrowingTree } from './hdf5-tree.ts';
import { replaceRecord } from './nexus-attachments.ts';
import { keptRows, knownMode, writeMode } from './nexus-image.ts';
import type { NexusInput } from './nexus-input.ts';
import { ATTACHMENTS, PLOT, ROI_IMAGE, STACK } from './nexus-paths.ts';

/** The pages of a file behind the first, which is the picture of `input`. Pages count from 0. */
export interface NexusPages {
  input: NexusInput;
  /** Pages of the size and type of the first, that one included; none or two and more. */
  frames: readonly number[];
  /** Pages of another size, type or purpose, each with what it is. */
  others: readonly { page: number; what: string }[];
  /** Undefined where the page cannot be decoded: it is left out. */
  decode(page: number): Promise<Picture | undefined>;
  /** The record, asked for when every page has been tried. */
  record(): NexusInput['record'];
}

/** Adds the pages to the file of the first one, each decoded when its turn comes and kept no longer. */
export async function writePages(tree: GrowingTree, pages: NexusPages): Promise<void> {
  if (pages.frames.length > 0) await writeStack(tree, pages);
  for (const { page, what } of pages.others) {
    const picture = await pages.decode(page);
    if (picture) writeOther(tree, `${ATTACHMENTS}/page${page}`, picture, what);
  }
  replaceRecord(tree, pages.record());
}

/** Bytes that the file grows by, at the most, when `framesBytes` and `othersBytes` of samples are added. */
export function bytesOfPages(input: NexusInput, framesBytes: number, othersBytes: number): number {
  const recordBytes = 4 * JSON.stringify({ ...input.record, header: undefined }).length;
  // Chunks at the edges are filled up, and a B-tree names each.
  return Math.ceil(1.1 * framesBytes) + othersBytes + recordBytes + 64 * 1024;
}

async function writeStack(tree: GrowingTree, pages: NexusPages): Promise<void> {
  const { input, frames } = pages;
  const { widthPx, heightPx, data: first } = input.picture.plane;
  const rows = keptRows(input);
  const barRows = heightPx - rows;
  writeStackGroup(tree, input);
  tree.stack(`${STACK}/real`, first, [frames.length, rows, widthPx]);
  tree.attribute(`${STACK}/real`, 'long_name', 'Intensity');
  tree.attribute(`${STACK}/real`, 'interpretation', 'image');
  if (barRows > 0) tree.stack(`${ATTACHMENTS}/data_bars`, first, [frames.length, barRows, widthPx]);
  const written: number[] = [];
  for (const page of frames) {
    const data = page === frames[0] ? first : (await pages.decode(page))?.plane.data;
    if (data === undefined) continue;
    tree.frame(`${STACK}/real`, written.length, data.subarray(0, rows * widthPx), [rows, widthPx]);
    const bar = data.subarray(rows * widthPx);
    if (barRows > 0) tree.frame(`${ATTACHMENTS}/data_bars`, written.length, bar, [barRows, widthPx]);
    written.push(page);
  }
  if (written.length < frames.length) {
    tree.resize(`${STACK}/real`, [written.length, rows, widthPx]);
    if (barRows > 0) tree.resize(`${ATTACHMENTS}/data_bars`, [written.length, barRows, widthPx]);
  }
  tree.array(`${STACK}/indices_image`, Int32Array.from(written), [written.length]);
  tree.attribute(`${STACK}/indices_image`, 'long_name', 'Page of the file, from 0');
}

const AXES = ['indices_image', 'axis_j', 'axis_i'];

/**
 * NXem knows stacks in the images of events too, but HyperSpy takes all NXdata below entry/@default for the default plot,
 * which would then be two. An image of a region of interest must state its mode.
 */
function writeStackGroup(tree: GrowingTree, { record }: NexusInput): void {
  if (knownMode(record.acquisition) === undefined) {
    writeMode(tree, 'unknown');
    tree.unsigned(`${ROI_IMAGE}/imaging_mode`, 'custom', 1);
  }
  tree.group(STACK, 'NXdata');
  tree.attribute(STACK, 'signal', 'real');
  tree.textsAttribute(STACK, 'axes', AXES);
  for (const [at, axis] of AXES.entries()) tree.unsigned(STACK, `${axis}_indices`, at);
  tree.attribute(STACK, 'interpretation', 'image');
  for (const name of ['axis_j', 'axis_i', 'title']) tree.link(`${PLOT}/${name}`, `${STACK}/${name}`);
}

/** All rows, and of true colour all samples as the file orders them. */
function writeOther(tree: GrowingTree, path: string, picture: Picture, what: string): void {
  const { plane, colour, storedColour, palette } = picture;
  const [data, shape] = asStored();
  tree.array(path, data, shape);
  tree.attribute(path, 'description', what);
  if (palette !== undefined) tree.array(`${path}_palette`, palette, [palette.length / 3, 3]);

  function asStored(): [SampleArray, readonly number[]] {
    if (storedColour) return [storedColour.data, storedColour.shape];
    if (colour) return [colour.data, [colour.heightPx, colour.widthPx, 3]];
    return [plane.data, [plane.heightPx, plane.widthPx]];
  }
}
