import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderPublisher } from '../../src/publish/folder.ts';
import { folderTarget } from '../builders/folder-target.ts';
import { storeRecord } from '../builders/stored-record.ts';
import { temporaryFolder } from '../builders/temporary-folder.ts';
import { rejection } from '../expect-ingest-error.ts';
import { calm, describePublisher, ID, NAME } from './publisher-suite.ts';

describePublisher('a folder', async () => {
  const folder = temporaryFolder();
  return { publisher: createFolderPublisher({ folder }), ...folderTarget(folder) };
});

const isRoot = process.getuid?.() === 0;

describe('a folder in trouble', () => {
  it('that is not there is unreachable for every call, not a target without records', async () => {
    const publisher = createFolderPublisher({ folder: join(temporaryFolder(), 'not mounted') });
    const list = async (): Promise<void> => {
      for await (const id of publisher.list(calm())) expect(id).toBeUndefined();
    };
    const calls = [
      () => publisher.publish(storeRecord(temporaryFolder(), NAME, { 'a.txt': 'a' }), calm()),
      () => publisher.inspect(ID, { ...calm(), readBack: false }),
      () => publisher.check(calm()),
      list,
    ];
    for (const call of calls) {
      const error = await rejection(call(), 'publish/unreachable');
      expect(error.retryable).toBe(true);
    }
  });

  it.skipIf(isRoot)('that may not be written to says so', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    await rejection(createFolderPublisher({ folder }).check(calm()), 'publish/unauthorised');
  });
});
