import { errorMessage } from '../domain/errors.ts';

/**
 * A queue between a producer that is told how full it is and one consumer that pulls. An event put under a key that is
 * still in the queue takes the place of the older one.
 */
export interface EventChannel<T> {
  put(key: string, event: T): void;
  /** The oldest event, as soon as there is one; undefined once the channel has ended. */
  take(): Promise<T | undefined>;
  size(): number;
  /** Forgets what is queued; `take` then yields undefined, or rejects with `error` when there is one. */
  end(error?: unknown): void;
}

interface Channel<T> {
  events: Map<string, T>;
  ended: boolean;
  error: Error | undefined;
  wake: (() => void) | undefined;
}

export function createEventChannel<T>(): EventChannel<T> {
  const channel: Channel<T> = { events: new Map(), ended: false, error: undefined, wake: undefined };
  return {
    put: (key, event) => {
      if (channel.ended) return;
      channel.events.set(key, event);
      channel.wake?.();
    },
    take: async () => await take(channel),
    size: () => channel.events.size,
    end: (error) => {
      if (channel.ended) return;
      channel.ended = true;
      if (error !== undefined) channel.error = error instanceof Error ? error : new Error(errorMessage(error));
      channel.events.clear();
      channel.wake?.();
    },
  };
}

async function take<T>(channel: Channel<T>): Promise<T | undefined> {
  while (channel.events.size === 0 && !channel.ended) {
    await new Promise<void>((resolve) => {
      channel.wake = resolve;
    });
  }
  if (channel.error) throw channel.error;
  for (const [key, event] of channel.events) {
    channel.events.delete(key);
    return event;
  }
  return undefined;
}
