import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { openStore, type Store } from '../../src/store/store.ts';
import { describeSearchIndex } from './search-index-suite.ts';

const opened: { store: Store; folder: string }[] = [];

afterEach(() => {
  for (const { store, folder } of opened.splice(0)) {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

describeSearchIndex('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'semantiff index '));
  const store = openStore(folder, { access: 'write', durability: 'batch' });
  opened.push({ store, folder });
  return store.index;
});
