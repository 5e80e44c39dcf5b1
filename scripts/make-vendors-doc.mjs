// Writes docs/vendors.md from the readers' tables and docs/peers-fields.json: npm run build && node scripts/make-vendors-doc.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { vendorsPage } from '../dist/metadata/vendors/page.js';
import { VENDOR_READERS } from '../dist/metadata/vendors/registry.js';

const docs = resolve(import.meta.dirname, '../docs');
const peers = JSON.parse(readFileSync(resolve(docs, 'peers-fields.json'), 'utf8'));
writeFileSync(resolve(docs, 'vendors.md'), vendorsPage(VENDOR_READERS, peers));
