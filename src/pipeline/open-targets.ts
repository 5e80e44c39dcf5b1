import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { createFolderPublisher } from '../publish/folder.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { WebdavAuth } from '../publish/webdav/options.ts';
import { createWebdavPublisher } from '../publish/webdav/webdav.ts';
import { type ElasticIndex, openElasticIndex } from '../search/elastic/elastic-index.ts';
import { ELASTIC_DEFAULTS, type ElasticAuth, type ElasticOptions } from '../search/elastic/options.ts';
import { createLazyIndex } from '../search/lazy-index.ts';
import { SOFTWARE } from '../software.ts';
import type { Targets } from './targets.ts';

/** Name of the index in outbox and status. */
const ELASTICSEARCH = 'elasticsearch';

/**
 * The targets that the configuration names. None of them is asked for anything yet: one that is away keeps no record from
 * being made.
 * @throws IngestError `config/invalid` where a file of a secret or certificate cannot be read, or a setting is missing.
 */
export async function openTargets(config: Readonly<Config>): Promise<Targets> {
  const publishers = await openPublishers(config);
  if (config.index.kind !== 'elasticsearch') return { publishers };
  const options = await elasticOptions(config);
  const index = createLazyIndex(() => openElasticIndex(options));
  return { publishers, index: { name: ELASTICSEARCH, index, close: () => index.close() } };
}

/** The publishers that the configuration names; see {@link openTargets}. */
export async function openPublishers({ publish }: Readonly<Config>): Promise<Publisher[]> {
  const { folder, webdav } = publish;
  const publishers: Publisher[] = [];
  if (folder !== undefined) publishers.push(createFolderPublisher({ folder }));
  if (webdav.url === undefined) return publishers;
  const { url, verify, timeoutS, parallel, maxMibPerS, caFile } = webdav;
  publishers.push(
    createWebdavPublisher({
      url,
      auth: await webdavAuth(webdav),
      ...(caFile !== undefined && { ca: await readSetting('publish.webdav.caFile', caFile) }),
      verify,
      timeoutS,
      parallel,
      ...(maxMibPerS !== undefined && { maxBytesPerS: maxMibPerS * 2 ** 20 }),
      userAgent: `${SOFTWARE.name}/${SOFTWARE.version}`,
    }),
  );
  return publishers;
}

/** Opens the Elasticsearch index that the configuration names; throws where it cannot be reached. */
export async function openConfiguredElastic(config: Readonly<Config>): Promise<ElasticIndex> {
  return await openElasticIndex(await elasticOptions(config));
}

async function webdavAuth(webdav: Config['publish']['webdav']): Promise<WebdavAuth> {
  const at = 'publish.webdav';
  const password = await secretOf(`${at}.password`, webdav.password, webdav.passwordFile);
  const token = await secretOf(`${at}.token`, webdav.token, webdav.tokenFile);
  const kind = webdav.auth ?? (token !== undefined ? 'bearer' : webdav.user !== undefined ? 'basic' : 'none');
  switch (kind) {
    case 'none':
      return { kind };
    case 'bearer':
      return { kind, token: required(`${at}.token`, token) };
    case 'basic':
    case 'digest':
      return { kind, username: required(`${at}.user`, webdav.user), password: required(`${at}.password`, password) };
  }
}

async function elasticOptions({ index }: Readonly<Config>): Promise<ElasticOptions> {
  const at = 'index.elasticsearch';
  const { url, cloudId, alias, timeoutS, caFile } = index.elasticsearch;
  if (url === undefined && cloudId === undefined) {
    throw new IngestError('config/invalid', `index.kind is elasticsearch: say ${at}.url or ${at}.cloudId as well.`);
  }
  return {
    ...ELASTIC_DEFAULTS,
    server: cloudId !== undefined ? { cloudId } : { nodes: [url as string] },
    auth: await elasticAuth(index.elasticsearch),
    ...(caFile !== undefined && { ca: await readSetting(`${at}.caFile`, caFile) }),
    alias,
    timeoutS,
  };
}

async function elasticAuth(elastic: Config['index']['elasticsearch']): Promise<ElasticAuth> {
  const at = 'index.elasticsearch';
  const apiKey = await secretOf(`${at}.apiKey`, elastic.apiKey, elastic.apiKeyFile);
  if (apiKey !== undefined) return { kind: 'apiKey', apiKey };
  if (elastic.user === undefined) return { kind: 'none' };
  const password = await secretOf(`${at}.password`, elastic.password, elastic.passwordFile);
  return { kind: 'basic', username: elastic.user, password: required(`${at}.password`, password) };
}

async function secretOf(
  name: string,
  stated: Secret | undefined,
  file: string | undefined,
): Promise<string | undefined> {
  if (stated !== undefined || file === undefined) return stated?.reveal();
  // Editors end a file with a line end, which is no part of the secret.
  return (await readSetting(`${name}File`, file)).replace(/\r?\n$/, '');
}

async function readSetting(name: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new IngestError('config/invalid', `${name}: ${path} cannot be read: ${errorMessage(cause)}`, { cause });
  }
}

function required(name: string, value: string | undefined): string {
  if (value !== undefined && value !== '') return value;
  throw new IngestError('config/invalid', `${name} is not set, and the way to sign in that is asked for needs it.`);
}
