import { decodeText } from '../../decode-text.ts';
import type { HarvestInput } from '../../harvest-types.ts';

export interface DigitalMicrographAxis {
  unitTag: number;
  scaleTag: number;
  unit: string;
  scale: number;
}

/** The calibration that DigitalMicrograph (Gatan) writes into TIFF tags of its own. */
export interface DigitalMicrographHeader {
  x: DigitalMicrographAxis | undefined;
  y: DigitalMicrographAxis | undefined;
}

/** The tree of DigitalMicrograph's own tags: kept as it is, nothing is read from it. */
export const TREE_TAG = 65_027;
export const X_TAGS = { unitTag: 65_003, scaleTag: 65_009 } as const;
export const Y_TAGS = { unitTag: 65_004, scaleTag: 65_010 } as const;

function readAxis({ tags }: HarvestInput, place: typeof X_TAGS | typeof Y_TAGS): DigitalMicrographAxis | undefined {
  const unit = tags.find(({ tag }) => tag === place.unitTag);
  const scale = tags.find(({ tag }) => tag === place.scaleTag)?.numbers?.[0];
  if (unit === undefined || scale === undefined) return undefined;
  return { ...place, unit: decodeText(unit.bytes).text.replaceAll('\0', '').trim(), scale };
}

/**
 * Reads units (65003 of x, 65004 of y) and scales (65009, 65010). Nothing is published about these tags; the numbers are
 * those of RosettaSciIO 0.15.0 (`rsciio/tiff`), which writes them too, checked on a real file.
 */
export function parseDigitalMicrograph(input: HarvestInput): DigitalMicrographHeader {
  return { x: readAxis(input, X_TAGS), y: readAxis(input, Y_TAGS) };
}
