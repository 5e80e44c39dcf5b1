import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { createClient, parseXML, type WebDAVClient } from 'webdav';
import { createPlacePublisher } from '../place-publisher.ts';
import type { Publisher } from '../publisher.ts';
import type { Answer, Send } from './link.ts';
import type { Multistatus } from './multistatus.ts';
import { parseWebdavUrl, type WebdavOptions } from './options.ts';
import { createWebdavPlace } from './place.ts';

/**
 * Publishes into a collection of a WebDAV server, as `records/ab/cd/<sha256>/…` below its URL. No request is sent yet.
 * @throws IngestError `config/invalid` when the URL cannot be used, e.g. because it holds a password.
 */
export function createWebdavPublisher(options: WebdavOptions): Publisher {
  const isTls = parseWebdavUrl(options.url).protocol === 'https:';
  const agent = isTls
    ? new HttpsAgent({ keepAlive: true, ...(options.ca !== undefined && { ca: options.ca }) })
    : new HttpAgent({ keepAlive: true });
  // Neither user nor password: the client's own ways with them are faulty (webdav-credentials.ts).
  const client = createClient(options.url, isTls ? { httpsAgent: agent } : { httpAgent: agent });
  return createPlacePublisher(
    createWebdavPlace(options, { send: createSend(client), parse: parseMultistatus, close: () => agent.destroy() }),
  );
}

async function parseMultistatus(xml: string): Promise<Multistatus> {
  return parseXML(xml);
}

/**
 * One request through the foreign client, by its one call that leaves URL and headers to us. It rejects with the answer
 * inside for a status from 400 up; here that is an answer like any other.
 */
function createSend(client: WebDAVClient): Send {
  return async ({ url, method, headers, data, signal }) => {
    try {
      const options = { url, method, headers, signal, ...(data !== undefined && { data }) };
      return toAnswer(await client.customRequest('/', options));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if ('response' in error && error.response) return toAnswer(error.response);
      // It follows redirects, but not with a stream, nor for ever.
      const isRedirect = 'type' in error && /redirect/.test(String(error.type));
      if (isRedirect) return { status: 307, redirected: true, headers: new Headers(), body: undefined };
      throw error;
    }
  };
}

/** The client's fetch is node-fetch: its body is a stream of Node, and more is there than the client's types tell. */
function toAnswer(response: unknown): Answer {
  const { status, redirected, headers, body } = response as Omit<Answer, 'body'> & { body: Readable | null };
  return { status, redirected, headers, body: body ?? undefined };
}
