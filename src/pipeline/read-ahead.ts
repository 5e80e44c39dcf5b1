/**
 * Pulls from `source` up to `limit` items ahead of the consumer, so that the listing of a slow share goes on while files
 * are processed, and memory stays bounded. An error of the source reaches the consumer after the items before it.
 */
export async function* readAhead<T>(
  source: AsyncIterable<T>,
  limit: number,
  onRead: (total: number, ended: boolean) => void = () => undefined,
): AsyncGenerator<T> {
  const items: T[] = [];
  let total = 0;
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wakeConsumer: (() => void) | undefined;
  let wakeProducer: (() => void) | undefined;
  let stopped = false;

  const produce = async (): Promise<void> => {
    for await (const item of source) {
      items.push(item);
      onRead(++total, false);
      wakeConsumer?.();
      if (items.length >= limit && !stopped) await new Promise<void>((resolve) => (wakeProducer = resolve));
      if (stopped) return;
    }
  };
  const producer = produce()
    .catch((error: unknown) => (failure = { error }))
    .finally(() => {
      ended = true;
      onRead(total, true);
      wakeConsumer?.();
    });

  try {
    for (;;) {
      while (items.length > 0) {
        yield items.shift() as T;
        wakeProducer?.();
      }
      if (ended) break;
      await new Promise<void>((resolve) => (wakeConsumer = resolve));
    }
    if (failure) throw failure.error;
  } finally {
    stopped = true;
    wakeProducer?.();
    await producer;
  }
}
