import { describe, expect, it } from 'vitest';
import { MicrographRecord } from '../../../src/domain/record.ts';
import { migrateRecord } from '../../../src/domain/record-migrations.ts';
import { SCHEMA_VERSION } from '../../../src/domain/versions.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';

describe('reading a record.json of another version', () => {
  it('makes of a record of version 1 one of this version, with all it said', () => {
    const old = { ...makeRecord({ name: 'a.tif' }), schemaVersion: 1 };
    expect(MicrographRecord.parse(migrateRecord(old))).toEqual({ ...old, schemaVersion: SCHEMA_VERSION });
  });

  it('refuses a record of a newer program, and names both versions', () => {
    const newer = { ...makeRecord({ name: 'a.tif' }), schemaVersion: SCHEMA_VERSION + 1 };
    expect(() => migrateRecord(newer)).toThrow(new RegExp(`${SCHEMA_VERSION + 1}.*${SCHEMA_VERSION}`));
  });

  it.each([null, 7, {}, { schemaVersion: '1' }, { schemaVersion: 0 }])('leaves %j to the schema', (json) => {
    expect(migrateRecord(json)).toBe(json);
  });
});
