import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { APERTURE_PARTS, ATLAS_ITEMS, ATLAS_RULES } from './rules.ts';

export const ATLAS_FORM: HeaderForm = {
  id: 'atlas',
  title: 'Zeiss Atlas: XML of Fibics in TIFF tag 51023',
  fields: [
    ...readFields([
      { term: 'beam', from: ['Image/Beam'] },
      ...ATLAS_RULES,
      ...ATLAS_ITEMS.map(({ term, item }) => ({ term, from: [item] })),
      ...APERTURE_PARTS.map(({ term }) => ({ term, from: ['Image/Aperture'] })),
      { term: 'acquired_at', from: ['Application/Date'] },
    ]),
    { term: 'pixel_size_x', from: 'length of Scan/Ux, Scan/Uy', how: 'derived' },
    { term: 'pixel_size_y', from: 'length of Scan/Vx, Scan/Vy', how: 'derived' },
  ],
};
