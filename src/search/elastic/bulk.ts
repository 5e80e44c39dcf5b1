import { z } from 'zod';
import { IngestError } from '../../domain/errors.ts';
import type { ElasticClient } from './client.ts';
import { elasticError, failureCode, shortReason } from './failure.ts';

/** What became of an item; `refused` for a fault of the document itself. */
export type BulkOutcome =
  | { kind: 'done' }
  | { kind: 'absent' }
  | { kind: 'stale' }
  | { kind: 'refused'; reason: string };

export interface BulkOptions {
  /** As in "Cannot ATTEMPT". */
  attempt: string;
  signal?: AbortSignal | undefined;
}

const BulkAnswer = z.object({
  items: z.array(
    z.record(
      z.string(),
      z.object({
        status: z.int(),
        error: z
          .object({
            type: z.string().default('unknown'),
            reason: z.string().nullish(),
            caused_by: z.object({ reason: z.string().nullish() }).optional(),
          })
          .optional(),
      }),
    ),
  ),
});
const ANSWER_FIELDS = 'items.*.status,items.*.error.type,items.*.error.reason,items.*.error.caused_by.reason';

/**
 * Cuts items into requests: a new one begins where the next item would be too many, or too much. Items are taken only as
 * chunks are asked for, so that the text of a few requests is in memory, not that of all.
 */
export function* chunksOf<Item extends { bytes: number }>(
  items: Iterable<Item>,
  limits: { documents: number; bytes: number },
): Generator<Item[], void> {
  let chunk: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (chunk.length > 0 && (chunk.length >= limits.documents || bytes + item.bytes > limits.bytes)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(item);
    bytes += item.bytes;
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * Sends one bulk request (`lines` has one text for each action) and tells what became of each, in order. Everything here
 * may be sent again.
 * @throws IngestError where not a document is at fault but the server or the way to it: what was not written is to be
 * sent again, all of it may be.
 */
export async function sendBulk(
  client: ElasticClient,
  lines: readonly string[],
  options: BulkOptions,
): Promise<BulkOutcome[]> {
  const { attempt, signal } = options;
  const request = {
    method: 'POST',
    path: '/_bulk',
    query: { filter_path: ANSWER_FIELDS, require_alias: true },
    lines: lines.join(''),
  } as const;
  const { status, body } = await client.request(attempt, request, { signal, accept: [413] });
  if (status === 413) return sendHalves(client, lines, options);
  const answered = BulkAnswer.parse(body).items.map((item) => Object.values(item)[0]);
  return lines.map((_, at) => {
    const answer = answered[at];
    if (answer === undefined)
      throw new IngestError('publish/unreachable', `Cannot ${attempt}: the answer is not whole.`, { retryable: true });
    return outcomeOf(answer, attempt);
  });
}

/** A proxy on the way can allow less than Elasticsearch. */
async function sendHalves(
  client: ElasticClient,
  lines: readonly string[],
  options: BulkOptions,
): Promise<BulkOutcome[]> {
  if (lines.length === 1) return [{ kind: 'refused', reason: 'too large for one request (413)' }];
  const half = Math.ceil(lines.length / 2);
  const first = await sendBulk(client, lines.slice(0, half), options);
  return [...first, ...(await sendBulk(client, lines.slice(half), options))];
}

type ItemAnswer = z.infer<typeof BulkAnswer>['items'][number][string];

function outcomeOf({ status, error }: ItemAnswer, attempt: string): BulkOutcome {
  if (error === undefined) return { kind: status === 404 ? 'absent' : 'done' };
  if (status === 409) return { kind: 'stale' };
  const deeper = error.caused_by?.reason;
  const reason = [error.reason ?? error.type, ...(deeper ? [deeper] : [])].join(': ');
  const failure = { kind: 'response', status, type: error.type, reason } as const;
  if (failureCode(failure).code === 'publish/refused') return { kind: 'refused', reason: shortReason(reason) };
  throw elasticError(attempt, failure);
}
