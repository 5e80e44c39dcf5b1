import { describe, expect, it } from 'vitest';
import { chunksOf, sendBulk } from '../../../../src/search/elastic/bulk.ts';
import { bulkEntry } from '../../../../src/search/elastic/bulk-entry.ts';
import type { ElasticAnswer, ElasticClient } from '../../../../src/search/elastic/client.ts';
import { rejection } from '../../../expect-ingest-error.ts';

const FULL = { type: 'cluster_block_exception', reason: 'disk usage exceeded flood-stage watermark' };

/** A server that answers bulk requests by a rule; `limit` is what a proxy before it lets through. */
function serverOf(
  answer: (lines: string) => object,
  limit = Number.POSITIVE_INFINITY,
): ElasticClient & { sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    request: async (_, { lines = '' }): Promise<ElasticAnswer> => {
      sent.push(lines);
      return lines.length > limit ? { status: 413, body: 'too large' } : { status: 200, body: answer(lines) };
    },
    close: async () => undefined,
  };
}

/** Each line is answered by the status that it names. */
function statuses(lines: string): object {
  const items = lines
    .trim()
    .split('\n')
    .map(Number)
    .map((status) => ({
      index: {
        status,
        ...(status >= 400 && { error: { type: 'some_exception', reason: 'why', caused_by: { reason: 'deeper' } } }),
      },
    }));
  return { items };
}

describe('a bulk request', () => {
  it('is cut by number and by size, and a document larger than the limit goes alone', () => {
    const sizes = [4, 4, 4, 20, 1, 1, 1, 1].map((bytes) => ({ bytes }));
    const chunks = [...chunksOf(sizes, { documents: 3, bytes: 10 })];
    expect(chunks.map((chunk) => chunk.map(({ bytes }) => bytes))).toEqual([[4, 4], [4], [20], [1, 1, 1], [1]]);
    expect([...chunksOf([], { documents: 3, bytes: 10 })]).toEqual([]);
  });

  it('takes documents only as requests are made of them', () => {
    let made = 0;
    const items = (function* () {
      for (;;) yield { bytes: ++made };
    })();
    chunksOf(items, { documents: 5, bytes: 1e9 }).next();
    expect(made).toBe(6);
  });

  it('counts bytes, not characters', () => {
    const action = { action: 'delete', alias: 'ü', id: 'é', version: 2, versionType: 'external_gte' } as const;
    const { lines, bytes } = bulkEntry([action]);
    expect(lines).toEqual(['{"delete":{"_index":"ü","_id":"é","version":2,"version_type":"external_gte"}}\n']);
    expect(bytes).toBe((lines[0]?.length ?? 0) + 2);
  });

  it('tells of each document what became of it', async () => {
    const outcomes = await sendBulk(serverOf(statuses), ['201\n', '409\n', '400\n', '200\n'], { attempt: 'index' });
    expect(outcomes).toEqual([
      { kind: 'done' },
      { kind: 'stale' },
      { kind: 'refused', reason: 'why: deeper' },
      { kind: 'done' },
    ]);
  });

  it.each([
    ['429', 'publish/busy'],
    ['503', 'publish/busy'],
    ['403', 'publish/unauthorised'],
    ['500', 'publish/unreachable'],
  ] as const)('fails as a whole where a document is answered by %s', async (status, code) => {
    await rejection(sendBulk(serverOf(statuses), ['201\n', `${status}\n`], { attempt: 'index' }), code);
  });

  it('fails as a whole where the disk of the server is full', async () => {
    const server = serverOf(() => ({ items: [{ index: { status: 429, error: FULL } }] }));
    const error = await rejection(sendBulk(server, ['x\n'], { attempt: 'index' }), 'publish/full');
    expect(error.retryable).toBe(true);
  });

  it('is halved until a proxy lets it through', async () => {
    const server = serverOf(statuses, 10);
    const outcomes = await sendBulk(server, ['201\n', '409\n', '201\n', '000000000201\n'], { attempt: 'index' });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'stale', 'done', 'refused']);
    expect(server.sent).toHaveLength(5);
  });

  it('is to be sent again where the answer is not whole', async () => {
    const server = serverOf(() => ({ items: [{ index: { status: 201 } }] }));
    const error = await rejection(sendBulk(server, ['a\n', 'b\n'], { attempt: 'index' }), 'publish/unreachable');
    expect(error.retryable).toBe(true);
  });
});
