import { calibratedPixelM } from '../../calibration.ts';
import type { HarvestInput, HeaderSections, VendorReading } from '../../harvest-types.ts';
import type { TermList } from '../../term-list.ts';
import { addValue } from '../../term-list.ts';
import type { ImageJHeader } from './parse.ts';

/** What ImageJ takes from the paper size that any TIFF may state: never the specimen's. */
const PAPER = /^(?:inch(?:es)?|cm)$/i;

interface PixelStatement {
  term: 'pixel_size_x' | 'pixel_size_y';
  sizeM: number;
  key: string;
  raw: string;
}

/**
 * Pixel sizes of a calibrated picture: ImageJ keeps pixels per `unit` (`yunit` where y differs) in XResolution and
 * YResolution and says so by the resolution unit "none" (ij/io/TiffEncoder.java). One pixel per unit is what programs
 * write that know no scale.
 */
export function imageJPixels({ entries }: ImageJHeader, { tiffText }: HarvestInput): PixelStatement[] {
  const resolution = tiffText?.resolution;
  const unit = entries.get('unit') ?? '';
  if (resolution === undefined || resolution.unit !== 'none') return [];
  const axes = [
    ['pixel_size_x', 'XResolution', 'unit', resolution.xPerUnit, unit],
    ['pixel_size_y', 'YResolution', 'yunit', resolution.yPerUnit, entries.get('yunit') ?? unit],
  ] as const;
  return axes.flatMap(([term, tag, unitKey, perUnit, name]) => {
    const sizeM = perUnit === 1 || PAPER.test(name) ? undefined : calibratedPixelM(1 / perUnit, name);
    const key = `${tag}, ${entries.has(unitKey) ? unitKey : 'unit'}`;
    return sizeM === undefined ? [] : [{ term, sizeM, key, raw: `${perUnit} / ${name}` }];
  });
}

/** The calibration of ImageJ: set by whoever edited the picture, hence of low trust. */
export function mapImageJ(header: ImageJHeader, input: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  for (const { term, sizeM, key, raw } of imageJPixels(header, input)) {
    addValue(list, term, sizeM, { key, raw, trust: 'low' });
  }
  const sections: HeaderSections = new Map([['ImageDescription', new Map(header.entries)]]);
  return { ...list, sections, encoding: header.encoding, classifiable: { ok: true } };
}
