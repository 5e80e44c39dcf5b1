import type { HeaderForm } from '../vendor-field.ts';

export const IMAGEJ_FORM: HeaderForm = {
  id: 'imagej',
  title: 'ImageJ: calibration in ImageDescription and the resolution of the TIFF',
  fields: [
    { term: 'pixel_size_x', from: '1 / XResolution in unit', how: 'derived' },
    { term: 'pixel_size_y', from: '1 / YResolution in yunit, else unit', how: 'derived' },
  ],
};
