import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxyAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What happens to a request in place of its being passed on. */
export type Fault =
  /** The server never sees it. */
  | { answer: ProxyAnswer }
  /** Something between the two answers, and may let the server do a part of what is asked. */
  | { between: (body: Buffer, pass: (body: Buffer) => Promise<ProxyAnswer>) => Promise<ProxyAnswer> }
  /** The server never sees it, and nobody answers. */
  | 'swallow'
  | 'reset'
  /** Half of the body reaches the server, then both connections break. */
  | 'cut the request'
  /** The server does what is asked; half of its answer arrives, then the connection breaks. */
  | 'cut the answer';

/** A request as a rule sees it; paths are decoded. */
export interface Asked {
  method: string;
  path: string;
  /** Where a MOVE goes. */
  destination: string;
}

/** Is asked about every request; undefined lets it pass. */
export type FaultRule = (asked: Asked) => Fault | undefined;

/** Stands between a client and a real server. */
export interface FaultProxy {
  /** With a closing slash. */
  url: string;
  /** How many requests met a fault. */
  readonly faults: number;
  /** Faults from now on; undefined lifts them. */
  inject(rule: FaultRule | undefined): void;
  close(): Promise<void>;
}

/** Passes everything on to the server at `target` (plain http) but what a rule says. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  let rule: FaultRule | undefined;
  let faults = 0;
  const server = createServer((incoming, outgoing) => {
    const fault = rule?.(askedOf(incoming));
    if (fault !== undefined) faults += 1;
    carryOut(fault, incoming, outgoing, target).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 1000;
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/`,
    get faults() {
      return faults;
    },
    inject: (next) => {
      rule = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Meets the first `count` requests of a kind, once `after` have passed. */
export function some(count: number, of: (asked: Asked) => boolean, fault: Fault, after = 0): FaultRule {
  let seen = 0;
  return (asked) => {
    if (!of(asked)) return undefined;
    seen += 1;
    return seen > after && seen <= after + count ? fault : undefined;
  };
}

function askedOf({ method = '', url = '/', headers }: IncomingMessage): Asked {
  const to = String(headers['destination'] ?? '').replace(/^https?:\/\/[^/]*/, '');
  return { method, path: decodeURIComponent(url), destination: decodeURIComponent(to) };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function carryOut(
  fault: Fault | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
): Promise<void> {
  switch (fault) {
    case undefined:
      return stream(incoming, outgoing, target);
    case 'swallow':
      incoming.resume();
      return;
    case 'reset':
      incoming.socket.resetAndDestroy();
      return;
    case 'cut the request':
      return await cutRequest(incoming, target);
    case 'cut the answer': {
      const { status, headers, body = '' } = await pass(incoming, await bodyOf(incoming), target);
      outgoing.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body) + 1) });
      outgoing.write(body.slice(0, body.length / 2), () => incoming.socket.resetAndDestroy());
      return;
    }
    default: {
      const body = await bodyOf(incoming);
      const answer =
        'answer' in fault ? fault.answer : await fault.between(body, (part) => pass(incoming, part, target));
      outgoing.writeHead(answer.status, answer.headers);
      outgoing.end(answer.body);
    }
  }
}

function ask(incoming: IncomingMessage, target: string, headers = incoming.headers): ReturnType<typeof request> {
  const { hostname, port } = new URL(target);
  return request({ hostname, port, path: incoming.url, method: incoming.method, headers, agent: false });
}

function stream(incoming: IncomingMessage, outgoing: ServerResponse, target: string): void {
  const onward = ask(incoming, target);
  onward.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
  });
  // As a router does whose other side is gone.
  onward.on('error', () => incoming.socket.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

async function cutRequest(incoming: IncomingMessage, target: string): Promise<void> {
  const body = await bodyOf(incoming);
  const onward = ask(incoming, target).on('error', () => undefined);
  await new Promise((resolve) => onward.write(body.subarray(0, body.length / 2), resolve));
  onward.destroy();
  incoming.socket.resetAndDestroy();
}

async function pass(incoming: IncomingMessage, body: Buffer, target: string): Promise<ProxyAnswer> {
  const { 'transfer-encoding': _, ...rest } = incoming.headers;
  const onward = ask(incoming, target, {
    ...rest,
    'accept-encoding': 'identity',
    'content-length': String(body.length),
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => onward.on('response', resolve).on('error', reject));
  onward.end(body);
  const { statusCode = 502, headers } = await answer;
  const kept = Object.entries(headers).filter(([name]) => !['content-length', 'transfer-encoding'].includes(name));
  return {
    status: statusCode,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    body: (await bodyOf(await answer)).toString(),
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
