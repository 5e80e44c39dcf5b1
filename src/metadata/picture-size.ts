import type { TermList } from './term-list.ts';
import { addUnreadable, addValue } from './term-list.ts';

/** Adds image_width and image_height from "1280x960", "1280 960" or "1280 * 960": the picture without what stands below it. */
export function addPictureSize(list: TermList, key: string, raw: string | undefined): void {
  if (raw === undefined) return;
  const match = /^(\d{1,6}) ?[xX* ] ?(\d{1,6})$/.exec(raw);
  if (match === null) return addUnreadable(list, 'image_width', key, raw);
  const statement = { key, raw, trust: 'measured' } as const;
  addValue(list, 'image_width', Number.parseInt(match[1] ?? '', 10), statement);
  addValue(list, 'image_height', Number.parseInt(match[2] ?? '', 10), statement);
}
