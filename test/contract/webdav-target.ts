import { onTestFinished } from 'vitest';
import type { WebdavOptions } from '../../src/publish/webdav/options.ts';
import { createWebdavPublisher } from '../../src/publish/webdav/webdav.ts';
import { webdavOptions } from '../builders/webdav-options.ts';
import { startWebdavServer, type TestServer, type WebdavServerOptions } from '../builders/webdav-server.ts';
import type { TestTarget } from './publisher-suite.ts';

/** A publisher and the server in this process that it publishes to. */
export interface WebdavTarget extends TestTarget {
  server: TestServer;
}

export async function openWebdavTarget(
  serving: WebdavServerOptions = {},
  said: Partial<WebdavOptions> = {},
): Promise<WebdavTarget> {
  const server = await startWebdavServer(serving);
  const publisher = createWebdavPublisher(webdavOptions(server.url, said));
  onTestFinished(() => publisher.close());
  const { nodes } = server.store;
  const below = (path: string): string => (path === '' ? '/dav' : `/dav/${path}`);
  return {
    server,
    publisher,
    names: async (folder) => {
      const start = `${below(folder)}/`;
      const inside = [...nodes.keys()].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
      return inside.filter((name) => !name.includes('/')).toSorted();
    },
    read: async (path) => nodes.get(below(path)) ?? undefined,
    plant: async (path, content) => {
      const parts = below(path).split('/').slice(1);
      for (let at = 1; at < parts.length; at++) nodes.set(`/${parts.slice(0, at).join('/')}`, null);
      nodes.set(below(path), Buffer.from(content));
    },
  };
}
