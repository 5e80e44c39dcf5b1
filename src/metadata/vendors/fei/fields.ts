import type { HeaderForm } from '../vendor-field.ts';
import { FEI_RULES } from './rules.ts';

/** The active sections, as a reader of the page knows them. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ['@beam', 'active beam'],
  ['@scan', 'active scan'],
  ['@detector', 'active detector'],
]);

export const FEI_FORM: HeaderForm = {
  id: 'fei',
  title: 'FEI and Thermo Fisher: INI text in TIFF tag 34682 or 34680',
  fields: [
    ...FEI_RULES.map(({ term, from }) => ({
      term,
      from: from.map(([section, key]) => `[${PLACES.get(section) ?? section}] ${key}`).join(', '),
      how: 'read' as const,
    })),
    { term: 'beam', from: '[Beam] Beam; else the section with a field width', how: 'read' },
    { term: 'instrument_model', from: '[System] SystemType, [System] Type', how: 'read' },
    {
      term: 'magnification',
      from: '[Image] MagCanvasRealWidth or [System] DisplayWidth, over the field',
      how: 'derived',
    },
    { term: 'sample_name', from: '[User] UserTextUnicode, [User] UserText', how: 'read' },
    { term: 'acquired_at', from: '[User] Date and Time, [PrivateFei] TimeOfCreation', how: 'read' },
  ],
};
