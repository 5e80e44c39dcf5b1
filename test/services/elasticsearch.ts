import { execFile, execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

/** A server of a test's own, that may be killed. */
export interface OwnElasticsearch {
  url: string;
  /** Kills it with SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void>;
  /** Starts it again with the same data. */
  start(): Promise<void>;
  stop(): void;
}

/** Starts a second server, beside the one that all tests share. Its data lies in `data`. */
export async function startOwnElasticsearch(port: string, data: string): Promise<OwnElasticsearch> {
  const script = starter();
  if (script === undefined) throw new Error(elasticsearchMissing() ?? 'no ../shared/services/elasticsearch');
  const stop = (): void => {
    execFileSync(script.replace(/start$/, 'stop'), ['--port', port], { stdio: 'ignore' });
  };
  let pid = 0;
  const start = async (): Promise<void> => {
    const { stderr } = await promisify(execFile)(script, ['--port', port, '--heap', '512m', '--data', data]);
    pid = Number(/\(pid (\d+)/.exec(stderr)?.[1]);
  };
  // One that tests left which were broken off has other data.
  stop();
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    start,
    kill: async () => {
      process.kill(pid, 'SIGKILL');
      while (isRunning(pid)) await delay(20);
    },
    stop,
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
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
