import { FIELDS, type FieldFacts } from './fields.ts';
import { indexBody, MAPPING_VERSION } from './mapping.ts';
import { ELASTIC_DEFAULTS } from './options.ts';

const INTRODUCTION = `# The index on Elasticsearch

One document a record, with the \`id\` of the record as \`_id\` and its \`revision\` as external version, so that an older revision never overwrites a newer one. The documents are searched under an alias (\`${ELASTIC_DEFAULTS.alias}\`, unless configured); the index behind it is called \`<alias>-v<mapping>-<number>\` and has mapping version ${MAPPING_VERSION}. A rebuild fills the next number under \`<alias>-next\` and moves the alias at once; whoever writes to the alias by other means writes to \`<alias>-next\` too while it is there.

Made for Elasticsearch 9 (tested with 9.4.3), it needs none of the paid features, ingest pipelines, models or synonym sets: scores come from ordinary queries (\`src/search/evidence.ts\` has the formula), synonyms stand in the settings. The program's user needs the privileges \`read\`, \`write\` and \`manage\` on \`<alias>*\`, and the cluster privilege \`monitor\`.

Kibana: make a data view of the alias with \`acquired\` as time field. A search of plain words goes to \`everything\`, which knows the synonyms of the labels: "sputtering" finds what carries the label Films_Coated_Surface. \`label\`, \`accepted_label\`, \`vendor\`, \`instrument\`, \`detector\`, \`decision\` and \`issues\` are made for facets.

Vectors come into the mapping with the first one of their length. Servers leave them out of \`_source\`; ask for them with \`"fields": ["image_vector.*"]\`. The rest of \`_source\` is all that a document holds: an index can be made anew by \`_reindex\`.

This page is generated from the mapping by \`scripts/make-elastic-doc.mjs\`.

## Fields

| field | type | what it is |
|---|---|---|
`;

/** docs/elasticsearch.md: every field with its type, and the settings, from the mapping itself. */
export function elasticPage(): string {
  const rows = Object.entries(FIELDS).map(([name, facts]) => `| \`${name}\` | ${typeOf(facts)} | ${facts.about} |\n`);
  const { settings } = indexBody(ELASTIC_DEFAULTS);
  const shown = JSON.stringify(settings, withoutSynonyms, 2);
  return `${INTRODUCTION}${rows.join('')}
## Settings

The synonyms are left out here; the command \`GET <alias>/_settings\` shows them.

\`\`\`json
${shown}
\`\`\`
`;
}

function typeOf({ mapping }: FieldFacts): string {
  const { type = 'object', properties } = mapping as { type?: string; properties?: Record<string, { type: string }> };
  const inner = Object.entries(properties ?? {}).map(([name, field]) => `${name}: ${field.type}`);
  return inner.length === 0 ? type : `${type} {${inner.join(', ')}}`;
}

function withoutSynonyms(key: string, value: unknown): unknown {
  return key === 'synonyms' && Array.isArray(value) ? [`${value.length} rules`] : value;
}
