// Writes docs/elasticsearch.md from the mapping: npm run build && node scripts/make-elastic-doc.mjs
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { elasticPage } from '../dist/search/elastic/page.js';

writeFileSync(resolve(import.meta.dirname, '../docs/elasticsearch.md'), elasticPage());
