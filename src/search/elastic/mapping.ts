import { SOFTWARE } from '../../software.ts';
import { FIELDS } from './fields.ts';
import type { ElasticOptions } from './options.ts';
import { synonymRules } from './synonym-rules.ts';

/** Raised with every change of fields or analysis: an index of another version has to be rebuilt. */
export const MAPPING_VERSION = 1;

/** Hits of one search that can be paged through; the queue for them costs some tens of bytes each, while it runs. */
const MAX_RESULT_WINDOW = 1_000_000;

/**
 * Analysis as the embedded index does it: words are runs of letters and digits, in lower case, without diacritics, and
 * stemmed by Porter's rules. (Beyond that, `asciifolding` takes "ß" for "ss" and "ø" for "o".)
 */
function analysis(): object {
  // Words of 8,000 characters fit into the 32,766 bytes of a Lucene term in any script.
  const filter = ['lowercase', 'asciifolding', 'porter_stem', 'bounded'];
  return {
    tokenizer: { words: { type: 'pattern', pattern: '[^\\p{L}\\p{N}\\p{Co}]+' } },
    filter: {
      bounded: { type: 'truncate', length: 8000 },
      // Behind the stemmer, so that a rule for "nanowire" serves "nanowires" too.
      synonyms_of_labels: { type: 'synonym_graph', synonyms: synonymRules() },
    },
    analyzer: {
      words: { type: 'custom', tokenizer: 'words', filter },
      words_and_synonyms: { type: 'custom', tokenizer: 'words', filter: [...filter, 'synonyms_of_labels'] },
    },
    normalizer: { folded: { type: 'custom', filter: ['lowercase'] } },
  };
}

/** The body that creates an index. `vectors` are vector fields known from an index before, by family. */
export function indexBody(
  { shards, replicas }: Pick<ElasticOptions, 'shards' | 'replicas'>,
  vectors: Readonly<Record<string, object>> = {},
): { settings: object; mappings: object } {
  const properties = Object.fromEntries(Object.entries(FIELDS).map(([name, { mapping }]) => [name, mapping]));
  return {
    settings: {
      number_of_shards: shards,
      number_of_replicas: replicas,
      max_result_window: MAX_RESULT_WINDOW,
      // For so long a deleted document keeps its version, which a late older revision cannot pass.
      gc_deletes: '1d',
      query: { default_field: ['everything'] },
      analysis: analysis(),
    },
    mappings: {
      dynamic: 'strict',
      _meta: { software: SOFTWARE.name, mapping_version: MAPPING_VERSION },
      properties: { ...properties, ...vectors },
    },
  };
}
