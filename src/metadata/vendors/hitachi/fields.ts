import type { HeaderForm, VendorField } from '../vendor-field.ts';
import { HITACHI_RULES } from './rules.ts';

export const HITACHI_FORM: HeaderForm = {
  id: 'hitachi',
  title: 'Hitachi: [SemImageFile] in a .txt beside the picture',
  fields: [
    ...HITACHI_RULES.map(({ term, key, condition }): VendorField => {
      const places = [
        ...(key === undefined ? [] : [key]),
        ...(condition === undefined ? [] : [`Condition ${condition}`]),
      ];
      // Of old software, which wrote no pixel size, the width on the photograph is known.
      if (term === 'pixel_size_x' || term === 'pixel_size_y') places.push('else 127 mm / (Magnification x columns)');
      return { term, from: places.join(', '), how: 'read' };
    }),
    { term: 'image_width', from: 'DataSize', how: 'read' },
    { term: 'image_height', from: 'DataSize', how: 'read' },
    { term: 'acquired_at', from: 'Date and Time', how: 'read' },
    { term: 'operator', from: 'UserName', how: 'read' },
    { term: 'note', from: 'Comment', how: 'read' },
  ],
};
