import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { PHILIPS_RULES } from './rules.ts';

export const PHILIPS_FORM: HeaderForm = {
  id: 'philips',
  title: 'Philips XL: INI text with [DatabarData] in TIFF tag 34680',
  fields: [
    ...readFields([
      ...PHILIPS_RULES.map(({ term, from }) => ({ term, from: from.map(([section, key]) => `[${section}] ${key}`) })),
      { term: 'beam', from: ['[DatabarData] iImageType, where it is 0'] },
      { term: 'detector_name', from: ['[DatabarData] lDetName, where it is 0'] },
    ]),
    {
      term: 'field_of_view_x',
      from: '[ImageDevice] SizeY x RatioXY / [Vector] Magnification, of a whole frame',
      how: 'derived',
    },
    { term: 'field_of_view_y', from: '[ImageDevice] SizeY / [Vector] Magnification, of a whole frame', how: 'derived' },
  ],
};
