import { describe, expect, it } from 'vitest';
import { understandText } from '../../../src/search/understand-query.ts';

function fields(text: string): Record<string, string> {
  return Object.fromEntries(understandText(text).chips.map(({ field, label }) => [field, label]));
}

/** What a label begins with, before it says the range. */
const NAME = /^(?:acquired|magnification|[a-z]+ (?:voltage|size|width|distance|tilt|pressure|time|current)) /;

describe('understanding a search', () => {
  it('parts words from ranges', () => {
    const { words, chips } = understandText('porous scaffold for cells 5-10 kV below 50 nm/px after 2019');
    expect(words).toBe('porous scaffold for cells');
    expect(chips.toSorted((a, b) => (a.field < b.field ? -1 : 1))).toEqual([
      { field: 'date', text: 'after 2019', label: 'acquired after 2019', range: { fromS: Date.UTC(2020, 0) / 1000 } },
      {
        field: 'kv',
        text: '5-10 kV',
        label: 'acceleration voltage 5 kV to 10 kV',
        range: { min: 5000, max: 10_000, minInclusive: true, maxInclusive: true },
      },
      {
        field: 'pixelSize',
        text: 'below 50 nm/px',
        label: 'pixel size below 50 nm',
        range: { max: 5e-8, minInclusive: true, maxInclusive: false },
      },
    ]);
  });

  it.each([
    ['5 kV', 'kv', '4.5 kV to 5.5 kV'],
    ['at 5 kV', 'kv', '4.5 kV to 5.5 kV'],
    ['at a voltage of 5 kV', 'kv', '4.5 kV to 5.5 kV'],
    ['5kV', 'kv', '4.5 kV to 5.5 kV'],
    ['below 5 kV', 'kv', 'below 5 kV'],
    ['under 2 kV', 'kv', 'below 2 kV'],
    ['less than 2 kV', 'kv', 'below 2 kV'],
    ['<2kV', 'kv', 'below 2 kV'],
    ['at most 10 kV', 'kv', 'at most 10 kV'],
    ['up to 10kV', 'kv', 'at most 10 kV'],
    ['above 10 kV', 'kv', 'above 10 kV'],
    ['more than 10 kV', 'kv', 'above 10 kV'],
    ['over 20 keV', 'kv', 'above 20 kV'],
    ['at least 15 kV', 'kv', 'at least 15 kV'],
    ['>= 15 kV', 'kv', 'at least 15 kV'],
    ['between 5 and 10 kV', 'kv', '5 kV to 10 kV'],
    ['from 5 to 10 kV', 'kv', '5 kV to 10 kV'],
    ['5 to 10 kV', 'kv', '5 kV to 10 kV'],
    ['5 kV - 10 kV', 'kv', '5 kV to 10 kV'],
    ['5–10 kV', 'kv', '5 kV to 10 kV'],
    ['5..10 kV', 'kv', '5 kV to 10 kV'],
    ['500 V to 2 kV', 'kv', '500 V to 2 kV'],
    ['~5 kV', 'kv', '4 kV to 6 kV'],
    ['about 5 kV', 'kv', '4 kV to 6 kV'],
    ['unter 5 kV', 'kv', 'below 5 kV'],
    ['über 10 kV', 'kv', 'above 10 kV'],
    ['zwischen 5 und 10 kV', 'kv', '5 kV to 10 kV'],
    ['höchstens 3 kV', 'kv', 'at most 3 kV'],
    ['sotto 5 kV', 'kv', 'below 5 kV'],
    ['tra 5 e 10 kV', 'kv', '5 kV to 10 kV'],
    ['almeno 5 kV', 'kv', 'at least 5 kV'],
    ['EHT = 5.00 kV', 'kv', '4.995 kV to 5.005 kV'],
    ['landing energy 500 V', 'kv', '499.5 V to 500.5 V'],
    ['pixel size 10 nm', 'pixelSize', '9.5 nm to 10.5 nm'],
    ['pixel size below 10', 'pixelSize', 'below 10 nm'],
    ['pixel size of 2 to 5 nm', 'pixelSize', '2 nm to 5 nm'],
    ['10 nm pixels', 'pixelSize', '9.5 nm to 10.5 nm'],
    ['2.5 nm per pixel', 'pixelSize', '2.45 nm to 2.55 nm'],
    ['0,5 µm/px', 'pixelSize', '450 nm to 550 nm'],
    ['field of view under 10 µm', 'fieldWidth', 'below 10 µm'],
    ['FOV 5-20 um', 'fieldWidth', '5 µm to 20 µm'],
    ['10 um field of view', 'fieldWidth', '9.5 µm to 10.5 µm'],
    ['WD 5 mm', 'workingDistance', '4.5 mm to 5.5 mm'],
    ['WD < 5 mm', 'workingDistance', 'below 5 mm'],
    ['wd=4.2mm', 'workingDistance', '4.15 mm to 4.25 mm'],
    ['working distance between 4 and 6 mm', 'workingDistance', '4 mm to 6 mm'],
    ['Arbeitsabstand 8 mm', 'workingDistance', '7.5 mm to 8.5 mm'],
    ['5000x', 'magnification', '4750 to 5250'],
    ['x5000', 'magnification', '4750 to 5250'],
    ['5,000x', 'magnification', '4750 to 5250'],
    ['5.000x', 'magnification', '4750 to 5250'],
    ['above 10kx', 'magnification', 'above 10000'],
    ['above x10k', 'magnification', 'above 10000'],
    ['magnification above 20k', 'magnification', 'above 20000'],
    ['10k-50k magnification', 'magnification', '10000 to 50000'],
    ['tilt 45°', 'tilt', '44.5° to 45.5°'],
    ['tilted by 45 degrees', 'tilt', '44.5° to 45.5°'],
    ['52 deg tilt', 'tilt', '51.5° to 52.5°'],
    ['10 Pa', 'pressure', '9 Pa to 11 Pa'],
    ['below 1e-4 mbar', 'pressure', 'below 0.01 Pa'],
    ['above 0.5 Torr', 'pressure', 'above 66.66 Pa'],
    ['dwell time 10 us', 'dwell', '9.5 µs to 10.5 µs'],
    ['100 pA', 'probeCurrent', '99.5 pA to 100.5 pA'],
    ['beam current below 1 nA', 'probeCurrent', 'below 1 nA'],
    ['after 2019', 'date', 'after 2019'],
    ['since 2018', 'date', 'from 2018'],
    ['before 2017', 'date', 'before 2017'],
    ['until 2020', 'date', 'until the end of 2020'],
    ['in 2019', 'date', '2019'],
    ['from 2016 to 2018', 'date', '2016 to 2018'],
    ['between 2016 and 2018', 'date', '2016 to 2018'],
    ['2016-2018', 'date', '2016 to 2018'],
    ['2019-03-12', 'date', '2019-03-12'],
    ['March 2019', 'date', '2019-03'],
    ['since Dezember 2019', 'date', 'from 2019-12'],
    ['nach 2019', 'date', 'after 2019'],
    ['dopo il 2019', 'date', 'after 2019'],
  ])('reads "%s" as %s: %s', (text, field, said) => {
    const { words, chips } = understandText(`gold ${text} wire`);
    expect(words).toBe('gold wire');
    expect(chips.map((chip) => [chip.field, chip.label.replace(NAME, '')])).toEqual([[field, said]]);
  });

  it.each([
    '5 nm gold particles',
    '10-20 nm particles',
    'less than 5 nm particles',
    '200 nm thick film',
    '3 V battery',
    '1.1 eV gap',
    '100 kV lithography',
    'below 300 kV',
    'sintered at 100 MPa',
    '10 bar',
    '10 kV/mm',
    '90 degree bend',
    '1024x768 pixels 8 bit',
    '100x100 grid',
    '2x',
    'ZnO 2019',
    'sample 3000',
    'A5-10 kV',
    'batch-2016-2018-b',
    'wire in 3000',
    '2019-13',
    '10 min sputtering',
    'low voltage',
    'under cells',
    'TiO2 P25',
    'H2O 5',
    '"5 kV" sample',
    '"sample 5 kV in 2019"',
    '"unclosed 5 kV',
    '10-5 kV',
  ])('leaves "%s" as words', (text) => {
    expect(understandText(text)).toEqual({ words: text, chips: [] });
  });

  it('takes several fields, each once', () => {
    const text = '2 kV, WD 3 mm, 10 nm/px, tilt 30°';
    expect(Object.keys(fields(text)).toSorted()).toEqual(['kv', 'pixelSize', 'tilt', 'workingDistance']);
    expect(understandText(text).words).toBe('');
    expect(understandText('gold 5 kV 10 kV')).toMatchObject({ words: 'gold 10 kV', chips: [{ text: '5 kV' }] });
  });

  it.each([
    'between '.repeat(120),
    '5-'.repeat(500),
    '1,111'.repeat(200),
    'pixel size '.repeat(90),
    '5 kV '.repeat(200),
  ])('is quick with hostile text', (text) => {
    const started = performance.now();
    understandText(text);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
