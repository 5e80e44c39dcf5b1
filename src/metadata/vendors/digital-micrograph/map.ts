import { calibratedPixelM } from '../../calibration.ts';
import type { HeaderSections, VendorReading } from '../../harvest-types.ts';
import type { TermList } from '../../term-list.ts';
import { addValue } from '../../term-list.ts';
import type { DigitalMicrographAxis, DigitalMicrographHeader } from './parse.ts';

function addAxis(list: TermList, term: 'pixel_size_x' | 'pixel_size_y', axis: DigitalMicrographAxis): void {
  const { scale, unit, scaleTag, unitTag } = axis;
  const sizeM = calibratedPixelM(scale, unit);
  if (sizeM === undefined) return;
  // The scale went through a program that people calibrate by hand.
  addValue(list, term, sizeM, { key: `${scaleTag}, ${unitTag}`, raw: `${scale} / ${unit}`, trust: 'derived' });
}

/** Terms of the tags of DigitalMicrograph: a pixel size where the units are lengths ("1/nm" is a diffraction pattern). */
export function mapDigitalMicrograph({ x, y }: DigitalMicrographHeader): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  if (x !== undefined) addAxis(list, 'pixel_size_x', x);
  if (y !== undefined) addAxis(list, 'pixel_size_y', y);
  const tags = new Map<string, string>();
  for (const axis of [x, y]) {
    if (axis === undefined) continue;
    tags.set(String(axis.unitTag), axis.unit);
    tags.set(String(axis.scaleTag), String(axis.scale));
  }
  const sections: HeaderSections = new Map([['tags', tags]]);
  return { ...list, sections, encoding: 'binary', classifiable: { ok: true } };
}
