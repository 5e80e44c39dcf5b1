import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { createTestAuth, type TestAuth } from './webdav-server-auth.ts';
import { createTestStore, type TestStore } from './webdav-server-store.ts';

/** What goes wrong at one request. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** No answer, ever. */
  | 'hang'
  /** The connection breaks after so many bytes of the request's body. */
  | { resetAfterBytes: number }
  /** The request is carried out, and the answer is lost. */
  | 'lose-answer'
  /** The answer breaks off after its first half. */
  | 'cut-answer'
  /** Other bytes are stored than were sent. */
  | { store: (sent: Buffer) => Buffer }
  /** Something happens first; then the request goes its way. */
  | { first: (store: TestStore) => void };

export interface Rule {
  method: string;
  /** Of the decoded path. */
  path?: RegExp;
  /** Only the n-th request that fits, from 1; else all. */
  nth?: number;
  fault: Fault;
}

export interface WebdavServerOptions {
  /** Whose ways are imitated; see the table in the folder `shared/services/webdav`. */
  quirks?: 'apache' | 'nginx';
  auth?: TestAuth;
  tls?: { key: string; cert: string };
  rules?: Rule[];
  /** Which checksums the server states, of what it stored. */
  checksums?: 'none' | 'oc-header' | 'oc-property' | 'x-hash' | 'digest' | 'repr-digest';
}

export interface Seen {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  status: number | undefined;
}

export interface TestServer {
  /** Of the collection that a publisher is given; it exists. */
  url: string;
  store: TestStore;
  /** Every request, in the order in which they came. */
  seen: Seen[];
  rules: Rule[];
}

/** A small WebDAV server in this process, with its files in memory; it ends with the test. */
export async function startWebdavServer(options: WebdavServerOptions = {}): Promise<TestServer> {
  const store = createTestStore(options.quirks ?? 'apache', options.checksums ?? 'none');
  const auth = createTestAuth(options.auth);
  const state: TestServer = { url: '', store, seen: [], rules: [...(options.rules ?? [])] };
  const counts = new Map<Rule, number>();
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const seen: Seen = { method: request.method ?? '', path, headers: request.headers, status: undefined };
    state.seen.push(seen);
    response.on('finish', () => (seen.status = response.statusCode));
    const challenge = auth(request);
    if (challenge !== undefined) {
      request.resume();
      response.writeHead(401, { 'WWW-Authenticate': challenge, 'Content-Type': 'text/html' }).end('<h1>no</h1>');
      return;
    }
    // Once its body was given up, a request no longer knows its connection.
    const { socket } = request;
    serve(request, response, path, findFault(state.rules, counts, seen), store).catch(() => socket.destroy());
  };
  const server: Server = options.tls ? createHttps(options.tls, handler) : createHttp(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  state.url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/dav`;
  return state;
}

function findFault(rules: readonly Rule[], counts: Map<Rule, number>, { method, path }: Seen): Fault | undefined {
  let found: Fault | undefined;
  for (const rule of rules) {
    if (rule.method !== method || rule.path?.test(path) === false) continue;
    const count = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, count);
    if (rule.nth === undefined || rule.nth === count) found ??= rule.fault;
  }
  return found;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  fault: Fault | undefined,
  store: TestStore,
): Promise<void> {
  if (fault === 'hang') return;
  if (typeof fault === 'object' && 'status' in fault) {
    request.resume();
    response.writeHead(fault.status, fault.headers).end(fault.body ?? '<h1>a page that nobody reads</h1>');
    return;
  }
  if (typeof fault === 'object' && 'first' in fault) fault.first(store);
  const limit = typeof fault === 'object' && 'resetAfterBytes' in fault ? fault.resetAfterBytes : undefined;
  const sent = await readBody(request, limit);
  const body = typeof fault === 'object' && 'store' in fault ? fault.store(sent) : sent;
  const answer = store.handle(request.method ?? '', path, request.headers, body);
  if (fault === 'lose-answer') {
    request.socket.destroy();
    return;
  }
  const whole = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, { 'Content-Length': whole.length, Server: 'Test', ...answer.headers });
  if (fault === 'cut-answer') response.write(whole.subarray(0, whole.length >> 1), () => request.socket.destroy());
  else response.end(request.method === 'HEAD' ? undefined : whole);
}

async function readBody(request: IncomingMessage, limit = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > limit) throw new Error('the connection is to break');
  }
  return Buffer.concat(pieces);
}
