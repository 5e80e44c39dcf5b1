// Writes docs/configuration.md from the schema: npm run build && node scripts/make-config-doc.mjs
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationPage } from '../dist/config/page.js';

writeFileSync(resolve(import.meta.dirname, '../docs/configuration.md'), configurationPage());
