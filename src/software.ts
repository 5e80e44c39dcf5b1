import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Folder of package.json, models and assets: one level above src/ and dist/. */
export const PACKAGE_ROOT = resolve(import.meta.dirname, '..');

const { name, version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
};

/** What wrote a record: this program and its version. */
export const SOFTWARE = { name, version } as const;
