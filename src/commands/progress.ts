import type { WriteStream } from 'node:tty';

export interface Progress {
  /** `total` is unknown while the inbox is still being listed. */
  update(done: number, total: number | undefined, note: string): void;
  end(): void;
}

const INTERVAL_MS = 100;
const BAR = 24;
/** The rate shown is that of the last seconds, so that the ETA follows a change of speed. */
const WINDOW_MS = 15_000;

/** A progress bar on a terminal; nothing at all elsewhere. */
export function createProgress(stream: WriteStream | NodeJS.WriteStream, now: () => number = Date.now): Progress {
  if (!stream.isTTY) return { update: () => undefined, end: () => undefined };
  const window: { at: number; done: number }[] = [{ at: now(), done: 0 }];
  let drawn = 0;
  return {
    update(done, total, note) {
      const at = now();
      if (at - drawn < INTERVAL_MS && done !== total) return;
      drawn = at;
      window.push({ at, done });
      while (window.length > 2 && at - (window[0]?.at ?? at) > WINDOW_MS) window.shift();
      stream.write(`\r\u001b[2K${progressLine(done, total, rateOf(window), note, stream.columns ?? 80)}`);
    },
    end() {
      stream.write('\r\u001b[2K');
    },
  };
}

function rateOf(window: { at: number; done: number }[]): number {
  const [first] = window;
  const last = window.at(-1);
  if (!first || !last || last.at <= first.at) return 0;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}

/** One line: bar, count, files a second, time left. */
export function progressLine(
  done: number,
  total: number | undefined,
  rate: number,
  note: string,
  columns: number,
): string {
  const share = total === undefined || total === 0 ? 0 : Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  const bar = total === undefined ? '·'.repeat(BAR) : '█'.repeat(filled) + '░'.repeat(BAR - filled);
  const left = total !== undefined && rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
  const count = total === undefined ? `${done}` : `${done}/${total}`;
  return `${bar} ${count} files, ${rate.toFixed(rate < 10 ? 1 : 0)}/s${left}  ${note}`.slice(
    0,
    Math.max(20, columns - 1),
  );
}

/** Seconds as a person says them: 42 s, 3 min 20 s, 5 h 10 min. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
