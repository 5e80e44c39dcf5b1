import { describe, expect, it } from 'vitest';
import { parseLabelList } from '../../../src/pipeline/label-list.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const list = (text: string) => parseLabelList(utf8(text), 'labels.csv');

describe('a list of labels', () => {
  it('is CSV with commas, semicolons or tabs, quotes and a byte order mark', () => {
    const expected = [
      { record: 'a, b.tif', label: 'Porous "Sponge"', by: 'Zoë' },
      { record: '01234567', label: 'Tips' },
    ];
    for (const mark of [',', ';', '\t']) {
      const rows = ['file,label,by', '"a, b.tif","Porous ""Sponge""",Zoë', '01234567,Tips,'];
      const text = rows.map((row) =>
        row.startsWith('"') ? row.replaceAll('",', `"${mark}`) : row.replaceAll(',', mark),
      );
      expect(list(`\ufeff${text.join('\r\n')}\r\n`)).toEqual(expected);
    }
  });

  it('is read in the encodings that programs write', () => {
    const text = 'path;label\nläuse/käfer.tif;Fläche\n';
    const expected = [{ record: 'läuse/käfer.tif', label: 'Fläche' }];
    expect(parseLabelList(Buffer.from(text, 'latin1'), 'x.csv')).toEqual(expected);
    expect(parseLabelList(Buffer.from(`\ufeff${text}`, 'utf16le'), 'x.csv')).toEqual(expected);
  });

  it('is a JSON array, or one object a line', () => {
    const one = { id: '01234567', label: 'Tips', at: '2026-03-01T10:00:00+01:00' };
    const expected = [{ record: '01234567', label: 'Tips', at: '2026-03-01T09:00:00.000Z' }];
    expect(list(JSON.stringify([one]))).toEqual(expected);
    expect(list(`${JSON.stringify(one)}\n\n`)).toEqual(expected);
  });

  it('composes the characters of a label, so that one label is one label', () => {
    expect(list('id,label\n01234567,Fla\u0308che\n')).toEqual([{ record: '01234567', label: 'Fläche' }]);
  });

  it.each([
    ['id,label\n01234567,\n', /labels\.csv, entry 1.*expected a label/s],
    [`id,label\n01234567,${'x'.repeat(201)}\n`, /at most 200/],
    ['label\nTips\n', /expected an id, path or file/],
    ['id,label\n01234567,Tips,more\n', /expected CSV/],
    ['id,label,at\n01234567,Tips,yesterday\n', /expected a time.*"yesterday"/],
    ['[{"id":', /expected a JSON array/],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => list(text)).toThrow(message);
  });
});
