import type { ContentHash } from '../domain/ids.ts';
import type { ModelRef } from '../domain/record.ts';
import { type Database, guarded, type Statement } from './sqlite.ts';

/** Records that one transaction of their reader may concern: of 500 the commits took a quarter of the time. */
const PAGE = 2000;

/** As `named` of the ledger: one pass over it, however many names there are. */
export function recordsNamed(db: Database, names: readonly string[]): Map<string, ContentHash[]> {
  const found = new Map<string, Set<ContentHash>>();
  const note = (name: string, id: ContentHash): void =>
    void (found.get(name) ?? found.set(name, new Set()).get(name))?.add(id);
  const beginning: Statement<[{ from: string; until: string }], ContentHash> = db
    .prepare<[{ from: string; until: string }], ContentHash>(
      `SELECT content_hash FROM files WHERE content_hash >= @from AND content_hash < @until
        UNION SELECT id FROM documents WHERE id >= @from AND id < @until LIMIT 3`,
    )
    .pluck();
  const byLastPart = new Map<string, { name: string; ending: string }[]>();
  for (const name of names) {
    if (/^[0-9a-f]{8,63}$/i.test(name)) {
      // No picture is called so: it would have an ending.
      const hex = name.toLowerCase();
      for (const id of beginning.all({ from: hex, until: `${hex}g` })) note(name, id);
      continue;
    }
    const ending = comparable(name).replace(/^(\.\/)+/, '');
    const last = ending.slice(ending.lastIndexOf('/') + 1);
    byLastPart.set(last, [...(byLastPart.get(last) ?? []), { name, ending }]);
  }
  const rows: Statement<[], { path: string; content_hash: ContentHash }> = db.prepare(
    'SELECT path, content_hash FROM files WHERE content_hash IS NOT NULL',
  );
  for (const row of byLastPart.size === 0 ? [] : rows.iterate()) {
    const path = comparable(row.path);
    for (const { name, ending } of byLastPart.get(path.slice(path.lastIndexOf('/') + 1)) ?? []) {
      if (path === ending || path.endsWith(`/${ending}`)) note(name, row.content_hash);
    }
  }
  return new Map([...found].map(([name, ids]) => [name, [...ids]]));
}

/** macOS writes names with combining accents, lists made elsewhere have them composed. */
function comparable(path: string): string {
  return path.replaceAll('\\', '/').normalize('NFC');
}

/** As `notBy` of the ledger. */
export function* recordsNotBy(db: Database, { name, version, sha256 }: ModelRef): Generator<ContentHash[]> {
  const inLedger = `SELECT DISTINCT content_hash FROM files
    WHERE content_hash > ? AND harvest_version IS NOT NULL AND model_sha256 IS NOT ? ORDER BY content_hash LIMIT ${PAGE}`;
  // Their files were changed, or the ledger was lost.
  const inIndexAlone = `SELECT id FROM documents WHERE id > ? AND classifier IS NOT ? AND NOT EXISTS
    (SELECT 1 FROM files WHERE content_hash = documents.id AND harvest_version IS NOT NULL) ORDER BY id LIMIT ${PAGE}`;
  yield* pages(db, inLedger, sha256);
  yield* pages(db, inIndexAlone, `${name} ${version}`);
}

/** In pages: an open iterator would keep the connection from doing anything else meanwhile. */
function* pages(db: Database, sql: string, model: string): Generator<ContentHash[]> {
  const statement: Statement<[string, string], ContentHash> = db.prepare<[string, string], ContentHash>(sql).pluck();
  for (let after = ''; ; ) {
    const ids = guarded('look for records of other models', () => statement.all(after, model));
    const last = ids.at(-1);
    if (last === undefined) return;
    after = last;
    yield ids;
  }
}
