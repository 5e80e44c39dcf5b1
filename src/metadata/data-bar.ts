import { issue } from '../domain/issue.ts';
import type { HarvestInput } from './harvest-types.ts';
import type { TermList } from './term-list.ts';
import { numberOf } from './term-list.ts';

/**
 * The data bar's height, where the header proves it: the picture's rows and the bar's rows add up to the TIFF's rows.
 * A bar that is stated although the TIFF holds the picture alone is no fault: it was left out when saving. Anything else
 * becomes the issue data-bar-implausible, and nothing is to be cut.
 */
export function checkDataBar(
  list: TermList,
  tiffHeightPx: number,
  pictureHeightPx: number | undefined,
  barHeightPx: number | undefined,
): number | undefined {
  if (barHeightPx === undefined || barHeightPx === 0) return undefined;
  const whole = Number.isInteger(barHeightPx) && barHeightPx > 0 && barHeightPx < tiffHeightPx;
  if (whole && pictureHeightPx === tiffHeightPx) return undefined;
  if (whole && pictureHeightPx !== undefined && pictureHeightPx + barHeightPx === tiffHeightPx) return barHeightPx;
  const message = `The header states a data bar of ${barHeightPx} rows below ${pictureHeightPx ?? 'unknown'} rows of picture, but the TIFF has ${tiffHeightPx} rows.`;
  const picture = pictureHeightPx === undefined ? {} : { pictureHeightPx };
  list.issues.push(issue('data-bar-implausible', message, { barHeightPx, tiffHeightPx, ...picture }));
  return undefined;
}

/** A bar is a strip below the picture; a TIFF much taller than the stated picture is another picture. */
const LARGEST_BAR_PART = 0.5;

/** True for a bar that can stand below a picture of so many rows. */
export function plausibleBar(barHeightPx: number, pictureHeightPx: number): boolean {
  return barHeightPx > 0 && barHeightPx <= pictureHeightPx * LARGEST_BAR_PART;
}

/**
 * The data bar's height where the header states the picture's size and the TIFF is as wide and taller. `key` is the place of
 * that size; a TIFF of any other size becomes the issue data-bar-implausible.
 */
export function dataBarBelow(list: TermList, image: HarvestInput['image'], key: string): number | undefined {
  const [width, height] = [numberOf(list, 'image_width'), numberOf(list, 'image_height')];
  if (width === undefined || height === undefined) return undefined;
  const bar = image.heightPx - height;
  if (bar === 0 && width === image.widthPx) return undefined;
  if (width === image.widthPx && plausibleBar(bar, height)) return checkDataBar(list, image.heightPx, height, bar);
  const message = `${key} states ${width} x ${height} pixels, but the TIFF has ${image.widthPx} x ${image.heightPx}.`;
  list.issues.push(
    issue('data-bar-implausible', message, { pictureHeightPx: height, tiffHeightPx: image.heightPx, widthPx: width }),
  );
  return undefined;
}
