import { IngestError } from '../../domain/errors.ts';
import type { ContentHash } from '../../domain/ids.ts';
import type { IndexDocument } from '../document.ts';
import type { UpsertReport } from '../index-interface.ts';
import { type BulkOutcome, chunksOf, sendBulk } from './bulk.ts';
import { type BulkAction, type BulkEntry, bulkEntry } from './bulk-entry.ts';
import type { ElasticClient } from './client.ts';
import type { Indices } from './indices.ts';
import type { ElasticOptions } from './options.ts';
import { removeDocuments } from './remove-documents.ts';
import { toSource, type VectorEncoding } from './source.ts';
import { createVectorFields, findTargets, onceMore, refuseOutdated, type Target, type Targets } from './targets.ts';

export interface Writer {
  /** Adds or replaces documents in the index in use and, during a rebuild, in the one that is being filled. */
  upsert(documents: readonly IndexDocument[]): Promise<UpsertReport>;
  /** Adds documents to the index that is being filled; what stands there of the same revision was written later and stays. */
  fill(documents: readonly IndexDocument[], signal: AbortSignal): Promise<UpsertReport>;
  /** Deletes documents wherever they are; returns how many the index in use had. */
  remove(ids: readonly ContentHash[]): Promise<number>;
}

export interface WriterDeps {
  client: ElasticClient;
  indices: Indices;
  options: Pick<ElasticOptions, 'alias' | 'bulk'>;
  encoding: VectorEncoding;
}

/** Requests on the way at the same time: while the server works on one, the next is written. */
const CONCURRENCY = 2;

/** Writes documents under their revision as external version: the server itself keeps a newer one. */
export function createWriter({ client, indices, options, encoding }: WriterDeps): Writer {
  const nextOrder = createOrder();
  const prepareVectors = createVectorFields(client);
  const { alias, bulk } = options;
  const find = (): Promise<Targets> => findTargets(client, alias, indices.nextAlias);
  /** During a rebuild both indexes, so that nothing is lost when the new one takes the place of the other. */
  const onTargets = <Result>(work: (targets: Targets) => Promise<Result>): Promise<Result> =>
    onceMore(async () => {
      const targets = await find();
      refuseOutdated(targets);
      return work(targets);
    });

  const sourceOf = (document: IndexDocument): object => toSource(document, nextOrder(), encoding);

  const write = async (
    documents: readonly IndexDocument[],
    targets: readonly Target[],
    { versionType, signal }: { versionType: BulkAction['versionType']; signal?: AbortSignal },
  ): Promise<UpsertReport> => {
    await prepareVectors(documents, targets);
    const chunks = chunksOf(entries(documents, targets, versionType, sourceOf), bulk);
    const report: UpsertReport = { written: 0, stale: 0 };
    const attempt = `index ${documents.length} records in "${alias}"`;
    const work = async (): Promise<void> => {
      for (const chunk of chunks) {
        const outcomes = await sendBulk(
          client,
          chunk.flatMap(({ lines }) => lines),
          { attempt, signal },
        );
        chunk.forEach(({ id }, at) => count(report, id, outcomes[at * targets.length]));
      }
    };
    // Requests that overtake each other could leave the first of two equal revisions.
    const repeated = new Set(documents.map(({ id }) => id)).size < documents.length;
    await allEnded(Array.from({ length: repeated ? 1 : CONCURRENCY }, work));
    return report;
  };
  return {
    upsert: async (documents) =>
      documents.length === 0
        ? { written: 0, stale: 0 }
        : onTargets((targets) => write(documents, targets, { versionType: 'external_gte' })),
    fill: async (documents, signal) => {
      const [, next] = await find();
      if (next !== undefined) return write(documents, [next], { versionType: 'external', signal });
      throw new IngestError('publish/locked', `Cannot fill "${indices.nextAlias}": another rebuild has taken it.`);
    },
    remove: async (ids) =>
      ids.length === 0 ? 0 : onTargets((targets) => removeDocuments(client, ids, targets, options)),
  };
}

/** One document after the other, written as it is asked for. */
function* entries(
  documents: readonly IndexDocument[],
  targets: readonly Target[],
  versionType: BulkAction['versionType'],
  sourceOf: (document: IndexDocument) => object,
): Generator<BulkEntry & { id: ContentHash }> {
  for (const document of documents) {
    const { id, revision: version } = document;
    const action = { action: 'index', id, version, versionType } as const;
    const actions = targets.map(({ alias }): BulkAction => ({ ...action, alias }));
    yield { id, ...bulkEntry(actions, JSON.stringify(sourceOf(document))) };
  }
}

function count(report: UpsertReport, id: ContentHash, outcome: BulkOutcome | undefined): void {
  if (outcome?.kind === 'done') report.written++;
  if (outcome?.kind === 'stale') report.stale++;
  if (outcome?.kind === 'refused') report.refused = [...(report.refused ?? []), { id, reason: outcome.reason }];
}

/** Lets every request end before the first failure is thrown: nothing is on its way behind our back. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Rising numbers near the microseconds since 1970: a later document has the higher one, whatever program writes it. */
function createOrder(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return last;
  };
}
