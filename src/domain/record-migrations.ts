import { SCHEMA_VERSION } from './versions.ts';

type Json = Record<string, unknown>;

/**
 * How a record.json of an older `schemaVersion` becomes one of the next, in order: the first entry reads version 1. Entries
 * are history: never change one that was released, append. They are applied on reading; the file itself is rewritten with
 * the record's next revision.
 */
const STEPS: readonly ((record: Json) => Json)[] = [
  // Version 2 may hold `erased` and artefacts of the role `ro-crate`; whatever version 1 held means the same.
  (record) => record,
];

/**
 * A parsed record.json as this program's schema has it, still to be validated.
 * @throws Error where a newer program wrote it.
 */
export function migrateRecord(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const stated = (json as Json)['schemaVersion'];
  if (typeof stated !== 'number' || !Number.isInteger(stated) || stated < 1) return json;
  if (stated > SCHEMA_VERSION) {
    throw new Error(
      `its schemaVersion is ${stated}, and this program understands up to ${SCHEMA_VERSION}: a newer semantiff wrote it`,
    );
  }
  const upgraded = STEPS.slice(stated - 1).reduce((record, step) => step(record), json as Json);
  return { ...upgraded, schemaVersion: SCHEMA_VERSION };
}
