import type { Config } from '../config/schema.ts';
import type { SessionOptions } from '../pipeline/session.ts';

/** Where the config says that records are delivered to, and how. */
export function sessionOptions(_config: Readonly<Config>): SessionOptions {
  return {};
}
