import { describe, expect, it } from 'vitest';
import { type ErrorContext, IngestError, type IngestErrorCode } from '../../../src/domain/errors.ts';
import { decideRetry, type RetryDecision } from '../../../src/publish/retry.ts';

const NOW = 1_700_000_000_000;

function decide(code: IngestErrorCode, attempts = 1, context: ErrorContext = {}, random = 1): RetryDecision {
  const error = new IngestError(code, `it is ${code}`, { context, retryable: true });
  return decideRetry(error, { attempts, now: NOW, random: () => random });
}

describe('the decision after a failed delivery', () => {
  it('tries later, after a pause that doubles up to a quarter of an hour and is spread evenly', () => {
    const pauses = [1, 2, 3, 10, 11, 5000].map((attempts) => decide('publish/unreachable', attempts));
    expect(pauses.map((one) => one.kind === 'retry' && one.at - NOW)).toEqual([
      1000, 2000, 4000, 512_000, 900_000, 900_000,
    ]);
    expect(decide('publish/locked', 3, {}, 0.25)).toEqual({ kind: 'retry', at: NOW + 1000 });
    expect(decide('publish/unreachable', 4, {}, 0)).toEqual({ kind: 'retry', at: NOW });
  });

  it('waits as long as the target asked: one record when that is locked, all when it is busy, an hour at most', () => {
    expect(decide('publish/locked', 1, { retryAfterS: 30 })).toEqual({ kind: 'retry', at: NOW + 30_000 });
    expect(decide('publish/busy')).toEqual({ kind: 'retry', at: NOW + 1000 });
    const busy = { kind: 'pause-target', until: NOW + 30_000, reason: 'it is publish/busy' };
    expect(decide('publish/busy', 1, { retryAfterS: 30 })).toEqual(busy);
    const long = decide('publish/busy', 1, { retryAfterS: 1e9 });
    expect(long).toMatchObject({ kind: 'pause-target', until: NOW + 3_600_000 });
    expect(decide('publish/locked', 1, { retryAfterS: Number.NaN })).toEqual({ kind: 'retry', at: NOW + 1000 });
  });

  it('pauses the target, whatever the number of attempts, when it is full, and for good when it knows us no more', () => {
    expect(decide('publish/full', 99)).toMatchObject({ kind: 'pause-target', until: NOW + 300_000 });
    expect(decide('publish/full', 1, { retryAfterS: 600 })).toMatchObject({ until: NOW + 600_000 });
    const reason = 'it is publish/unauthorised';
    expect(decide('publish/unauthorised', 99)).toEqual({ kind: 'pause-target', until: undefined, reason });
    expect(decide('store/io', 99)).toMatchObject({ kind: 'pause-target', until: NOW + 30_000 });
  });

  it('gives up what is refused at once, and what does not arrive or is not as REPO says after five attempts', () => {
    expect(decide('publish/refused')).toEqual({ kind: 'refuse' });
    expect(decide('publish/folder')).toEqual({ kind: 'refuse' });
    for (const code of ['publish/corrupt', 'publish/source'] as const) {
      expect(decide(code, 4)).toMatchObject({ kind: 'retry' });
      expect(decide(code, 5)).toEqual({ kind: 'refuse' });
    }
  });

  it('gives up after five faults of this program, and never on what says that it may pass', () => {
    const fault = (attempts: number) =>
      decideRetry(new TypeError('not a function'), { attempts, now: NOW, random: () => 1 }).kind;
    expect([fault(4), fault(5)]).toEqual(['retry', 'refuse']);
    const passing = new IngestError('store/ledger', 'the disk is full', { retryable: true });
    expect(decideRetry(passing, { attempts: 50, now: NOW, random: () => 1 }).kind).toBe('retry');
  });
});
