// Writes batches to a STATE folder until it is killed, and says after each commit how many there are.
// Arguments: folder of the built program, STATE folder.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, state] = process.argv.slice(2);
const load = (path) => import(pathToFileURL(join(dist, path)).href);
const { acquireStateLock } = await load('store/state-lock.js');
const { openStore } = await load('store/store.js');

acquireStateLock(state);
const store = openStore(state, { access: 'write', durability: 'batch' });
const versions = { harvestVersion: 1, convertVersion: 1 };
const vector = Float32Array.from({ length: 1280 }, (_, index) => Math.sin(index) ** 2);

for (let batch = store.ledger.counts().done / 16; ; batch += 1) {
  const files = Array.from({ length: 16 }, (_, place) => {
    const name = `file ${batch * 16 + place}.tif`;
    const id = createHash('sha256').update(name).digest('hex');
    return { name, id, path: join('/in', name) };
  });
  store.commit(
    files.map(({ id, path }) => ({
      path,
      inbox: '/in',
      bytes: 1,
      mtimeMs: 1,
      state: 'done',
      reason: 'record made',
      contentHash: id,
      versions,
      recordRevision: 1,
    })),
    files.map(({ id, name }) => ({
      id,
      revision: 1,
      name,
      decision: 'review',
      quantities: { kv: 5000 },
      labels: [{ label: 'Fibres', score: 0.9, rank: 1 }],
      issues: [],
      text: { name, subject: 'written until killed', instrument: 'FEI', header: '', issues: '' },
      embedding: { space: 'test', vector },
    })),
  );
  process.stdout.write(`${batch + 1}\n`);
}
