const last = new Map<string, Promise<void>>();

/** Runs `work` when all work that was given before for the same key in this process has ended, however it ended. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const done = after(last.get(key), work);
  const ended = endOf(done);
  last.set(key, ended);
  try {
    return await done;
  } finally {
    if (last.get(key) === ended) last.delete(key);
  }
}

async function after<T>(before: Promise<void> | undefined, work: () => Promise<T>): Promise<T> {
  await before;
  return await work();
}

async function endOf(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch {
    // Whoever asked for that work hears of it.
  }
}
