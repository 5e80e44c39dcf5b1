import { Client, errors } from '@elastic/elasticsearch';
import { z } from 'zod';
import { IngestError } from '../../domain/errors.ts';
import { type ElasticFailure, elasticError } from './failure.ts';
import type { ElasticAuth, ElasticOptions } from './options.ts';

type ClientOptions = ConstructorParameters<typeof Client>[0];
type Connection = Pick<ElasticOptions, 'server' | 'auth' | 'ca' | 'timeoutS'>;

/** One request of Elasticsearch's HTTP API. */
export interface ElasticRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  query?: Record<string, string | number | boolean>;
  body?: object;
  /** NDJSON in place of a body, for bulk requests. */
  lines?: string;
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Statuses that are answers and no failures. */
  accept?: readonly number[];
  /** In place of the configured time. */
  timeoutS?: number;
}

export interface ElasticAnswer {
  status: number;
  /** As parsed from JSON; whoever reads it checks it. */
  body: unknown;
}

/** The way to a cluster. Requests are sent once: whoever has an outbox repeats them. Failures are IngestErrors. */
export interface ElasticClient {
  /** `attempt` completes "Cannot ..." in the message of a failure. */
  request(attempt: string, request: ElasticRequest, options?: RequestOptions): Promise<ElasticAnswer>;
  close(): Promise<void>;
}

/**
 * Makes the client; nothing is sent yet.
 * @throws IngestError `config/invalid` where an address cannot be used.
 */
export function createElasticClient(options: Connection): ElasticClient {
  const client = newClient(options);
  return {
    request: async (attempt, { method, path, query, body, lines }, { signal, accept = [], timeoutS } = {}) => {
      try {
        const { statusCode, body: answer } = await client.transport.request(
          {
            method,
            path,
            querystring: query ?? {},
            ...(body && { body }),
            ...(lines !== undefined && { bulkBody: lines }),
          },
          {
            meta: true,
            ignore: [...accept],
            ...(signal && { signal }),
            ...(timeoutS !== undefined && { requestTimeout: timeoutS * 1000 }),
          },
        );
        return { status: statusCode ?? 0, body: answer };
      } catch (error) {
        throw elasticError(attempt, failureOf(error));
      }
    },
    close: () => client.close(),
  };
}

function newClient({ server, auth, ca, timeoutS }: Connection): Client {
  const options: ClientOptions = {
    ...('cloudId' in server ? { cloud: { id: server.cloudId } } : { nodes: [...server.nodes] }),
    ...clientAuth(auth),
    ...(ca !== undefined && { tls: { ca } }),
    requestTimeout: timeoutS * 1000,
    maxRetries: 0,
  };
  try {
    return new Client(options);
  } catch {
    // The client's message would quote the address, and an address can hold a password.
    throw new IngestError(
      'config/invalid',
      'Cannot use the address of Elasticsearch: expected http(s)://HOST:PORT or a cloud id.',
    );
  }
}

function clientAuth(auth: ElasticAuth): Partial<Pick<ClientOptions, 'auth'>> {
  switch (auth.kind) {
    case 'none':
      return {};
    case 'basic':
      return { auth: { username: auth.username, password: auth.password } };
    case 'apiKey':
      return { auth: { apiKey: auth.apiKey } };
    case 'bearer':
      return { auth: { bearer: auth.token } };
  }
}

/** The client's errors carry whole requests, headers and all: only what is said here leaves this file. */
function failureOf(error: unknown): ElasticFailure {
  if (error instanceof errors.ResponseError) {
    const { type, reason } = errorBody(error.body);
    const retryAfterS = Number.parseInt(error.headers?.['retry-after'] ?? '', 10);
    return {
      kind: 'response',
      status: error.statusCode,
      type,
      reason,
      retryAfterS: Number.isNaN(retryAfterS) ? undefined : retryAfterS,
    };
  }
  if (error instanceof errors.RequestAbortedError) return { kind: 'aborted', reason: 'it was called off' };
  if (error instanceof errors.ProductNotSupportedError) {
    return { kind: 'response', status: 400, reason: 'what answers there is not Elasticsearch' };
  }
  if (error instanceof errors.ElasticsearchClientError)
    return { kind: 'connection', reason: `${error.name}: ${error.message}` };
  throw error;
}

const ErrorBody = z.object({
  error: z.object({
    type: z.string().optional(),
    reason: z.string().nullish(),
    root_cause: z.array(z.object({ reason: z.string().nullish() })).optional(),
  }),
});

/** The name of the fault and what is said about it: "all shards failed" alone tells nothing. */
function errorBody(body: unknown): { type?: string | undefined; reason: string } {
  const parsed = ErrorBody.safeParse(body);
  if (!parsed.success) return { reason: typeof body === 'string' && body !== '' ? body : 'no reason given' };
  const { type, reason, root_cause: causes = [] } = parsed.data.error;
  const said = [reason, ...causes.map((cause) => cause.reason)].filter((one) => one !== undefined && one !== null);
  return { type, reason: [...new Set(said)].join(': ') || (type ?? 'no reason given') };
}
