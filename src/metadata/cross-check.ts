import { issue } from '../domain/issue.ts';
import type { HeaderTerm } from '../domain/record.ts';
import { formatQuantity } from '../domain/units.ts';
import type { HarvestInput } from './harvest-types.ts';
import type { TermList } from './term-list.ts';
import { addValue, numberOf } from './term-list.ts';

/** Pixel size is the field most often wrong: more than one per cent off the stated field is a conflict. */
const TOLERANCE = 0.01;

interface Axis {
  pixel: 'pixel_size_x' | 'pixel_size_y';
  field: 'field_of_view_x' | 'field_of_view_y';
  size: 'image_width' | 'image_height';
}
const X: Axis = { pixel: 'pixel_size_x', field: 'field_of_view_x', size: 'image_width' };
const Y: Axis = { pixel: 'pixel_size_y', field: 'field_of_view_y', size: 'image_height' };

function termOf(list: TermList, term: string): HeaderTerm | undefined {
  return list.terms.find((known) => known.term === term);
}

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

/** Completes pixel size and field, then checks one against the other over the TIFF's columns. Changes `list`. */
export function crossCheckPixelSize(
  list: TermList,
  image: HarvestInput['image'],
  dataBarHeightPx: number | undefined,
): void {
  complete(list, X, image.widthPx);
  complete(list, Y, image.heightPx - (dataBarHeightPx ?? 0));
  const pixel = termOf(list, 'pixel_size_x');
  const field = termOf(list, 'field_of_view_x');
  if (pixel !== undefined && field !== undefined) addConflict(list, pixel, field, image.widthPx);
  if (pixel === undefined) list.issues.push(issue('pixel-size-missing', 'The header states no pixel size.'));
}
