import { execFile, execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sharedDir } from '../shared-folder.ts';

const PORT = '19200';
/** Names the folder in which services keep their data while the tests run. */
export const SERVICES_FOLDER = 'SEMANTIFF_TEST_SERVICES_FOLDER';
/** Written by whoever started the server, for `setup.ts` to end it when all tests are over. */
export const STARTED = 'elasticsearch-started';

/** Why there can be no Elasticsearch for tests here; undefined where there can. */
export function elasticsearchMissing(): string | undefined {
  if (process.env['SEMANTIFF_TEST_ELASTICSEARCH_URL'] !== undefined || starter() !== undefined) return undefined;
  return 'no SEMANTIFF_TEST_ELASTICSEARCH_URL, no ../shared/services/elasticsearch';
}

/**
 * URL of a real server for tests: the one that SEMANTIFF_TEST_ELASTICSEARCH_URL names, else the one beside the checkout,
 * which is started when the first test asks for it (some 30 s) and ended behind the last.
 */
export async function elasticsearchUrl(): Promise<string> {
  const given = process.env['SEMANTIFF_TEST_ELASTICSEARCH_URL'];
  if (given !== undefined) return given;
  const start = starter();
  const folder = process.env[SERVICES_FOLDER];
  if (start === undefined || folder === undefined) throw new Error(elasticsearchMissing() ?? 'no folder of services');
  writeFileSync(join(folder, STARTED), start);
  const data = join(folder, 'elasticsearch');
  const { stdout } = await promisify(execFile)(start, ['--port', PORT, '--heap', '512m', '--data', data]);
  return stdout.trim();
}

/** Ends the server that `start` began. */
export function stopElasticsearch(start: string): void {
  execFileSync(start.replace(/start$/, 'stop'), ['--port', PORT], { stdio: 'ignore' });
}

function starter(): string | undefined {
  const shared = sharedDir();
  const start = shared && join(shared, 'services/elasticsearch/start');
  return start !== undefined && existsSync(start) ? start : undefined;
}
