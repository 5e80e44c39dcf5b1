import { z } from 'zod';
import { IngestError, isIngestError } from '../../domain/errors.ts';
import type { IndexDocument } from '../document.ts';
import type { ElasticClient } from './client.ts';
import { VECTOR_FAMILIES, vectorField, vectorMapping } from './fields.ts';
import { MAPPING_VERSION } from './mapping.ts';
import { isComparable } from './source.ts';

/** An alias to write to and the index behind it. */
export interface Target {
  alias: string;
  index: string;
}

/** Where documents are to be written: the index in use first, behind it the one that is being filled, where there is one. */
export type Targets = readonly [Target, ...Target[]];

const Aliased = z.object({ aliases: z.record(z.string(), z.unknown()) });

/** Asked before every write, because another program may rebuild. */
export async function findTargets(client: ElasticClient, alias: string, nextAlias: string): Promise<Targets> {
  const path = `/_alias/${encodeURIComponent(alias)},${encodeURIComponent(nextAlias)}`;
  const { body } = await client.request(`find "${alias}"`, { method: 'GET', path }, { accept: [404] });
  // A missing alias is answered with 404, which stands as `error` and `status` beside the one that is there.
  const targets = Object.entries(z.record(z.string(), z.unknown()).parse(body)).flatMap(([index, value]) => {
    const aliased = Aliased.safeParse(value);
    return aliased.success ? Object.keys(aliased.data.aliases).map((name) => ({ alias: name, index })) : [];
  });
  const inUse = targets.find((target) => target.alias === alias);
  if (inUse === undefined) {
    const reason = `there is no index of that name any more`;
    throw new IngestError('publish/unreachable', `Cannot write to "${alias}": ${reason}.`, { retryable: true });
  }
  return [inUse, ...targets.filter((target) => target.alias === nextAlias)];
}

/** @throws IngestError `publish/locked` where the index in use has a mapping of another version. */
export function refuseOutdated([{ alias, index }]: Targets): void {
  if (index.startsWith(`${alias}-v${MAPPING_VERSION}-`)) return;
  const expected = `expected an index of mapping ${MAPPING_VERSION}, found "${index}"; rebuild it first`;
  throw new IngestError('publish/locked', `Cannot write to "${alias}": ${expected}.`, { retryable: true });
}

/** When a rebuild ends between our look and our request, a name is gone; everything we send may be sent again. */
export async function onceMore<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isIngestError(error) && error.context['type'] === 'index_not_found_exception') return work();
    throw error;
  }
}

/** Makes sure that the mapping of every target has a field for the vectors of these documents. */
export type PrepareVectors = (documents: readonly IndexDocument[], targets: readonly Target[]) => Promise<void>;

/** Remembers, index by index, which fields are there. */
export function createVectorFields(client: ElasticClient): PrepareVectors {
  const known = new Set<string>();
  return async (documents, targets) => {
    const wanted = new Set(documents.flatMap(dimensionsOf));
    for (const { index } of targets) {
      for (const field of wanted) {
        if (known.has(`${index} ${field}`)) continue;
        await addVectorField(client, index, field);
        known.add(`${index} ${field}`);
      }
    }
  };
}

function dimensionsOf({ embedding, meaning }: IndexDocument): string[] {
  const vectors = { image: embedding?.vector, text: meaning?.vector };
  return VECTOR_FAMILIES.flatMap((family) => {
    const vector = vectors[family];
    return vector === undefined || !isComparable(vector) ? [] : [vectorField(family, vector.length)];
  });
}

async function addVectorField(client: ElasticClient, index: string, path: string): Promise<void> {
  const [family = '', field = ''] = path.split('.');
  const properties = { [family]: { properties: { [field]: vectorMapping(Number(field.slice(1))) } } };
  const request = { method: 'PUT', path: `/${encodeURIComponent(index)}/_mapping`, body: { properties } } as const;
  await client.request(`add the field ${path} to "${index}"`, request);
}
