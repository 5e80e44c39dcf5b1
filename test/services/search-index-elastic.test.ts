import { describe } from 'vitest';
import { describeSearchIndex } from '../contract/search-index-suite.ts';
import { elasticIndexes } from './elastic-indexes.ts';
import { elasticsearchMissing } from './elasticsearch.ts';

describe.skipIf(elasticsearchMissing() !== undefined)('on a real server', () => {
  const { open } = elasticIndexes();
  describeSearchIndex('Elasticsearch', open);
});
