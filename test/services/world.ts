import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { writeDistinctTiffs } from '../builders/distinct-tiffs.ts';
import { type FaultProxy, openFaultProxy } from '../builders/fault-proxy.ts';
import { type Finished, filesBelow, finished, jsonLines, makePlaces, startCli } from '../e2e/run-cli.ts';
import { sharedDir } from '../shared-folder.ts';
import { elasticsearchMissing, elasticsearchUrl } from './elasticsearch.ts';
import { type Everywhere, expectNothingLost, lookAtOriginal, type Original } from './expect-nothing-lost.ts';
import { type OwnApache, startOwnApache } from './own-apache.ts';

/** Why the tests with both servers are left out; undefined where they are not. */
export const NO_SERVERS = sharedDir() === undefined ? 'no ../shared' : elasticsearchMissing();

/** How one target stands, as `status --json` tells it. */
export interface ToldTarget {
  target: string;
  waiting: number;
  failed: number;
  delivered: number;
  oldest?: { id: string; attempts: number };
  why?: string;
  paused?: { code: string; reason: string; until?: string };
}

/** A microscope's folder, this program, and two real servers behind proxies that can fail. */
export interface World {
  inbox: string;
  originals: readonly Original[];
  apache: OwnApache;
  webdav: FaultProxy;
  elastic: FaultProxy;
  alias: string;
  /** Settings of every run from now on. */
  settings: Record<string, string>;
  /** Asks the real Elasticsearch. */
  ask(method: string, path: string, body?: object): Promise<unknown>;
  /** Starts a verb of the built command line. */
  start(...args: string[]): ChildProcess;
  run(...args: string[]): Promise<Finished>;
  backfill(): Promise<Finished>;
  /** Delivers until the outbox is empty, and expects that this succeeds. */
  deliver(): Promise<void>;
  told(target: 'webdav' | 'elasticsearch'): Promise<ToldTarget>;
  /** See expect-nothing-lost.ts. */
  expectNothingLost(withdrawn?: readonly string[]): Promise<void>;
}

export interface WorldOptions {
  pictures?: number;
  /** Folders of JPEGs to take copies of, in place of made pictures. */
  copyOf?: string[];
  /** Options of the script that starts Apache. */
  apache?: string[];
  /** Another Elasticsearch than that of all tests. */
  elasticUrl?: string;
  settings?: Record<string, string>;
}

/** Makes a world for one test; it ends with it. */
export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const { root, inbox, repo, state, places } = await makePlaces();
  const { copyOf } = options;
  for (const folder of copyOf ?? []) await cp(folder, join(inbox, basename(folder)), { recursive: true });
  const names = copyOf === undefined ? await writeDistinctTiffs(inbox, options.pictures ?? 3) : await jpegsBelow(inbox);
  const originals = names.map((name) => lookAtOriginal(join(inbox, name)));
  // Each is let go of although what comes behind it may fail.
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
  const elasticUrl = options.elasticUrl ?? (await elasticsearchUrl());
  const apache = await startOwnApache(options.apache);
  onTestFinished(() => apache.drop());
  const webdavFolder = join(apache.data, 'sem');
  mkdirSync(webdavFolder);
  const [webdav, elastic] = [await openFaultProxy(apache.url), await openFaultProxy(elasticUrl)];
  onTestFinished(async () => {
    await Promise.all([webdav.close(), elastic.close()]);
  });
  const alias = `semantiff-faults-${randomUUID()}`;
  const settings = { ...settingsOf(webdav, elastic, alias), ...options.settings };
  const ask = asking(elasticUrl);
  onTestFinished(async () => {
    await dropIndexes(ask, alias).catch(() => undefined);
  });
  const documents = (): Promise<Map<string, number>> => documentsOf(ask, alias);
  const everywhere: Everywhere = { repo, state, originals, webdavFolder, documents };
  return {
    inbox,
    originals,
    apache,
    webdav,
    elastic,
    alias,
    settings,
    ask,
    ...commandsOf(settings, places, inbox),
    expectNothingLost: (withdrawn) => expectNothingLost(everywhere, withdrawn),
  };
}

async function jpegsBelow(folder: string): Promise<string[]> {
  return (await filesBelow(folder)).filter((name) => name.endsWith('.jpg'));
}

/** Short silences and short pauses between tries. */
function settingsOf(webdav: FaultProxy, elastic: FaultProxy, alias: string): Record<string, string> {
  return {
    SEMANTIFF_PUBLISH_WEBDAV_URL: `${webdav.url}sem/`,
    SEMANTIFF_PUBLISH_WEBDAV_TIMEOUT_S: '1',
    SEMANTIFF_INDEX_KIND: 'elasticsearch',
    SEMANTIFF_INDEX_ELASTICSEARCH_URL: elastic.url,
    SEMANTIFF_INDEX_ELASTICSEARCH_ALIAS: alias,
    SEMANTIFF_DELIVERY_MAX_RETRY_S: '1',
    SEMANTIFF_SPOOL_MIN_FREE_GIB: '0',
  };
}

type Commands = Pick<World, 'start' | 'run' | 'backfill' | 'deliver' | 'told'>;

function commandsOf(settings: Record<string, string>, places: string[], inbox: string): Commands {
  const start: World['start'] = (verb = '', ...args) => startCli([verb, ...args, ...places], undefined, settings);
  const run: World['run'] = async (...args) => {
    const child = start(...args);
    child.stdin?.end();
    return await finished(child);
  };
  return {
    start,
    run,
    backfill: async () => await run('backfill', inbox, '--workers', '1', '--no-classify'),
    deliver: async () => {
      const { code, stdout, stderr } = await run('deliver', '--until-empty');
      expect(code, `${stdout}${stderr}`).toBe(0);
    },
    told: async (target) => {
      const [line] = jsonLines((await run('status', '--json')).stdout);
      const targets = (line?.['targets'] ?? []) as ToldTarget[];
      return targets.find((one) => one.target === target) ?? { target, waiting: 0, failed: 0, delivered: 0 };
    },
  };
}

function asking(url: string): World['ask'] {
  return async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return await answer.json();
  };
}

/** Servers delete nothing by a pattern. */
async function dropIndexes(ask: World['ask'], alias: string): Promise<void> {
  const names = Object.keys((await ask('GET', `/${alias}-v*/_alias`)) as object);
  if (names.length > 0) await ask('DELETE', `/${names.join(',')}`);
}

async function documentsOf(ask: World['ask'], alias: string): Promise<Map<string, number>> {
  await ask('POST', `/${alias}/_refresh`);
  const query = { size: 1000, _source: ['id', 'revision'], sort: ['id'] };
  const { hits } = (await ask('POST', `/${alias}/_search`, query)) as { hits: { hits: { _source: Source }[] } };
  const found = hits.hits.map(({ _source: { id, revision } }) => [id, revision] as const);
  expect(new Set(found.map(([id]) => id)).size, 'a document stands twice').toBe(found.length);
  return new Map(found);
}

type Source = { id: string; revision: number };
