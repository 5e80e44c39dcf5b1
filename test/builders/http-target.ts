import { randomBytes } from 'node:crypto';
import type { TestTarget } from '../contract/publisher-suite.ts';

/** An empty collection on a real server, seen through plain requests; `drop` removes it. */
export interface HttpTarget extends Omit<TestTarget, 'publisher'> {
  url: string;
  /** Any request below the collection; rejects for a status of 500 or more. */
  ask(method: string, path: string, headers?: Record<string, string>, body?: string | Buffer): Promise<Response>;
  drop(): Promise<void>;
}

/** Makes a collection of its own below `base`, which ends with a slash. */
export async function openHttpTarget(base: string): Promise<HttpTarget> {
  const url = `${base}semantiff-test-${randomBytes(6).toString('hex')}/`;
  const ask: HttpTarget['ask'] = async (method, path, headers = {}, body) => {
    const address = url + path.split('/').map(encodeURIComponent).join('/');
    const response = await fetch(address, {
      method,
      headers,
      ...(body !== undefined && { body: new Uint8Array(Buffer.from(body)) }),
    });
    if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status}`);
    return response;
  };
  await ask('MKCOL', '');
  return {
    url,
    ask,
    names: async (folder) => {
      const response = await ask('PROPFIND', folder === '' ? '' : `${folder}/`, { Depth: '1' });
      if (response.status === 404) return [];
      const hrefs = [...(await response.text()).matchAll(/<(?:\w+:)?href>([^<]*)</g)].map(([, href = '']) => href);
      const paths = hrefs.map((href) => href.replaceAll('&amp;', '&').replace(/^https?:\/\/[^/]+|\/$/g, ''));
      const top = Math.min(...paths.map((path) => path.length));
      const inside = paths.filter((path) => path.length > top);
      return inside.map((path) => decodeURIComponent(path.split('/').at(-1) ?? '')).toSorted();
    },
    read: async (path) => {
      const response = await ask('GET', path);
      return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined;
    },
    plant: async (path, content) => {
      const parts = path.split('/');
      for (let at = 1; at < parts.length; at++) await ask('MKCOL', `${parts.slice(0, at).join('/')}/`);
      await ask('PUT', path, {}, Buffer.from(content));
    },
    drop: async () => {
      await ask('DELETE', '');
    },
  };
}
