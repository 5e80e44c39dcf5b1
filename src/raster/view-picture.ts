import { isStretched, toGrey8 } from './display.ts';
import { type FoundDataBar, findDataBar } from './find-data-bar.ts';
import type { Grey8, Picture } from './picture.ts';
import type { Allocate } from './samples.ts';

/** A data bar and who said so. `rowsBelowPx`: rows of the picture that go on below a strip found in it. */
export interface DataBar {
  heightPx: number;
  from: 'header' | 'picture';
  rowsBelowPx: number;
}

/** A picture as people and the network see it. */
export interface PictureView {
  /** All rows, stretched by those of the micrograph. */
  grey: Grey8;
  /** The rows above the data bar: what statistics and the network look at. */
  area: Grey8;
  bar?: DataBar;
}

/**
 * Shows a picture and finds its data bar: the height that the header proves wins over what is found in the picture. Grey
 * that is not the picture's own lies in buffers of `allocate`.
 */
export function viewPicture(picture: Picture, headerBarPx: number | undefined, allocate?: Allocate): PictureView {
  const { heightPx } = picture.plane;
  const lent = allocate && { allocate };
  if (headerBarPx !== undefined) {
    const bar: DataBar = { heightPx: headerBarPx, from: 'header', rowsBelowPx: 0 };
    return withBar(toGrey8(picture, { ...lent, rangeRows: heightPx - headerBarPx }), bar);
  }
  const grey = toGrey8(picture, lent);
  const found: FoundDataBar | undefined = findDataBar(grey);
  if (found === undefined) return { grey, area: grey };
  const bar: DataBar = { heightPx: found.heightPx, from: 'picture', rowsBelowPx: found.rowsBelowPx };
  if (!restretches(picture)) return withBar(grey, bar);
  return withBar(toGrey8(picture, { ...lent, rangeRows: heightPx - found.heightPx }), bar);
}

/** Whether black and white depend on the rows that are looked at. */
function restretches({ facts, palette, plane }: Picture): boolean {
  return palette === undefined && isStretched(facts, plane.data);
}

function withBar(grey: Grey8, bar: DataBar): PictureView {
  const { widthPx } = grey;
  const heightPx = grey.heightPx - bar.heightPx;
  return { grey, area: { widthPx, heightPx, data: grey.data.subarray(0, widthPx * heightPx) }, bar };
}
