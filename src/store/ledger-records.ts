import type { ContentHash } from '../domain/ids.ts';
import { type Database, guarded, type Statement } from './sqlite.ts';

const PAGE = 500;

/** As `named` of the ledger: one pass over it, however many names there are. */
export function recordsNamed(db: Database, names: readonly string[]): Map<string, ContentHash[]> {
  const found = new Map<string, Set<ContentHash>>();
  const note = (name: string, id: ContentHash): void =>
    void (found.get(name) ?? found.set(name, new Set()).get(name))?.add(id);
  const beginning: Statement<[string, string], ContentHash> = db
    .prepare<[string, string], ContentHash>(
      'SELECT DISTINCT content_hash FROM files WHERE content_hash >= ? AND content_hash < ? LIMIT 3',
    )
    .pluck();
  const byLastPart = new Map<string, { name: string; ending: string }[]>();
  for (const name of names) {
    if (/^[0-9a-f]{8,63}$/i.test(name)) {
      const hex = name.toLowerCase();
      for (const id of beginning.all(hex, `${hex}g`)) note(name, id);
    }
    const ending = name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
    const last = ending.slice(ending.lastIndexOf('/') + 1);
    byLastPart.set(last, [...(byLastPart.get(last) ?? []), { name, ending }]);
  }
  const rows: Statement<[], { path: string; content_hash: ContentHash }> = db.prepare(
    'SELECT path, content_hash FROM files WHERE content_hash IS NOT NULL',
  );
  for (const row of names.length === 0 ? [] : rows.iterate()) {
    const path = row.path.replaceAll('\\', '/');
    for (const { name, ending } of byLastPart.get(path.slice(path.lastIndexOf('/') + 1)) ?? []) {
      if (path === ending || path.endsWith(`/${ending}`)) note(name, row.content_hash);
    }
  }
  return new Map([...found].map(([name, ids]) => [name, [...ids]]));
}

/** As `notBy` of the ledger. */
export function* recordsNotBy(db: Database, modelSha256: string): Generator<ContentHash[]> {
  const statement: Statement<[string, string], ContentHash> = db
    .prepare<[string, string], ContentHash>(
      `SELECT DISTINCT content_hash FROM files WHERE content_hash > ? AND state = 'done' AND harvest_version IS NOT NULL
        AND model_sha256 IS NOT ? ORDER BY content_hash LIMIT ${PAGE}`,
    )
    .pluck();
  let after = '';
  for (;;) {
    const ids = guarded('look for records of other models', () => statement.all(after, modelSha256));
    if (ids.length === 0) return;
    after = ids.at(-1) ?? after;
    yield ids;
  }
}
