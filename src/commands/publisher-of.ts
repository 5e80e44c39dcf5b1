import { IngestError } from '../domain/errors.ts';
import type { Publisher } from '../publish/publisher.ts';

/**
 * The configured publisher of this name.
 * @throws IngestError `usage` naming those that there are.
 */
export function publisherOf(publishers: readonly Publisher[], wanted: string): Publisher {
  const found = publishers.find(({ target }) => target === wanted);
  if (found) return found;
  const known = publishers.map(({ target }) => target).join(', ') || 'none';
  throw new IngestError('usage', `expected a configured target (${known}), and received "${wanted}"`);
}
