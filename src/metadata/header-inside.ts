import type { HarvestInput } from './harvest-types.ts';
import { VENDOR_READERS } from './vendors/registry.ts';

/** True when one of our readers finds its header among the tags of the picture itself. */
export function hasHeaderInside(found: Pick<HarvestInput, 'fileName' | 'tags' | 'tiffText'>): boolean {
  const input = { ...found, sidecars: [], image: { widthPx: 0, heightPx: 0 } };
  return VENDOR_READERS.some((reader) => reader.detect(input) !== undefined);
}
