import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';
import { POSITION, TFS_RULES } from './rules.ts';

const FRAMES = 'BinaryResult/FilterFrameCount';
const FILTER = 'BinaryResult/FilterType';

export const TFS_FORM: HeaderForm = {
  id: 'tfs',
  title: 'FEI and Thermo Fisher: XML in TIFF tag 34683, 34682 or 34680',
  fields: [
    ...readFields([
      { term: 'beam', from: ['Acquisition/BeamType'] },
      ...TFS_RULES,
      { term: 'stage_x', from: [`${POSITION}/X`] },
      { term: 'stage_y', from: [`${POSITION}/Y`] },
      { term: 'stage_z', from: [`${POSITION}/Z, of the electron beam`] },
      { term: 'pixel_size_x', from: ['BinaryResult/PixelSize/X'] },
      { term: 'pixel_size_y', from: ['BinaryResult/PixelSize/Y'] },
      { term: 'frame_average', from: [`${FRAMES}, where ${FILTER} is Average`] },
      { term: 'frame_integration', from: [`${FRAMES}, where ${FILTER} is Integrate`] },
      { term: 'acquired_at', from: ['Acquisition/AcquisitionDatetime'] },
    ]),
    { term: 'noise_reduction', from: `${FILTER} with ${FRAMES}, of any other filter`, how: 'derived' },
  ],
};
