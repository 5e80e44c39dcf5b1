import { issue } from '../domain/issue.ts';
import type { TermList } from './term-list.ts';

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
