import type { Issue } from '../../domain/issue.ts';
import { issue } from '../../domain/issue.ts';
import type { UserMetadata } from '../../domain/user-metadata.ts';
import type { UserFileFault, UserFileReading } from './read-user-file.ts';

/** What people say of a picture, and what is wrong in what they say. */
export interface UserContext {
  user?: UserMetadata;
  issues: Issue[];
}

/**
 * The files of the folders above a picture as one, the inbox first: a deeper file wins field by field (the sample's too,
 * while its identifier, and each list, is one field), and keywords are united.
 */
export function mergeUser(layers: readonly UserMetadata[]): UserMetadata | undefined {
  let merged: UserMetadata = {};
  for (const layer of layers) {
    const sample = { ...merged.sample, ...layer.sample };
    const keywords = unite(merged.keywords ?? [], layer.keywords ?? []);
    merged = {
      ...merged,
      ...layer,
      ...(Object.keys(sample).length > 0 && { sample }),
      ...(keywords.length > 0 && { keywords }),
    };
  }
  return Object.keys(merged).length > 0 ? merged : undefined;
}

/** The context of a picture from the files above it, the inbox first; `path` is below the inbox, with "/". */
export function userContext(files: readonly { path: string; reading: UserFileReading }[]): UserContext {
  const user = mergeUser(files.map(({ reading }) => reading.metadata));
  const issues = files.flatMap(({ path, reading }) => reading.faults.map((fault) => toIssue(path, fault)));
  return { ...(user && { user }), issues };
}

function toIssue(path: string, { place, message }: UserFileFault): Issue {
  const where = place === '' ? path : `${path}, ${place}`;
  return issue('user-metadata-invalid', `${where}: ${message}.`, { file: path, place });
}

function unite(upper: readonly string[], deeper: readonly string[]): string[] {
  const united = new Map<string, string>();
  for (const word of [...upper, ...deeper]) {
    const key = word.normalize('NFKC').toLowerCase();
    if (!united.has(key)) united.set(key, word);
  }
  return [...united.values()];
}

/**
 * The context as text, for a digest and for comparison: two contexts are the same exactly when their texts are. Empty
 * when nobody says anything.
 */
export function contextText({ user, issues }: UserContext): string {
  if (!user && issues.length === 0) return '';
  return JSON.stringify([user ?? null, issues.map(({ message }) => message)], sortedKeys);
}

/** The order of keys says nothing. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
