/** What to do with one document in one index. */
export interface BulkAction {
  action: 'index' | 'delete';
  alias: string;
  id: string;
  version: number;
  /** `external`: only what is newer; `external_gte`: also what is as new. */
  versionType: 'external' | 'external_gte';
}

/** Actions that go into one request together. */
export interface BulkEntry {
  /** One text an action, each line with its end. */
  lines: string[];
  bytes: number;
}

/** Writes the actions on one document; `source` is its JSON, none where it is deleted. */
export function bulkEntry(actions: readonly BulkAction[], source?: string): BulkEntry {
  const lines = actions.map(({ action, alias, id, version, versionType }) => {
    const head = { [action]: { _index: alias, _id: id, version, version_type: versionType } };
    return source === undefined ? `${JSON.stringify(head)}\n` : `${JSON.stringify(head)}\n${source}\n`;
  });
  return { lines, bytes: lines.reduce((sum, text) => sum + Buffer.byteLength(text), 0) };
}
