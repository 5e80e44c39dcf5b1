import { IngestError } from '../../domain/errors.ts';

/** How a WebDAV server knows us. Passwords and tokens never reach a message, an error's context or a log line. */
export type WebdavAuth =
  | { kind: 'none' }
  | { kind: 'basic'; username: string; password: string }
  | { kind: 'digest'; username: string; password: string }
  | { kind: 'bearer'; token: string };

export interface WebdavOptions {
  /** The collection below which `records/` stands; http or https, without user, query or fragment. It must exist. */
  url: string;
  auth: WebdavAuth;
  /** PEM of the authorities that are trusted, in place of those that Node knows. */
  ca?: string;
  /**
   * How each upload is proved: by its size; by a checksum that the server computed, where it offers one, else by its
   * size; by reading it back. With `readback` files that are there already are read too.
   */
  verify: 'size' | 'checksum' | 'readback';
  /** Seconds without a byte in either direction after which a request is given up. */
  timeoutS: number;
  /** Files on their way at once, over all records. */
  parallel: number;
  /** Upper limit of all uploads together. */
  maxBytesPerS?: number;
  userAgent: string;
}

/**
 * The collection's URL with its closing slash.
 * @throws IngestError `config/invalid` when it is not http(s), or carries a user, password, query or fragment.
 */
export function parseWebdavUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text itself may hold a password: it is never repeated.
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid('is not a URL of http or https');
  if (url.username !== '' || url.password !== '')
    throw invalid('holds a user or password; these have settings of their own');
  if (url.search !== '' || url.hash !== '') throw invalid('has a query or fragment');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function invalid(what: string): IngestError {
  return new IngestError('config/invalid', `The URL of the WebDAV collection ${what}.`);
}
