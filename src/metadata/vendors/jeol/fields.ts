import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { JEOL_RULES, STAGE_ITEMS } from './rules.ts';

const PIXEL_SIZE = 'SM_MICRON_MARKER / SM_MICRON_BAR';

export const JEOL_FORM: HeaderForm = {
  id: 'jeol',
  title: 'JEOL: CM_ and SM_ keys in a .txt beside the picture',
  fields: [
    ...readFields([
      ...JEOL_RULES.map(({ term, names }) => ({ term, from: names })),
      ...STAGE_ITEMS.map(({ term }, index) => ({ term, from: [`item ${index + 1} of CM_STAGE_POS`] })),
      { term: 'probe_current', from: ['SM_PROBE_CURRENT, unless 0'] },
      { term: 'chamber_pressure', from: ['SM_PRESSURE_AT_LOW_VACUUM', 'SM_PENNING_VAC'] },
      { term: 'image_width', from: ['CM_FULL_SIZE'] },
      { term: 'image_height', from: ['CM_FULL_SIZE'] },
      { term: 'acquired_at', from: ['CM_DATE and CM_TIME'] },
    ]),
    { term: 'pixel_size_x', from: PIXEL_SIZE, how: 'derived' },
    { term: 'pixel_size_y', from: PIXEL_SIZE, how: 'derived' },
    { term: 'field_of_view_x', from: `${PIXEL_SIZE} x columns of CM_FULL_SIZE`, how: 'derived' },
    { term: 'field_of_view_y', from: `${PIXEL_SIZE} x rows of CM_FULL_SIZE`, how: 'derived' },
  ],
};
