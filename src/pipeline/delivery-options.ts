import { BREAKER_DEFAULTS, type BreakerOptions } from '../publish/circuit-breaker.ts';
import { RETRY_DEFAULTS, type RetryOptions } from '../publish/retry.ts';

/** How records are delivered. Times in milliseconds. */
export interface DeliveryOptions extends RetryOptions {
  /** Records under way to one publisher at the same time. */
  recordsAtOnce: number;
  /** Documents in one request to an index, at most. */
  bulkDocuments: number;
  /** So long documents are gathered for one request to an index. */
  gatherMs: number;
  /** Local hours in which publishers are sent to, "22:00-06:00"; without it always. What is indexed follows. */
  window?: string;
  breaker: BreakerOptions;
  /** The outbox is looked at so often although nobody woke us: another process may have asked for a retry. */
  recheckMs: number;
  /** A drain until nothing more can be done waits so long for the next try. */
  patienceMs: number;
  /** Such a drain ends after so long in which nothing arrived, although a target asks again and again for another moment. */
  fruitlessMs: number;
  /** What is under way when the run is stopped gets so long. */
  graceMs: number;
}

export const DELIVERY_DEFAULTS: DeliveryOptions = {
  ...RETRY_DEFAULTS,
  recordsAtOnce: 4,
  bulkDocuments: 500,
  gatherMs: 200,
  breaker: BREAKER_DEFAULTS,
  recheckMs: 10_000,
  patienceMs: 3000,
  fruitlessMs: 10_000,
  graceMs: 10_000,
};
