import { parseQuantity, toSi } from '../../../domain/units.ts';
import type { HarvestInput } from '../../harvest-types.ts';
import type { TermList } from '../../term-list.ts';
import { addUnreadable, addValue, numberOf } from '../../term-list.ts';
import type { JeolHeader } from './parse.ts';
import { jeolEntry } from './parse.ts';

interface Marker {
  key: string;
  raw: string;
  pixelSizeM: number;
}

/** "100nm" over 53 columns of a picture of $CM_FULL_SIZE. */
function readMarker(list: TermList, header: JeolHeader): Marker | undefined {
  const marker = jeolEntry(header, 'SM_MICRON_MARKER');
  const bar = jeolEntry(header, 'SM_MICRON_BAR');
  if (marker === undefined || bar === undefined) return undefined;
  const key = `${marker.key} / ${bar.key}`;
  const raw = `${marker.raw} / ${bar.raw}`;
  const length = parseQuantity(marker.raw);
  const lengthM = length === undefined ? undefined : toSi(length, 'length');
  const barPx = parseQuantity(bar.raw);
  if (lengthM === undefined || lengthM <= 0 || barPx === undefined || barPx.unit !== '' || barPx.value <= 0) {
    addUnreadable(list, 'pixel_size_x', key, raw);
    return undefined;
  }
  return { key, raw, pixelSizeM: lengthM / barPx.value };
}

/** True where the TIFF has the shape of the full picture, with or without a data bar that was scaled with it. */
function sameShape(image: HarvestInput['image'], widthPx: number, heightPx: number): boolean {
  const scaledHeight = (heightPx * image.widthPx) / widthPx;
  return image.heightPx > scaledHeight - 1 && image.heightPx < scaledHeight * 1.5;
}

/**
 * Adds the pixel size as marker length / marker columns, the only place where JEOL states a scale. The columns are cut to a
 * whole number, so the pixel may be up to one part in that number smaller: floor(marker x $CM_MAG x width / 120 mm) gives
 * the very 53, 101 and 91 columns of three files (two here, one in a public test of a JXA-8530F of 2560 columns).
 * A TIFF of another width than $CM_FULL_SIZE was scaled, and its pixels with it; where its shape differs too it may have
 * been cut, and the size has low trust.
 */
export function addMarkerPixelSize(list: TermList, header: JeolHeader, image: HarvestInput['image']): void {
  const marker = readMarker(list, header);
  if (marker === undefined) return;
  const { key, raw, pixelSizeM } = marker;
  const [widthPx, heightPx] = [numberOf(list, 'image_width'), numberOf(list, 'image_height')];
  if (widthPx === undefined || heightPx === undefined || widthPx === image.widthPx) {
    addValue(list, 'pixel_size_x', pixelSizeM, { key, raw, trust: 'derived' });
    addValue(list, 'pixel_size_y', pixelSizeM, { key, raw, trust: 'derived' });
    return;
  }
  const trust = sameShape(image, widthPx, heightPx) ? 'derived' : 'low';
  const scaledKey = `${key} x ${widthPx} / ${image.widthPx}`;
  const scaledM = (pixelSizeM * widthPx) / image.widthPx;
  addValue(list, 'pixel_size_x', scaledM, { key: scaledKey, raw, trust });
  addValue(list, 'pixel_size_y', scaledM, { key: scaledKey, raw, trust });
  addValue(list, 'field_of_view_x', pixelSizeM * widthPx, { key: `${key} x ${widthPx} px`, raw, trust });
  addValue(list, 'field_of_view_y', pixelSizeM * heightPx, { key: `${key} x ${heightPx} px`, raw, trust });
}
