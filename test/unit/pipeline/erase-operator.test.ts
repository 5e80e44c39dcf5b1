import { describe, expect, it } from 'vitest';
import type { HarvestResult } from '../../../src/metadata/harvest-types.ts';
import { sectionsJson } from '../../../src/metadata/sections-json.ts';
import { eraseOperator } from '../../../src/pipeline/erase-operator.ts';

function harvestedFrom(text: string, operator: string, encoding: BufferEncoding = 'latin1'): HarvestResult {
  return {
    header: {
      vendor: 'FEI',
      place: 'tiff:34682',
      encoding: 'latin1',
      terms: [
        { term: 'operator', value: operator, raw: operator, key: '[User] User', trust: 'measured' },
        {
          term: 'sample_name',
          value: `wafer of ${operator}`,
          raw: `wafer of ${operator}`,
          key: 'x',
          trust: 'measured',
        },
      ],
    },
    rawHeader: { bytes: Buffer.from(text, encoding), mediaType: 'text/plain', place: 'tiff:34682' },
    usedSidecars: [],
    instrument: {},
    acquisition: { operator, accelerationVoltageV: 5000 },
    classifiable: { ok: true },
    issues: [],
    sections: new Map([
      [
        'User',
        new Map([
          ['User', operator],
          ['Text', `by ${operator}.`],
        ]),
      ],
    ]),
    operators: [{ key: '[User] User', raw: operator }],
  };
}

describe('taking operators out of what was harvested', () => {
  it('leaves no trace of the name in terms, sections, raw header and sidecars, and keeps every length', () => {
    const text = '[User]\nUser=Müller-Lüdenscheidt\nDate=1.1.2020\nImage=C:\\Müller-Lüdenscheidt\\a.tif\n';
    const found = harvestedFrom(text, 'Müller-Lüdenscheidt');
    const sidecar = { name: 'a.txt', bytes: Buffer.from('\uFEFFOperator=Müller-Lüdenscheidt\n', 'utf16le') };
    const { harvested, sidecars } = eraseOperator(found, [sidecar]);
    const raw = Buffer.from(harvested.rawHeader?.bytes ?? []).toString('latin1');
    expect(raw).toBe(text.replaceAll('Müller-Lüdenscheidt', '*'.repeat(19)));
    expect(Buffer.from(sidecars[0]?.published ?? []).toString('utf16le')).toBe(`\uFEFFOperator=${'*'.repeat(19)}\n`);
    expect(JSON.stringify(harvested)).not.toContain('denscheidt');
    expect(sectionsJson(harvested.sections ?? new Map())).toBe(
      JSON.stringify({ User: { User: '*'.repeat(19), Text: `by ${'*'.repeat(19)}.` } }),
    );
    expect(harvested.header?.terms.map(({ term, value }) => [term, value])).toEqual([
      ['sample_name', `wafer of ${'*'.repeat(19)}`],
    ]);
    expect(harvested.acquisition).toEqual({ accelerationVoltageV: 5000 });
  });

  it('touches whole words only', () => {
    const { harvested } = eraseOperator(harvestedFrom('User=Li\nDetector=Living\nLi\n', 'Li'), []);
    expect(Buffer.from(harvested.rawHeader?.bytes ?? []).toString()).toBe('User=**\nDetector=Living\n**\n');
  });

  it('takes a name with signs of a pattern as it stands', () => {
    const { harvested } = eraseOperator(harvestedFrom('User=a.b*(c)\nUser2=aXb\n', 'a.b*(c)'), []);
    expect(Buffer.from(harvested.rawHeader?.bytes ?? []).toString()).toBe('User=*******\nUser2=aXb\n');
  });

  it('changes nothing where nobody is named', () => {
    const found = harvestedFrom('x', 'nobody');
    const { operators: _, ...unnamed } = { ...found, acquisition: {} };
    const sidecars = [{ name: 'a.txt', bytes: Buffer.from('x') }];
    expect(eraseOperator(unnamed, sidecars)).toEqual({ harvested: unnamed, sidecars });
  });
});
