import { describe, expect, it } from 'vitest';
import { type ElasticFailure, elasticError, failureCode } from '../../../../src/search/elastic/failure.ts';

function answered(status: number, type = 'x_exception', reason = 'because'): ElasticFailure {
  return { kind: 'response', status, type, reason };
}

const FLOOD =
  'index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];';

describe('what a failure of Elasticsearch means', () => {
  it.each([
    [answered(400, 'document_parsing_exception'), 'publish/refused', false],
    [answered(401, 'security_exception'), 'publish/unauthorised', false],
    [answered(403, 'security_exception'), 'publish/unauthorised', false],
    [answered(403, 'cluster_block_exception', FLOOD), 'publish/full', true],
    [answered(429, 'cluster_block_exception', FLOOD), 'publish/full', true],
    [answered(429, 'es_rejected_execution_exception'), 'publish/busy', true],
    [answered(503, 'cluster_block_exception', 'no master'), 'publish/busy', true],
    [answered(404, 'index_not_found_exception'), 'publish/unreachable', true],
    [answered(502), 'publish/unreachable', true],
    [answered(507), 'publish/full', true],
    [{ kind: 'connection', reason: 'refused' }, 'publish/unreachable', true],
    [{ kind: 'aborted', reason: 'called off' }, 'pipeline/aborted', false],
  ] as const)('%j is %s', (failure, code, retryable) => {
    expect(failureCode(failure)).toEqual({ code, retryable });
  });

  it('is said in one sentence of bounded length, with what a program needs beside it', () => {
    const error = elasticError('index 3 records', {
      ...answered(429, 'es_rejected', 'x'.repeat(5000)),
      retryAfterS: 7,
    });
    expect(error.message).toMatch(/^Cannot index 3 records: the server answered 429: x+…$/);
    expect(error.message.length).toBeLessThan(400);
    expect(error.context).toEqual({ status: 429, type: 'es_rejected', retryAfterS: 7 });
  });
});
