import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IngestError } from '../../../src/domain/errors.ts';
import { recordFolder } from '../../../src/domain/ids.ts';
import { createLog } from '../../../src/log.ts';
import { deliverOnce } from '../../../src/pipeline/deliver-once.ts';
import { type Outgoing, openOutgoing } from '../../../src/pipeline/outgoing.ts';
import type { Publisher } from '../../../src/publish/publisher.ts';
import { openStore } from '../../../src/store/store.ts';
import { createMemoryPublisher } from '../../builders/memory-publisher.ts';
import { idOf, makeRecord } from '../../builders/micrograph-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const context = { signal: new AbortController().signal, log: createLog('silent') };

/** REPO and STATE of a program that knew no targets and made records of these names. */
function makePlaces(names: string[]): { repo: string; state: string } {
  const root = temporaryFolder();
  const places = { repo: join(root, 'repo'), state: join(root, 'state') };
  const store = openStore(places.state, { access: 'write', durability: 'batch' });
  for (const name of names) {
    const folder = join(places.repo, recordFolder(idOf(name)));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'record.json'), JSON.stringify(makeRecord({ name })));
    const work = { contentHash: idOf(name), versions: { harvestVersion: 1, convertVersion: 1 }, recordRevision: 1 };
    const seen = { path: `/in/${name}`, inbox: '/in', bytes: 1, mtimeMs: 1 };
    store.ledger.record([{ ...seen, state: 'done', reason: 'record made', ...work }]);
  }
  store.close();
  return places;
}

async function open(places: { repo: string; state: string }, publisher: Publisher): Promise<Outgoing> {
  const openTargets = async () => ({ publishers: [publisher] });
  const outgoing = await openOutgoing(places, 'record', { openTargets, delivery: { patienceMs: 0 } });
  onTestFinished(async () => await outgoing.close());
  return outgoing;
}

describe('one delivery of all that waits', () => {
  it('brings what an older run made to a target that is new, and nothing the second time', async () => {
    const publisher = createMemoryPublisher('webdav');
    const outgoing = await open(makePlaces(['a', 'b', 'c']), publisher);
    const first = await deliverOnce(outgoing, { until: 'empty', ...context });
    expect(first).toMatchObject({ delivered: 3, undelivered: [], targets: [{ target: 'webdav', delivered: 3 }] });
    expect(await deliverOnce(outgoing, { until: 'empty', ...context })).toMatchObject({ delivered: 0 });
    expect(publisher.calls).toHaveLength(3);
  });

  it('says what could not be delivered, and why', async () => {
    const publisher = createMemoryPublisher('webdav', ({ record }) => {
      if (record.source.name === 'a') throw new IngestError('publish/refused', 'the name is too long');
      throw new IngestError('publish/full', 'no room');
    });
    const outgoing = await open(makePlaces(['a', 'b']), publisher);
    expect(await deliverOnce(outgoing, { until: 'stuck', ...context })).toMatchObject({
      delivered: 0,
      undelivered: ['1 record waits for target webdav: no room', '1 record was given up for target webdav'],
    });
  });

  it('lets nobody else at STATE meanwhile, and closes what it opened', async () => {
    const places = makePlaces([]);
    let closed = false;
    const publisher = { ...createMemoryPublisher('webdav'), close: async () => void (closed = true) };
    const outgoing = await open(places, publisher);
    await expect(open(places, publisher)).rejects.toMatchObject({ code: 'store/locked' });
    await outgoing.close();
    expect(closed).toBe(true);
    await (await open(places, publisher)).close();
  });
});
