import { z } from 'zod';
import { IngestError } from '../../domain/errors.ts';
import type { ElasticClient } from './client.ts';
import { VECTOR_FAMILIES } from './fields.ts';
import { indexBody, MAPPING_VERSION } from './mapping.ts';
import type { ElasticOptions } from './options.ts';

/** The index that an alias stands for. */
export interface ConcreteIndex {
  name: string;
  /** Of its mapping; 0 where it is not one of ours. */
  mappingVersion: number;
  /** Its vector fields, as they stand in the mapping. */
  vectors: Record<string, object>;
}

/** What is done with whole indexes; each call is one request or a few. */
export interface Indices {
  /** The alias that an index has which is being filled to take the place of the present one. */
  readonly nextAlias: string;
  /** What an alias stands for; undefined where there is no such alias. */
  behind(alias: string): Promise<ConcreteIndex | undefined>;
  /** Makes the first index with the alias where there is none; safe when several programs do it at once. */
  ensure(): Promise<ConcreteIndex>;
  /** Makes an empty index under {@link nextAlias}, the number behind `present`; a left-over one is removed. */
  createNext(present: ConcreteIndex): Promise<string>;
  /** Moves the alias from one index to the other at once. */
  swap(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes what was written visible to searches. */
  refresh(name: string): Promise<void>;
}

const Mappings = z.record(
  z.string(),
  z.object({
    mappings: z.object({
      _meta: z.object({ mapping_version: z.int() }).optional(),
      properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
    }),
  }),
);

/** Manages the indexes behind the configured alias. */
export function createIndices(
  client: ElasticClient,
  options: Pick<ElasticOptions, 'alias' | 'shards' | 'replicas'>,
): Indices {
  const { alias } = options;
  const nextAlias = `${alias}-next`;
  const behind = (name: string): Promise<ConcreteIndex | undefined> => readAlias(client, name);
  const create = (name: string, as: string, vectors: Record<string, object>): Promise<number> =>
    createIndex(client, name, { ...indexBody(options, vectors), aliases: { [as]: { is_write_index: true } } });

  return {
    nextAlias,
    behind,
    ensure: async () => {
      const there = await behind(alias);
      if (there !== undefined) return there;
      await create(numbered(alias, 1), alias, {});
      const made = await behind(alias);
      if (made !== undefined) return made;
      throw new IngestError(
        'publish/refused',
        `Cannot make "${alias}": ${numbered(alias, 1)} is there without the alias.`,
      );
    },
    createNext: async (present) => {
      const leftOver = await behind(nextAlias);
      if (leftOver !== undefined) await removeIndex(client, leftOver.name);
      const name = numbered(alias, numberOf(present.name) + 1);
      const status = await create(name, nextAlias, present.vectors);
      if (status === 200) return name;
      throw new IngestError('publish/locked', `Cannot make "${name}": it is there already. Remove it to go on.`);
    },
    swap: async (from, to) => {
      const actions = [
        { remove: { index: from, alias, must_exist: true } },
        { add: { index: to, alias, is_write_index: true } },
        { remove: { index: to, alias: nextAlias, must_exist: true } },
      ];
      await client.request(`put "${to}" in place of "${from}"`, {
        method: 'POST',
        path: '/_aliases',
        body: { actions },
      });
    },
    remove: (name) => removeIndex(client, name),
    refresh: async (name) => {
      await client.request(`refresh "${name}"`, { method: 'POST', path: `/${encodeURIComponent(name)}/_refresh` });
    },
  };
}

async function readAlias(client: ElasticClient, alias: string): Promise<ConcreteIndex | undefined> {
  const request = { method: 'GET', path: `/${encodeURIComponent(alias)}/_mapping` } as const;
  const { status, body } = await client.request(`read the mapping of "${alias}"`, request, { accept: [404] });
  if (status === 404) return undefined;
  const [found, ...more] = Object.entries(Mappings.parse(body));
  if (found === undefined) return undefined;
  const [name, { mappings }] = found;
  const { _meta: meta, properties } = mappings;
  if (more.length > 0 || name === alias) {
    const what = more.length > 0 ? `${more.length + 1} indexes` : 'an index of that name';
    throw new IngestError('publish/refused', `Cannot use "${alias}": expected an alias of one index, found ${what}.`);
  }
  const vectors = VECTOR_FAMILIES.map((family) => `${family}_vector`).flatMap((field) => {
    const known = properties[field];
    return known === undefined ? [] : [[field, known] as const];
  });
  return { name, mappingVersion: meta?.mapping_version ?? 0, vectors: Object.fromEntries(vectors) };
}

async function removeIndex(client: ElasticClient, name: string): Promise<void> {
  const request = { method: 'DELETE', path: `/${encodeURIComponent(name)}` } as const;
  await client.request(`remove the index "${name}"`, request, { accept: [404] });
}

/** 200, or 400 where there is an index of that name already. */
async function createIndex(client: ElasticClient, name: string, body: object): Promise<number> {
  const attempt = `make the index "${name}"`;
  const request = { method: 'PUT', path: `/${encodeURIComponent(name)}`, body } as const;
  try {
    return (await client.request(attempt, request)).status;
  } catch (error) {
    if (error instanceof IngestError && error.context['type'] === 'resource_already_exists_exception') return 400;
    throw error;
  }
}

function numbered(alias: string, number: number): string {
  return `${alias}-v${MAPPING_VERSION}-${String(number).padStart(6, '0')}`;
}

function numberOf(name: string): number {
  return Number(/-(\d+)$/.exec(name)?.[1] ?? 0);
}
