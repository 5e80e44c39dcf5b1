import { describe, expect, it } from 'vitest';
import { toIndexDocument, wallClockSeconds } from '../../../src/search/document.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';

const term = (name: string, value: string | number | boolean) =>
  ({ term: name, value, raw: String(value), key: 'Key', trust: 'measured' }) as const;

describe('the document of a record', () => {
  it('holds quantities in SI and leaves out what is absent', () => {
    const { quantities, vendor } = toIndexDocument(
      makeRecord({ name: 'a.tif', acquisition: { accelerationVoltageV: 5000, pixelSizeXM: 4.2e-9 } }),
    );
    expect(quantities).toEqual({ kv: 5000, pixelSize: 4.2e-9 });
    expect(vendor).toBeUndefined();
  });

  it('holds the words of names, aliases, sample, instrument, header and issues, each in its field', () => {
    const { text, picture, id } = toIndexDocument(
      makeRecord({
        name: 'SiGrating_07.tif',
        path: 'Müller 2019/SiGrating_07.tif',
        aliases: [{ name: 'copy.tif', path: 'copies/copy.tif' }],
        instrument: { vendor: 'Zeiss', model: 'Ultra 55' },
        acquisition: { detector: 'InLens', sampleName: 'wafer 3' },
        terms: [term('scan_mode', 'line average'), term('working_distance', 0.004), term('dynamic_focus', true)],
        issues: [{ code: 'header-conflict', severity: 'warning', message: 'Two pixel sizes.' }],
      }),
    );
    expect(text.name).toBe('Müller 2019/SiGrating_07.tif copies/copy.tif Grating');
    expect(text.subject).toBe('wafer 3');
    expect(text.instrument).toMatch(/^Zeiss Ultra 55 InLens/);
    expect(text.header).toBe('line average dynamic focus');
    expect(text.issues).toBe('header-conflict Two pixel sizes.');
    expect([picture, id]).toEqual(['picture.jpg', idOf('SiGrating_07.tif')]);
  });

  it('holds what people say of the picture beside the sample that its header names', () => {
    const record = makeRecord({ name: 'a.tif', acquisition: { sampleName: 'wafer 3' } });
    const user = { project: 'Solar', sample: { name: 'CIGS' }, keywords: ['thin film', 'etched'], licence: 'CC0-1.0' };
    expect(toIndexDocument({ ...record, user }).text.subject).toBe('wafer 3 CIGS Solar thin film etched');
  });

  it("never holds the operator's name", () => {
    const record = makeRecord({ name: 'a.tif', acquisition: { operator: 'Anna' }, terms: [term('operator', 'Anna')] });
    expect(JSON.stringify(toIndexDocument(record))).not.toContain('Anna');
  });

  it('reads the local time as the wall clock showed it', () => {
    expect(wallClockSeconds('2017-03-24T12:40:39')).toBe(Date.UTC(2017, 2, 24, 12, 40, 39) / 1000);
    expect(wallClockSeconds('2017-03-24T12:40:39+02:00')).toBe(wallClockSeconds('2017-03-24T12:40:39'));
    expect(wallClockSeconds('2017-03-24')).toBe(Date.UTC(2017, 2, 24) / 1000);
    for (const time of ['', 'yesterday', '2017-13-45', undefined]) expect(wallClockSeconds(time)).toBeUndefined();
  });
});
