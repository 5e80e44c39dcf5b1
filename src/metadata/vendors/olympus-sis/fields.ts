import type { HeaderForm } from '../vendor-field.ts';
import { readFields } from '../vendor-field.ts';

export const SIS_FORM: HeaderForm = {
  id: 'olympus-sis',
  title: 'Olympus SIS: block that TIFF tag 33560 points to',
  fields: readFields([
    { term: 'pixel_size_x', from: ['pixelSizeX x 10^lengthExponent'] },
    { term: 'pixel_size_y', from: ['pixelSizeY x 10^lengthExponent'] },
    { term: 'magnification', from: ['magnification'] },
    { term: 'detector_name', from: ['cameraName', 'Model of the TIFF'] },
    { term: 'acquired_at', from: ['minute, hour, day, month, year'] },
    { term: 'image_name', from: ['name'] },
  ]),
};
