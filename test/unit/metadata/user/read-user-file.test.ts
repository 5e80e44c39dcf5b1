import { describe, expect, it } from 'vitest';
import { MAX_USER_FILE_BYTES, readUserFile } from '../../../../src/metadata/user/read-user-file.ts';

const read = (text: string) => readUserFile(Buffer.from(text));

const WHOLE = `
project: 007
sample:
  name: 酸化亜鉛
  identifier: { value: 10.60516/AU1101, type: IGSN }
  atom_types: [Zn, O, Zn]
  preparation_date: 2024-03-01
  physical_form: powder
creators:
  - { name: Zoë Müller, orcid: https://orcid.org/0000-0002-1825-0097, email: z@example.org, affiliation: CNR-IOM }
user: { name: B }
licence: CC-BY-4.0
keywords: [nanowires, 2024, No]
time_zone: Europe/Rome
access_groups: [a, b]
`;

describe('a semantiff.yml', () => {
  it('gives every field, each plain value as the text that was written', () => {
    expect(read(WHOLE)).toEqual({
      metadata: {
        project: '007',
        sample: {
          name: '酸化亜鉛',
          identifier: { value: '10.60516/AU1101', type: 'IGSN' },
          atomTypes: ['Zn', 'O'],
          preparationDate: '2024-03-01',
          physicalForm: 'powder',
        },
        creators: [
          { name: 'Zoë Müller', orcid: '0000-0002-1825-0097', email: 'z@example.org', affiliation: 'CNR-IOM' },
          { name: 'B' },
        ],
        licence: 'CC-BY-4.0',
        keywords: ['nanowires', '2024', 'No'],
        timeZone: 'Europe/Rome',
        accessGroups: ['a', 'b'],
      },
      faults: [],
    });
  });

  it('takes elements as a text, and the code pages and marks that editors write', () => {
    expect(read('sample: { atom_types: "Zn, O" }').metadata.sample?.atomTypes).toEqual(['Zn', 'O']);
    expect(readUserFile(Buffer.from('\u{FEFF}project: Körner')).metadata.project).toBe('Körner');
    expect(readUserFile(Buffer.from('\u{FEFF}project: 試料', 'utf16le')).metadata.project).toBe('試料');
    expect(readUserFile(Buffer.from('project: Körner', 'latin1')).metadata.project).toBe('Körner');
  });

  it.each(['', '# nothing yet\n', 'project:\nsample:\n  name: ~\nkeywords: []\ncreators: [{}]\n'])(
    'is a form not filled in: %j',
    (text) => expect(read(text)).toEqual({ metadata: {}, faults: [] }),
  );

  it('says where each fault is, what was expected and what was found, and keeps what is right', () => {
    const { metadata, faults } = read(`
project: [1]
licence: CC0-1.0
colour: blue
sample: { name: a, atom_types: [Zn, Xx], identifier: { value: 1 }, preparation_date: 2024-02-30 }
creators: [{ name: A, orcid: 0000-0002-1825-0098 }, nobody]
keywords: [a, { b: c }, d]
time_zone: Rome
`);
    expect(metadata).toEqual({
      licence: 'CC0-1.0',
      sample: { name: 'a' },
      creators: [{ name: 'A' }],
      keywords: ['a', 'd'],
    });
    expect(faults.map(({ place }) => place).toSorted()).toEqual([
      'colour',
      'creators[0].orcid',
      'creators[1]',
      'keywords[1]',
      'project',
      'sample.atom_types[1]',
      'sample.identifier.type',
      'sample.preparation_date',
      'time_zone',
    ]);
    const message = (place: string) => faults.find((fault) => fault.place === place)?.message;
    expect(message('sample.atom_types[1]')).toBe(
      'expected the symbols of chemical elements, such as [Zn, O], found "Xx"',
    );
    expect(message('creators[0].orcid')).toMatch(/^expected an ORCID iD .* found "0000-0002-1825-0098"$/);
    expect(message('time_zone')).toMatch(/^expected an IANA time zone .* found "Rome"$/);
    expect(message('sample.identifier.type')).toMatch(/found nothing$/);
  });

  it.each([
    ['a list', '- a\n- b\n', /expected a table .*found \["a","b"\]/],
    ['a sentence', 'just words', /expected a table/],
    ['broken YAML', 'project: [a\nlicence: b', /^expected YAML/],
    ['a tag', 'project: !!js/function "f"', /expected YAML without tags/],
    ['one name twice', 'project: a\nproject: b\n', /unique/],
    ['an alias', 'keywords: &k [a]\naccess_groups: *k\n', /found a YAML alias/],
    ['a great depth', `project: ${'['.repeat(20_000)}`, /^expected YAML/],
    ['too much', `project: ${'x'.repeat(MAX_USER_FILE_BYTES)}`, /expected at most 65536 bytes, found 65545/],
  ])('that is %s is one fault and says nothing', (_what, text, message) => {
    const { metadata, faults } = read(text);
    expect(metadata).toEqual({});
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message).toMatch(message);
  });

  it('is not fooled by names that objects have of themselves', () => {
    const { metadata, faults } = read('__proto__: { project: x }\nconstructor: y\n');
    expect(metadata).toEqual({});
    expect(faults.map(({ place }) => place).toSorted()).toEqual(['__proto__', 'constructor']);
  });

  it('reports a bounded number of faults', () => {
    const text = Array.from({ length: 500 }, (_, i) => `key${i}: 1`).join('\n');
    expect(read(text).faults.length).toBeLessThanOrEqual(20);
  });
});
