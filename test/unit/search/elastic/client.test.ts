import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createElasticClient, type ElasticClient } from '../../../../src/search/elastic/client.ts';
import type { ElasticAuth } from '../../../../src/search/elastic/options.ts';
import { rejection } from '../../../expect-ingest-error.ts';

interface Loopback {
  client: ElasticClient;
  /** Headers `authorization` as they came. */
  proofs: (string | undefined)[];
}

/** A server on the loopback interface that says it is Elasticsearch and answers as told. */
async function answering(
  respond: (response: ServerResponse) => void,
  auth: ElasticAuth = { kind: 'none' },
  product = 'Elasticsearch',
): Promise<Loopback> {
  const proofs: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    proofs.push(request.headers.authorization);
    response.setHeader('x-elastic-product', product);
    response.setHeader('content-type', 'application/json');
    request.resume().on('end', () => respond(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createElasticClient({ server: { nodes: [`http://127.0.0.1:${port}`] }, auth, timeoutS: 0.3 });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, proofs };
}

const GET = { method: 'GET', path: '/' } as const;

function status(
  code: number,
  body: object = {},
  headers: Record<string, string> = {},
): (response: ServerResponse) => void {
  return (response) => response.writeHead(code, headers).end(JSON.stringify(body));
}

describe('a request to Elasticsearch', () => {
  it('is answered with what the server says, and may be answered 404 where that is an answer', async () => {
    const { client } = await answering(status(200, { a: 1 }));
    expect(await client.request('ask', GET)).toEqual({ status: 200, body: { a: 1 } });
    const { client: other } = await answering(status(404, { found: false }));
    expect(await other.request('ask', GET, { accept: [404] })).toEqual({ status: 404, body: { found: false } });
  });

  it('is sent once and fails with what the server said, and when to come again', async () => {
    const body = {
      error: { type: 'x_exception', reason: 'all shards failed', root_cause: [{ reason: 'no such field' }] },
    };
    const { client, proofs } = await answering(status(429, body, { 'retry-after': '17' }));
    const error = await rejection(client.request('ask', GET), 'publish/busy');
    expect(error.context).toEqual({ status: 429, type: 'x_exception', retryAfterS: 17 });
    expect(error.message).toBe('Cannot ask: the server answered 429: all shards failed: no such field');
    expect(proofs).toHaveLength(1);
  });

  it('fails as unreachable when the server is too slow, and as aborted when it is called off', async () => {
    const { client } = await answering(() => undefined);
    await rejection(client.request('ask', GET), 'publish/unreachable');
    await rejection(client.request('ask', GET, { signal: AbortSignal.abort() }), 'pipeline/aborted');
  });

  it('is refused by what is no Elasticsearch', async () => {
    const { client } = await answering(status(200), { kind: 'none' }, 'OpenSearch');
    const error = await rejection(client.request('ask', GET), 'publish/refused');
    expect(error.message).toContain('not Elasticsearch');
  });

  it.each([
    [{ kind: 'basic', username: 'me', password: 'sesame' }, /^Basic /],
    [{ kind: 'apiKey', apiKey: 'sesame' }, /^ApiKey sesame$/],
    [{ kind: 'bearer', token: 'sesame' }, /^Bearer sesame$/],
    [{ kind: 'none' }, undefined],
  ] as const)('proves who sends it by %j, and no failure tells the secret', async (auth, header) => {
    const { client, proofs } = await answering(
      status(403, { error: { type: 'security_exception', reason: 'no' } }),
      auth,
    );
    const error = await rejection(client.request('ask', GET), 'publish/unauthorised');
    expect(proofs[0] ?? '').toMatch(header ?? /^$/);
    expect(JSON.stringify([error.message, error.context, error.stack, error.cause])).not.toContain('sesame');
  });

  it('tells no password of an address that cannot be used', () => {
    const make = (): unknown =>
      createElasticClient({ server: { nodes: ['ht!tp://me:sesame@nowhere:x'] }, auth: { kind: 'none' }, timeoutS: 1 });
    expect(make).toThrow(
      expect.objectContaining({ code: 'config/invalid', message: expect.not.stringContaining('sesame') }),
    );
  });
});
