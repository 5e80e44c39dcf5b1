import type { HeaderForm, VendorField } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { COLUMN_RULES, MAIN_RULES } from './rules.ts';

const FIELDS: readonly VendorField[] = [
  { term: 'beam', from: 'which of [SEM] and [FIB] there is', how: 'derived' },
  ...readFields([
    ...MAIN_RULES.map(({ term, names }) => ({ term, from: names.map((name) => `[MAIN] ${name}`) })),
    ...COLUMN_RULES.map(({ term, names }) => ({ term, from: names.map((name) => `[SEM or FIB] ${name}`) })),
    { term: 'acquired_at', from: ['[MAIN] Date and Time'] },
  ]),
];

export const TESCAN_TAG_FORM: HeaderForm = {
  id: 'tescan',
  title: 'Tescan: blocks of text in TIFF tag 50431',
  fields: FIELDS,
};

export const TESCAN_SIDECAR_FORM: HeaderForm = {
  id: 'tescan-hdr',
  title: 'Tescan: INI text in a .hdr beside the picture',
  fields: FIELDS,
  unseen: true,
};
