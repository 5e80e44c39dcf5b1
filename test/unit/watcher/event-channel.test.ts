import { describe, expect, it } from 'vitest';
import { createEventChannel } from '../../../src/watcher/event-channel.ts';

describe('event channel', () => {
  it('gives events in the order they came, the newest of a key in the place of the oldest', async () => {
    const channel = createEventChannel<string>();
    channel.put('a', 'a1');
    channel.put('b', 'b1');
    channel.put('a', 'a2');
    expect(channel.size()).toBe(2);
    expect([await channel.take(), await channel.take(), channel.size()]).toEqual(['a2', 'b1', 0]);
  });

  it('lets a consumer wait', async () => {
    const channel = createEventChannel<string>();
    const taken = channel.take();
    channel.put('a', 'a1');
    expect(await taken).toBe('a1');
  });

  it('ends for a waiting consumer, and for good', async () => {
    const channel = createEventChannel<string>();
    const taken = channel.take();
    channel.end();
    channel.put('a', 'a1');
    expect([await taken, await channel.take()]).toEqual([undefined, undefined]);
  });

  it('passes on the fault that ended it', async () => {
    const channel = createEventChannel<string>();
    channel.put('a', 'a1');
    channel.end(new Error('the ledger is gone'));
    await expect(channel.take()).rejects.toThrow('the ledger is gone');
  });
});
