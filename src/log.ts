import { pino } from 'pino';

/** The few methods that stages use; pino's logger has them. */
export type Log = Pick<pino.Logger, 'error' | 'warn' | 'info' | 'debug' | 'child'>;

/** JSON lines on stderr, written synchronously so that the last line before a crash is not lost. */
export function createLog(level: string, bindings: Record<string, unknown> = {}): Log {
  return pino(
    { level, base: bindings, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
