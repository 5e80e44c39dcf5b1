import type { HeaderForm } from '../vendor-field.ts';
import { X_TAGS, Y_TAGS } from './parse.ts';

export const DIGITAL_MICROGRAPH_FORM: HeaderForm = {
  id: 'digital-micrograph',
  title: 'Gatan DigitalMicrograph: calibration in TIFF tags of its own',
  fields: [
    { term: 'pixel_size_x', from: `tag ${X_TAGS.scaleTag} in the unit of tag ${X_TAGS.unitTag}`, how: 'read' },
    { term: 'pixel_size_y', from: `tag ${Y_TAGS.scaleTag} in the unit of tag ${Y_TAGS.unitTag}`, how: 'read' },
  ],
};
