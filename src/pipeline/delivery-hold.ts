import { type UploadWindow, windowOpensAt } from '../publish/upload-window.ts';
import type { SettleContext } from './settle-deliveries.ts';

/**
 * Until when nothing is sent to a target, in milliseconds since 1970: `Infinity` until somebody asks, undefined when it may
 * be sent to. A closed window is noted as a pause for those who ask, and a pause that is over is taken away.
 */
export function holdOf(context: SettleContext, window: UploadWindow | undefined): number | undefined {
  const { outbox, clock, options, breaker, target } = context;
  const now = clock.now();
  const pause = outbox.pauseOf(target);
  const opensAt = window && windowOpensAt(window, now);
  if (opensAt !== undefined) {
    const reason = `outside the hours for uploads, ${options.window}`;
    if (pause === undefined) outbox.pause(target, { code: 'window', reason, until: opensAt });
    return opensAt;
  }
  if (pause && (pause.until === undefined || now < pause.until)) return pause.until ?? Number.POSITIVE_INFINITY;
  if (pause) outbox.pause(target, undefined);
  return breaker.openUntil();
}
