import type { Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { errorMessage } from '../domain/errors.ts';
import { inboxError, statInbox } from './list-inbox.ts';

/**
 * Makes a function that says what the inbox is now, and rejects while it is offline; rejects itself when the inbox cannot
 * be read at the start. An unmounted share leaves an empty
 * folder of another file system behind; a file system that is not empty is the share itself, mounted again.
 */
export async function createMountGuard(root: string): Promise<() => Promise<Stats>> {
  let { dev } = await statInbox(root);
  await isEmpty(root);
  return async () => {
    const facts = await statInbox(root);
    if (facts.dev !== dev && (await isEmpty(root))) {
      throw inboxError(root, 'an empty folder of another file system (is the share unmounted?)');
    }
    dev = facts.dev;
    return facts;
  };
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    const folder = await opendir(path);
    const first = await folder.read();
    await folder.close();
    return first === null;
  } catch (error) {
    throw inboxError(path, errorMessage(error), error);
  }
}
