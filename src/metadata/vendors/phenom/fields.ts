import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { PHENOM_RULES, SCAN } from './rules.ts';

export const PHENOM_FORM: HeaderForm = {
  id: 'phenom',
  title: 'Phenom: XML of FeiImage in TIFF tag 34683',
  fields: readFields([
    { term: 'acceleration_voltage', from: [`amount of ${SCAN}/highVoltage`] },
    ...PHENOM_RULES,
    { term: 'scan_rotation', from: [`${SCAN}/rotation, with a unit or 0`] },
    { term: 'image_width', from: ['cropHint'] },
    { term: 'image_height', from: ['cropHint'] },
    { term: 'acquired_at', from: ['time'] },
  ]),
  unseen: true,
};
