import { readdir } from 'node:fs/promises';
import { IngestError } from '../domain/errors.ts';
import { listVersions } from './model-folder.ts';
import { ModelName } from './model-schema.ts';

/** A model folder that is there; nothing of it was read. */
export interface StoredModel {
  name: string;
  version: string;
  folder: string;
}

/** All models of these roots by name, of each the newest version first; of one in two roots only the first root's. */
export async function listModels(roots: readonly string[]): Promise<StoredModel[]> {
  const names = new Set<string>();
  for (const root of roots) {
    const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
    for (const entry of entries)
      if (entry.isDirectory() && ModelName.safeParse(entry.name).success) names.add(entry.name);
  }
  const models: StoredModel[] = [];
  for (const name of [...names].toSorted()) {
    for (const { version, folder } of await listVersions(name, roots)) models.push({ name, version, folder });
  }
  return models;
}

/**
 * Finds the model that somebody typed: `NAME VERSION`, `NAME/VERSION`, a name (its newest version), or a version of
 * `usualName`. Throws `classify/model` where there is none.
 */
export async function findStored(
  words: readonly string[],
  roots: readonly string[],
  usualName: string,
): Promise<StoredModel> {
  const [first = '', second, ...more] = words.flatMap((word) => word.split('/'));
  if (first === '' || more.length > 0) {
    throw new IngestError('usage', `expected a model as NAME/VERSION, received "${words.join(' ')}"`);
  }
  const wanted = second === undefined ? await newestOf(first, roots) : { name: first, version: second };
  const { name, version } = wanted ?? { name: usualName, version: first };
  const versions = await listVersions(name, roots);
  const found = versions.find((one) => one.version === version);
  if (found !== undefined) return { name, ...found };
  const known = versions.map((one) => one.version).join(', ') || 'none';
  throw new IngestError(
    'classify/model',
    `Looking for the model ${words.join(' ')}, found these versions of ${name}: ${known}.`,
  );
}

async function newestOf(
  name: string,
  roots: readonly string[],
): Promise<{ name: string; version: string } | undefined> {
  const newest = (await listVersions(name, roots))[0];
  return newest && { name, version: newest.version };
}
