import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elasticsearchMissing, SERVICES_FOLDER, STARTED, stopElasticsearch } from './elasticsearch.ts';

/** Makes the folder of services; ends what tests started when they are over. */
export function setup(): () => void {
  const missing = elasticsearchMissing();
  if (missing !== undefined) process.stdout.write(`Tests on Elasticsearch are left out: ${missing}.\n`);
  const folder = mkdtempSync(join(tmpdir(), 'semantiff-services-'));
  process.env[SERVICES_FOLDER] = folder;
  return () => {
    const started = join(folder, STARTED);
    if (existsSync(started)) stopElasticsearch(readFileSync(started, 'utf8'));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
