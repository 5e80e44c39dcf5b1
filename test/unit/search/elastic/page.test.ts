import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { elasticPage } from '../../../../src/search/elastic/page.ts';

it('agrees with docs/elasticsearch.md; if not: npm run build && node scripts/make-elastic-doc.mjs', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/elasticsearch.md'), 'utf8');
  expect(page).toBe(elasticPage());
});
