import { readFileSync } from 'node:fs';

const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  name: string;
  version: string;
};

/** What wrote a record: this program and its version, from package.json (one level above src/ and dist/). */
export const SOFTWARE = { name, version } as const;
