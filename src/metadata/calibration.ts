import { parseQuantity, toSi } from '../domain/units.ts';

/** Pixels of electron micrographs, from atomic resolution to the lowest magnification; beyond lies no microscope's scale. */
const SMALLEST_PIXEL_M = 1e-13;
const LARGEST_PIXEL_M = 1e-4;

/** True for a pixel size that an electron microscope can have, in metres. */
export function isMicroscopic(pixelSizeM: number): boolean {
  return pixelSizeM >= SMALLEST_PIXEL_M && pixelSizeM <= LARGEST_PIXEL_M;
}

/** Spellings of image programs beside those of headers: ImageJ escapes the micro sign. */
function plainUnit(unit: string): string {
  const micro = unit.replace(/^\\u(?:00B5|03BC)/i, 'µ');
  if (/^angstroms?$/i.test(micro)) return 'Å';
  return /^micromet(?:er|re)s?$/i.test(micro) ? 'um' : micro;
}

/**
 * The pixel size in metres of a scale as image programs keep it: a number and the name of a unit. Undefined where the unit
 * is no length ("pixel", "1/nm", "") or no electron microscope has such a pixel.
 */
export function calibratedPixelM(scale: number, unit: string): number | undefined {
  const quantity = unit.trim() === '' ? undefined : parseQuantity(`${scale} ${plainUnit(unit.trim())}`);
  const metres = quantity === undefined ? undefined : toSi(quantity, 'length');
  return metres !== undefined && isMicroscopic(metres) ? metres : undefined;
}
