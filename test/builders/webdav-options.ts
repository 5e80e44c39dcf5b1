import type { WebdavOptions } from '../../src/publish/webdav/options.ts';

/** The settings of a publisher for a test; what the test does not say is quiet. */
export function webdavOptions(url: string, said: Partial<WebdavOptions> = {}): WebdavOptions {
  return {
    url,
    auth: { kind: 'none' },
    verify: 'size',
    timeoutS: 20,
    parallel: 2,
    userAgent: 'semantiff/test',
    ...said,
  };
}
