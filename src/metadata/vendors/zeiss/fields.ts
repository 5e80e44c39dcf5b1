import type { HeaderForm, VendorField } from '../vendor-field.ts';
import { ZEISS_RULES } from './rules.ts';

const PIXEL_SIZE = 'AP_IMAGE_PIXEL_SIZE, AP_PIXEL_SIZE; else number 3 x 1024 / columns';

export const ZEISS_FORM: HeaderForm = {
  id: 'zeiss',
  title: 'Zeiss SmartSEM and LEO: text in TIFF tag 34118 or 34119',
  fields: [
    ...ZEISS_RULES.map(({ term, keys, number }): VendorField => {
      const last = number === undefined ? [] : [`number ${number.index}`];
      return { term, from: [...keys, ...last].join(', '), how: 'read' };
    }),
    { term: 'beam', from: 'SV_IMAGE_TYPE', how: 'read' },
    { term: 'pixel_size_x', from: PIXEL_SIZE, how: 'read' },
    { term: 'pixel_size_y', from: PIXEL_SIZE, how: 'read' },
    { term: 'image_width', from: 'DP_IMAGE_STORE', how: 'read' },
    { term: 'image_height', from: 'DP_IMAGE_STORE', how: 'read' },
    { term: 'scan_rotation', from: 'AP_SCANROTATION', how: 'read' },
    { term: 'frame_average', from: 'AP_NR_COEFF, where DP_NOISE_REDUCTION works on frames', how: 'read' },
    { term: 'detector_mode', from: 'DP_MIXING with DP_DETECTOR_CHANNEL, DP_IMPLIED_DETECTOR', how: 'derived' },
    { term: 'acquired_at', from: 'AP_DATE and AP_TIME', how: 'read' },
  ],
};
