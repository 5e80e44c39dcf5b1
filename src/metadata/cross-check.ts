import { issue } from '../domain/issue.ts';
import type { HeaderTerm } from '../domain/record.ts';
import { formatQuantity } from '../domain/units.ts';
import type { HarvestInput } from './harvest-types.ts';
import type { TermList } from './term-list.ts';
import { addValue, numberOf, termOf } from './term-list.ts';

/** Pixel size is the field most often wrong: more than one per cent off the stated field is a conflict. */
const TOLERANCE = 0.01;

interface Axis {
  pixel: 'pixel_size_x' | 'pixel_size_y';
  field: 'field_of_view_x' | 'field_of_view_y';
  size: 'image_width' | 'image_height';
}
const X: Axis = { pixel: 'pixel_size_x', field: 'field_of_view_x', size: 'image_width' };
const Y: Axis = { pixel: 'pixel_size_y', field: 'field_of_view_y', size: 'image_height' };

/**
 * Derives the pixel size from the field or the field from the pixel size where only one is stated. The header's own count of
 * pixels goes before the TIFF's: the field is that of the picture as it was scanned.
 */
function complete(list: TermList, axis: Axis, tiffPx: number): void {
  const pixels = numberOf(list, axis.size) ?? tiffPx;
  const pixel = termOf(list, axis.pixel);
  const field = termOf(list, axis.field);
  if (pixel === undefined && typeof field?.value === 'number') {
    const statement = { key: `${field.key} / ${pixels} px`, raw: field.raw, trust: 'derived' } as const;
    addValue(list, axis.pixel, field.value / pixels, statement);
  } else if (field === undefined && typeof pixel?.value === 'number') {
    const trust = pixel.trust === 'low' ? 'low' : 'derived';
    addValue(list, axis.field, pixel.value * pixels, { key: `${pixel.key} x ${pixels} px`, raw: pixel.raw, trust });
  }
}

function shown(lengthM: number): string {
  return formatQuantity(lengthM, 'length');
}

function addConflict(list: TermList, pixel: HeaderTerm, field: HeaderTerm, pixels: number): void {
  const [size, width] = [Number(pixel.value), Number(field.value)];
  if (Math.abs(size * pixels - width) <= TOLERANCE * width) return;
  pixel.trust = 'conflict';
  field.trust = 'conflict';
  const message = `${pixel.key} ${shown(size)} times ${pixels} columns is ${shown(size * pixels)}, but ${field.key} says ${shown(width)}.`;
  const data = { pixelSizeM: size, fieldFromPixelSizeM: size * pixels, fieldWidthM: width };
  list.issues.push(issue('pixel-size-conflict', message, data));
}

/**
 * Pixels that are not square are taken as meant where the field was stated for both axes and bears each size out, and where
 * both sizes were worked out from words that say so (the frames of a Philips XL).
 */
function checkSquare(list: TermList, image: HarvestInput['image'], rows: number): void {
  const [x, y] = [termOf(list, X.pixel), termOf(list, Y.pixel)];
  if (typeof x?.value !== 'number' || typeof y?.value !== 'number') return;
  const [sizeX, sizeY] = [x.value, y.value];
  if (Math.abs(sizeX - sizeY) <= TOLERANCE * sizeX) return;
  if (x.trust === 'derived' && y.trust === 'derived') return;
  if (fieldBearsOut(list, X, image.widthPx) && fieldBearsOut(list, Y, rows)) return;
  x.trust = 'conflict';
  y.trust = 'conflict';
  const message = `A pixel is ${shown(sizeX)} wide by ${x.key}, but ${shown(sizeY)} high by ${y.key}.`;
  list.issues.push(issue('pixel-size-conflict', message, { pixelSizeXM: sizeX, pixelSizeYM: sizeY }));
}

function fieldBearsOut(list: TermList, axis: Axis, tiffPx: number): boolean {
  const [pixel, field] = [termOf(list, axis.pixel), termOf(list, axis.field)];
  if (typeof pixel?.value !== 'number' || typeof field?.value !== 'number') return false;
  // One worked out from the other bears out nothing.
  if (pixel.trust === 'derived' || field.trust === 'derived') return false;
  const pixels = numberOf(list, axis.size) ?? tiffPx;
  return Math.abs(pixel.value * pixels - field.value) <= TOLERANCE * field.value;
}

/** The picture that the header describes has the TIFF's columns, and its rows less the data bar; else it was rescaled or cut. */
function checkImageSize(list: TermList, image: HarvestInput['image'], rows: number): void {
  const [width, height] = [termOf(list, X.size), termOf(list, Y.size)];
  const [widthPx, heightPx] = [width?.value ?? image.widthPx, height?.value ?? rows];
  if (widthPx === image.widthPx && heightPx === rows) return;
  if (width !== undefined) width.trust = 'conflict';
  if (height !== undefined) height.trust = 'conflict';
  const keys = [...new Set([width, height].map((term) => term?.key).filter((key) => key !== undefined))].join(', ');
  const bar = rows === image.heightPx ? '' : ` and a data bar of ${image.heightPx - rows} rows`;
  const message = `The header (${keys}) states a picture of ${widthPx} x ${heightPx} pixels, but the TIFF has ${image.widthPx} x ${rows}${bar}.`;
  const data = { headerWidthPx: Number(widthPx), headerHeightPx: Number(heightPx) };
  list.issues.push(issue('image-size-conflict', message, { ...data, tiffWidthPx: image.widthPx, tiffRowsPx: rows }));
}

/**
 * Completes pixel size and field, then checks one against the other over the TIFF's columns, the pixel's width against its
 * height, and the picture's size against the TIFF's. Changes `list`.
 */
export function crossCheckPixelSize(
  list: TermList,
  image: HarvestInput['image'],
  dataBarHeightPx: number | undefined,
): void {
  const rows = image.heightPx - (dataBarHeightPx ?? 0);
  complete(list, X, image.widthPx);
  complete(list, Y, rows);
  const pixel = termOf(list, 'pixel_size_x');
  const field = termOf(list, 'field_of_view_x');
  if (pixel !== undefined && field !== undefined) addConflict(list, pixel, field, image.widthPx);
  if (pixel === undefined) list.issues.push(issue('pixel-size-missing', 'The header states no pixel size.'));
  checkSquare(list, image, rows);
  checkImageSize(list, image, rows);
}

const DAY_MS = 86_400_000;
/** Scanning electron microscopes have written digital files since the eighties. */
const FIRST_DAY_MS = Date.UTC(1980, 0, 1);
/** Archives without times give their files the epoch of Unix, of DOS (1980-01-01) or of npm (1985-10-26): no evidence. */
const FIRST_FILE_TIME_MS = Date.UTC(1986, 0, 1);

function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/**
 * Checks that the picture was taken after 1980, not in the future and not after its file was last modified. The header's
 * time has no zone, so a day either way is no contradiction. Changes `list`.
 */
export function checkDate(list: TermList, times: HarvestInput['times']): void {
  const acquired = termOf(list, 'acquired_at');
  if (acquired === undefined) return;
  const stated = String(acquired.value);
  const acquiredMs = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(stated) ? stated : `${stated}Z`);
  const bound = boundCrossed(acquiredMs, times);
  if (bound === undefined) return;
  acquired.trust = 'conflict';
  const message = `${acquired.key} says that the picture was taken at ${stated}, but ${bound.because} ${utcText(bound.ms)}.`;
  list.issues.push(issue('date-implausible', message, { acquiredAt: stated, bound: utcText(bound.ms) }));
}

function boundCrossed(acquiredMs: number, times: HarvestInput['times']): { ms: number; because: string } | undefined {
  if (acquiredMs < FIRST_DAY_MS) return { ms: FIRST_DAY_MS, because: 'no such file is older than' };
  if (times === undefined) return undefined;
  const { fileModifiedMs, nowMs } = times;
  if (acquiredMs > nowMs + DAY_MS) return { ms: nowMs, because: 'it was read at' };
  if (fileModifiedMs < FIRST_FILE_TIME_MS || acquiredMs <= fileModifiedMs + DAY_MS) return undefined;
  return { ms: fileModifiedMs, because: 'its file was last modified at' };
}
