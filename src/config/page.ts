import { configLeaves } from './leaves.ts';

const INTRODUCTION = `# Configuration

Settings come from, in this order: flags, environment variables, a config file, defaults. The file is \`semantiff.config.json\` or \`.yaml\` in the folder where you are (or \`--config FILE\`); \`semantiff init\` writes one, \`semantiff doctor\` shows each value with its origin and checks it. Dotted names are nested objects in the file. Relative paths in a file are taken from its folder.

This page is generated from the schema by \`scripts/make-config-doc.mjs\`.

| setting | environment | type | default | what it is |
|---|---|---|---|---|
`;

/** docs/configuration.md: every setting, from the schema itself. */
export function configurationPage(): string {
  const rows = configLeaves().map(({ path, env, type, fallback, description }) => {
    const shown = fallback === '' ? '' : `\`${fallback}\``;
    return `| \`${path}\` | \`${env}\` | ${type.replaceAll('|', '\\|')} | ${shown} | ${description} |\n`;
  });
  return INTRODUCTION + rows.join('');
}
