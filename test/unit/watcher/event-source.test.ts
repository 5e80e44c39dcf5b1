import { describe, expect, it } from 'vitest';
import { createEventSource } from '../../../src/watcher/event-source.ts';
import type { FolderEventHandlers } from '../../../src/watcher/folder-events.ts';

/** A source that counts how often its events were opened and closed, and can make them fail. */
function createBench() {
  const problems: string[] = [];
  const opened: FolderEventHandlers[] = [];
  let closed = 0;
  const source = createEventSource({
    root: '/inbox',
    ignores: () => false,
    open: (_root, _ignores, handlers) => {
      opened.push(handlers);
      return {
        close: async () => {
          closed += 1;
          await Promise.resolve();
        },
      };
    },
    handlers: { onFile: () => undefined, onFolder: () => undefined, onReady: () => undefined },
    onProblem: ({ code }) => problems.push(code),
  });
  return { source, opened, closed: () => closed, problems };
}

const INBOX = { dev: 1, ino: 2 };

describe('event source', () => {
  it('stays open while the inbox is the same folder, and is opened anew for another', async () => {
    const { source, opened, closed } = createBench();
    await source.adjust(INBOX);
    await source.adjust(INBOX);
    expect([opened.length, closed()]).toEqual([1, 0]);
    await source.adjust({ dev: 1, ino: 3 });
    expect([opened.length, closed()]).toEqual([2, 1]);
  });

  it.each(['ENOSPC', 'EMFILE', 'ENFILE'])('gives up events for good, and says so once, on %s', async (code) => {
    const { source, opened, closed, problems } = createBench();
    await source.adjust(INBOX);
    for (let i = 0; i < 3; i++) opened[0]?.onError(Object.assign(new Error('limit'), { code }));
    await source.adjust(INBOX);
    expect(source.isOpen()).toBe(false);
    expect([opened.length, closed(), problems]).toEqual([1, 1, ['watch-limit']]);
  });

  it('reports other faults and stays open', async () => {
    const { source, opened, problems } = createBench();
    await source.adjust(INBOX);
    opened[0]?.onError(Object.assign(new Error('i/o error'), { code: 'EIO' }));
    expect([source.isOpen(), problems]).toEqual([true, ['watch-fault']]);
  });

  it('is not opened again by a scan that ends after it was closed', async () => {
    const { source, opened, closed } = createBench();
    await source.adjust(INBOX);
    await source.close();
    await source.adjust({ dev: 9, ino: 9 });
    expect([opened.length, closed()]).toEqual([1, 1]);
  });
});
