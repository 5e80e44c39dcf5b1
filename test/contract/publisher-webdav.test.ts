import type { WebdavOptions } from '../../src/publish/webdav/options.ts';
import type { WebdavServerOptions } from '../builders/webdav-server.ts';
import { describePublisher } from './publisher-suite.ts';
import { openWebdavTarget } from './webdav-target.ts';

const CASES: Record<string, [WebdavServerOptions, Partial<WebdavOptions>]> = {
  'a server like Apache, sizes compared': [{ quirks: 'apache' }, { verify: 'size' }],
  'a server like nginx, read back, slowly': [{ quirks: 'nginx' }, { verify: 'readback', maxBytesPerS: 64e6 }],
  'a server that states checksums, with Digest authentication': [
    { checksums: 'oc-header', auth: { kind: 'digest', username: 'sem', password: 'pä"ss', usesOfNonce: 7 } },
    { verify: 'checksum', auth: { kind: 'digest', username: 'sem', password: 'pä"ss' } },
  ],
};

for (const [name, [server, options]] of Object.entries(CASES)) {
  describePublisher(name, () => openWebdavTarget(server, options));
}
