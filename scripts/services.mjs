// Starts or stops the servers that `npm run test:services` and a developer use:
//
//     npm run services:start     prints the addresses
//     npm run services:stop
//
// They are the scripts of ../shared/services, beside a developer's checkout. Without that folder start an Elasticsearch and
// a WebDAV server of your own and name them in SEMANTIFF_TEST_ELASTICSEARCH_URL and SEMANTIFF_TEST_WEBDAV_URL.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const SERVICES = resolve(import.meta.dirname, '../../shared/services');
const SCRIPTS = [
  { name: 'webdav', variable: 'SEMANTIFF_TEST_WEBDAV_URL', start: [] },
  { name: 'elasticsearch', variable: 'SEMANTIFF_TEST_ELASTICSEARCH_URL', start: ['--heap', '1g'] },
];
const [verb] = process.argv.slice(2);

if (!existsSync(SERVICES)) {
  console.error(
    'There is no ../shared/services beside this checkout. Name servers of your own in SEMANTIFF_TEST_ELASTICSEARCH_URL and SEMANTIFF_TEST_WEBDAV_URL.',
  );
  process.exit(1);
}
for (const { name, variable, start } of SCRIPTS) {
  const args = verb === 'start' ? start : [];
  const { status, stdout } = spawnSync(resolve(SERVICES, name, verb === 'start' ? 'start' : 'stop'), args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) process.exit(status ?? 1);
  if (verb === 'start') console.log(`export ${variable}=${stdout.trim()}`);
}
