import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { OME_RULES, STAGE_AXES, STAGE_LABEL } from './rules.ts';

export const OME_FORM: HeaderForm = {
  id: 'ome',
  title: 'OME-XML in ImageDescription of the TIFF',
  fields: readFields([
    ...OME_RULES,
    ...STAGE_AXES.map(([term, axis]) => ({ term, from: [`${STAGE_LABEL}@${axis}, where it has a unit of length`] })),
    { term: 'acquired_at', from: ['Image/AcquisitionDate'] },
  ]),
  unseen: true,
};
