import { describe, expect, it } from 'vitest';
import type { MicrographRecord } from '../../../../src/domain/record.ts';
import { crateFile } from '../../../../src/publish/crate-file.ts';
import { roCrateOf } from '../../../../src/publish/formats/ro-crate.ts';
import { idOf } from '../../../builders/micrograph-record.ts';
import { BARE, FULL, UNSURE } from '../../../builders/told-records.ts';

type Entity = Record<string, unknown> & { '@id': string };

function entities(record: MicrographRecord): Map<string, Entity> {
  const graph = roCrateOf(record).document['@graph'] as unknown as Entity[];
  return new Map(graph.map((entity) => [entity['@id'], entity]));
}

/** Every `@id` that the crate names as something it knows. */
function references(value: unknown, top = true): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => references(one, top));
  if (typeof value !== 'object' || value === null) return [];
  const { '@id': id, ...rest } = value as Entity;
  return [...(top || id === undefined ? [] : [id]), ...Object.values(rest).flatMap((one) => references(one, false))];
}

describe('the crate of a record', () => {
  it('lists every file with its size and SHA-256, and record.json with neither, for that lists the crate', () => {
    const all = entities(FULL);
    expect(all.get('wires%20%C3%BC%207.h5')).toMatchObject({ contentSize: '12', sha256: idOf('wires ü 7.h5') });
    expect(all.get('record.json')).not.toHaveProperty('sha256');
    expect(all.get('record.json')).not.toHaveProperty('contentSize');
    expect(all.get('./')?.['hasPart']).toHaveLength(FULL.artefacts.length + 1);
  });

  it('tells how the picture was taken, and what made the record and its labels', () => {
    const all = entities(FULL);
    expect(all.get('#acquire')).toMatchObject({
      instrument: { '@id': '#instrument' },
      agent: { '@id': '#operator' },
      startTime: '2024-06-04T17:25:49+02:00',
    });
    expect(all.get('#convert')).toMatchObject({ endTime: '2024-01-01T00:00:01+00:00' });
    expect(all.get('#convert')?.['description']).toContain('sem-pc');
    expect(all.get('#classify')?.['description']).toContain('Nanowires 0.565');
    expect(all.get('#label-1')).toMatchObject({ name: 'Nanowires', description: expect.stringContaining('suggested') });
  });

  it.each([FULL, BARE, UNSURE])('names nothing that it does not describe: $source.name', (record) => {
    const graph = roCrateOf(record).document['@graph'];
    const known = new Set([...entities(record).keys(), 'https://w3id.org/ro/crate/1.1']);
    expect(references(graph).filter((id) => !known.has(id))).toEqual([]);
  });

  it('names no person, host, instrument or licence that the record does not', () => {
    const all = entities(BARE);
    expect([...all.keys()].filter((id) => /operator|creator|instrument|orcid/.test(id))).toEqual([]);
    expect(all.get('./')?.['license']).toEqual({ '@id': '#no-licence' });
    expect(roCrateOf(BARE).missing).toEqual(['author', 'license']);
    expect(JSON.stringify([...all.values()])).not.toContain('on the computer');
  });

  it('stays as it is when an alias is noted, and when it is itself among the files', () => {
    const aliases = [{ name: 'copy.tif', path: 'copy.tif' }];
    const later = { ...FULL, revision: 2, source: { ...FULL.source, aliases } };
    const listed = {
      role: 'ro-crate',
      path: 'ro-crate-metadata.json',
      bytes: 1,
      sha256: FULL.id,
      mediaType: 'a/b',
    } as const;
    expect(roCrateOf({ ...later, artefacts: [...later.artefacts, listed] })).toEqual(roCrateOf(FULL));
  });

  it('is a file of the record under the name that readers look for', () => {
    const file = crateFile();
    expect(file).toMatchObject({ role: 'ro-crate', name: 'ro-crate-metadata.json' });
    const bytes = 'describe' in file ? file.describe(FULL) : new Uint8Array();
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual(JSON.parse(JSON.stringify(roCrateOf(FULL).document)));
  });
});
