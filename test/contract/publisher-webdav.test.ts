import { onTestFinished } from 'vitest';
import { createWebdavPublisher } from '../../src/publish/webdav.ts';
import type { WebdavOptions } from '../../src/publish/webdav-options.ts';
import { webdavOptions } from '../builders/webdav-options.ts';
import { startWebdavServer, type TestServer, type WebdavServerOptions } from '../builders/webdav-server.ts';
import { describePublisher, type TestTarget } from './publisher-suite.ts';

function targetOf(server: TestServer, said: Partial<WebdavOptions>): TestTarget {
  const publisher = createWebdavPublisher(webdavOptions(server.url, said));
  onTestFinished(() => publisher.close());
  const { nodes } = server.store;
  const below = (path: string): string => (path === '' ? '/dav' : `/dav/${path}`);
  return {
    publisher,
    names: (folder) => {
      const start = `${below(folder)}/`;
      const inside = [...nodes.keys()].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
      return inside.filter((name) => !name.includes('/')).toSorted();
    },
    read: (path) => nodes.get(below(path)) ?? undefined,
    plant: (path, content) => {
      const parts = below(path).split('/').slice(1);
      for (let at = 1; at < parts.length; at++) nodes.set(`/${parts.slice(0, at).join('/')}`, null);
      nodes.set(below(path), Buffer.from(content));
    },
  };
}

const CASES: Record<string, [WebdavServerOptions, Partial<WebdavOptions>]> = {
  'a server like Apache, sizes compared': [{ quirks: 'apache' }, { verify: 'size' }],
  'a server like nginx, read back, slowly': [{ quirks: 'nginx' }, { verify: 'readback', maxBytesPerS: 64e6 }],
  'a server that states checksums, with Digest authentication': [
    { checksums: 'oc-header', auth: { kind: 'digest', username: 'sem', password: 'pä"ss', usesOfNonce: 7 } },
    { verify: 'checksum', auth: { kind: 'digest', username: 'sem', password: 'pä"ss' } },
  ],
};

for (const [name, [server, options]] of Object.entries(CASES)) {
  describePublisher(name, async () => targetOf(await startWebdavServer(server), options));
}
