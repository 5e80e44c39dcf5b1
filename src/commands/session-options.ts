import type { Config } from '../config/schema.ts';
import type { SessionOptions } from '../pipeline/session.ts';
import { taxonomyOf } from './taxonomy-of.ts';
import { textsOf } from './texts-of.ts';

/** Where the config says that records are delivered to, and how. */
export function sessionOptions(config: Readonly<Config>): SessionOptions {
  const { publish, index, delivery, spool } = config;
  const { recordsAtOnce, bulkDocuments, maxRetryS } = delivery;
  const { minFreeGiB, maxWaiting } = spool;
  const { window } = publish.webdav;
  const taxonomy = taxonomyOf(config);
  const options: SessionOptions = {
    taxonomy,
    openTexts: () => textsOf(config),
    delivery: { recordsAtOnce, bulkDocuments, capMs: maxRetryS * 1000, ...(window !== undefined && { window }) },
    spool: { minFreeGiB, ...(maxWaiting !== undefined && { maxWaiting }) },
  };
  const none = publish.folder === undefined && publish.webdav.url === undefined && index.kind === 'sqlite';
  return none ? options : { ...options, openTargets: () => openTargets(config) };
}

/** The clients of servers are loaded only where one is configured: that takes longer than all the rest of a start. */
async function openTargets(config: Readonly<Config>): ReturnType<NonNullable<SessionOptions['openTargets']>> {
  const pipeline = await import('../pipeline/open-targets.ts');
  return await pipeline.openTargets(config);
}
