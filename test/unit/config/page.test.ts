import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { configurationPage } from '../../../src/config/page.ts';

it('docs/configuration.md is what the schema says', async () => {
  const page = await readFile(resolve(import.meta.dirname, '../../../docs/configuration.md'), 'utf8');
  expect(page).toBe(configurationPage());
});
