import { Readable } from 'node:stream';
import { isIngestError } from '../../domain/errors.ts';
import { type StallWatch, watchStall } from '../stall-watch.ts';
import { createCredentials } from './credentials.ts';
import { type Asked, networkFault, refusedFault, statusFault, timeOutFault } from './faults.ts';
import { parseWebdavUrl, type WebdavOptions } from './options.ts';

/** One request as the owner of the foreign client sends it. It resolves for every status, and rejects without an answer. */
export type Send = (request: {
  url: string;
  method: string;
  headers: Record<string, string>;
  data: Buffer | Readable | undefined;
  signal: AbortSignal;
}) => Promise<Answer>;

export interface Answer {
  status: number;
  redirected: boolean;
  headers: { get(name: string): string | null };
  body: Readable | undefined;
}

export interface Exchange<T> extends Asked {
  headers?: Record<string, string>;
  /** Made anew for each try: a stream can be sent only once. */
  body?: (watch: StallWatch) => Buffer | Readable | Promise<Buffer | Readable>;
  signal: AbortSignal;
  /** Statuses from 400 up that are an answer here and no failure. */
  expected?: readonly number[];
  /** Reads the answer while the time limit still runs. */
  take: (answer: Answer, watch: StallWatch) => T | Promise<T>;
}

/** Sends requests below one collection; the one place where answers become failures. */
export interface WebdavLink {
  request<T>(exchange: Exchange<T>): Promise<T>;
  /** The absolute URL of a path below the collection. */
  urlOf(path: string): URL;
}

const MAX_DRAIN_BYTES = 256 * 1024;

export function createLink(options: WebdavOptions, send: Send): WebdavLink {
  const base = parseWebdavUrl(options.url);
  const credentials = createCredentials(options.auth);
  const urlOf = (path: string): URL => new URL(base.href + path.split('/').map(encodeURIComponent).join('/'));

  async function once<T>(exchange: Exchange<T>, isLast: boolean): Promise<{ value: T } | undefined> {
    const watch = watchStall(options.timeoutS, exchange.signal);
    const url = urlOf(exchange.path);
    let data: Buffer | Readable | undefined;
    let answer: Answer | undefined;
    try {
      data = await exchange.body?.(watch);
      const headers = { 'User-Agent': options.userAgent, 'Accept-Encoding': 'identity', ...exchange.headers };
      const authorization = credentials.header(exchange.method, url);
      const signed = authorization === undefined ? headers : { ...headers, Authorization: authorization };
      answer = await send({ url: url.href, method: exchange.method, headers: signed, data, signal: watch.signal });
      watch.progress();
      if (answer.status === 401 && !isLast && credentials.learn(answer.headers.get('www-authenticate'))) {
        await drain(answer, watch);
        return undefined;
      }
      const status = await statusOf(exchange, answer, watch);
      judge(exchange, { ...answer, status });
      return { value: await exchange.take({ ...answer, status }, watch) };
    } catch (error) {
      exchange.signal.throwIfAborted();
      if (watch.hasStalled) throw timeOutFault(exchange, options.timeoutS);
      if (isIngestError(error)) throw error;
      throw networkFault(exchange, error);
    } finally {
      // A body that was not sent to its end (the server refused early) must not keep its file open.
      if (data instanceof Readable) data.destroy();
      await finish(answer, watch);
      watch.stop();
    }
  }

  return {
    urlOf,
    request: async (exchange) => {
      const first = (await once(exchange, false)) ?? (await once(exchange, true));
      if (!first) throw statusFault(exchange, 401, { get: () => null });
      return first.value;
    },
  };
}

/**
 * Where a collection above is locked as a whole, Apache answers a PUT, MKCOL or MOVE with 207, which looks like success, and
 * says 423 inside.
 */
async function statusOf<T>({ method }: Exchange<T>, { status, body }: Answer, watch: StallWatch): Promise<number> {
  if (status !== 207 || method === 'PROPFIND' || !body) return status;
  let text = '';
  for await (const chunk of body) {
    watch.progress();
    if (text.length < MAX_DRAIN_BYTES) text += String(chunk);
  }
  const inside = [...text.matchAll(/HTTP\/\d(?:\.\d)? (\d{3})/g)].map(([, code]) => Number(code));
  // 424 only says that another part failed.
  return inside.find((code) => code >= 400 && code !== 424) ?? status;
}

function judge<T>(exchange: Exchange<T>, answer: Answer): void {
  // Followed by the client without asking; a PUT may have become a GET of another place.
  if (answer.redirected || (answer.status >= 300 && answer.status < 400)) {
    throw refusedFault(exchange, 'the server sends to another address; its own URL must be configured');
  }
  const isExpected = exchange.expected?.includes(answer.status) ?? false;
  if (answer.status >= 400 && !isExpected) throw statusFault(exchange, answer.status, answer.headers);
}

/** Reads what is left of an answer, so that its connection can be used again; a long one is cut off instead. */
async function drain({ body }: Answer, watch: StallWatch): Promise<void> {
  if (!body || body.destroyed || body.readableEnded) return;
  let bytes = 0;
  for await (const chunk of body) {
    watch.progress();
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_DRAIN_BYTES) break;
  }
}

async function finish(answer: Answer | undefined, watch: StallWatch): Promise<void> {
  if (!answer) return;
  // What came before decided already; a connection that breaks now is of no interest.
  await drain(answer, watch).catch(() => undefined);
  answer.body?.destroy();
}
