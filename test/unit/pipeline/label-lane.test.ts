import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLog } from '../../../src/log.ts';
import type { FollowSession } from '../../../src/pipeline/follow-labels.ts';
import { createLabelLane, type LabelLane } from '../../../src/pipeline/label-lane.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import type { Clock } from '../../../src/watcher/clock.ts';
import { storeRecord } from '../../builders/stored-record.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

interface World {
  store: Store;
  lane: LabelLane;
  /** Lets time pass; what is due then is begun. */
  pass: (ms: number) => void;
  /** Puts a label of a record into STATE; one that REPO lacks cannot follow. */
  label: (name: string, inRepo?: boolean) => void;
  attempts: () => number[];
}

function worldOf(): World {
  const root = temporaryFolder();
  const repo = join(root, 'repo');
  mkdirSync(repo);
  const store = openStore(join(root, 'state'), { access: 'write', durability: 'batch' });
  let now = 0;
  let due: { at: number; task: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, task) {
      const entry = { at: now + ms, task };
      due.push(entry);
      return () => void (due = due.filter((one) => one !== entry));
    },
  };
  const session: FollowSession = { repo, store, targets: { publishers: [] }, meaningOf: async () => undefined };
  const lane = createLabelLane(session, { signal: new AbortController().signal, log: createLog('silent'), clock });
  onTestFinished(async () => {
    await lane.stop();
    store.close();
  });
  return {
    store,
    lane,
    pass(ms) {
      now += ms;
      const [ready, later] = [due.filter(({ at }) => at <= now), due.filter(({ at }) => at > now)];
      due = later;
      for (const { task } of ready) task();
    },
    label(name, inRepo = true) {
      const { record } = storeRecord(inRepo ? repo : temporaryFolder(), name, { 'a.txt': 'a' });
      store.labelChanges.put([{ id: record.id, classification: { ...record.classification, revision: 2 } }]);
    },
    attempts: () => store.labelChanges.page(9).map(({ attempts }) => attempts),
  };
}

describe('the lane of labels', () => {
  it('lets records follow what is put into STATE while it runs', async () => {
    const { store, pass, label } = worldOf();
    label('a');
    pass(2000);
    await vi.waitFor(() => expect(store.labelChanges.count().waiting).toBe(0));
    label('b');
    await vi.waitFor(() => {
      pass(10_000);
      expect(store.labelChanges.count().waiting).toBe(0);
    });
  });

  it('begins nothing while a picture is being worked on, and goes on when it is done', async () => {
    const { store, lane, pass, label } = worldOf();
    label('a');
    let finish = (): void => undefined;
    const picture = lane.ahead(() => new Promise<void>((done) => (finish = done)));
    await Promise.resolve();
    pass(60_000);
    await new Promise((done) => setImmediate(done));
    expect(store.labelChanges.count().waiting).toBe(1);
    finish();
    await picture;
    pass(1999);
    expect(store.labelChanges.count().waiting).toBe(1);
    pass(1);
    await vi.waitFor(() => expect(store.labelChanges.count().waiting).toBe(0));
  });

  it('lets a picture wait for the record under way, and for no other', async () => {
    const { store, lane, pass, label } = worldOf();
    for (const name of ['a', 'b', 'c']) label(name);
    pass(2000);
    await lane.ahead(async () => expect(store.labelChanges.count().waiting).toBeLessThanOrEqual(3));
    const { waiting } = store.labelChanges.count();
    expect(waiting).toBeGreaterThanOrEqual(2);
  });

  it('tries a record that could not follow again after a while, not with every look', async () => {
    const { pass, label, attempts } = worldOf();
    label('lost', false);
    pass(2000);
    await vi.waitFor(() => expect(attempts()).toEqual([1]));
    // The first look after a failure may be of another process: it is tried once more.
    await vi.waitFor(() => {
      pass(10_000);
      expect(attempts()).toEqual([2]);
    });
    for (let look = 0; look < 5; look++) {
      pass(10_000);
      await new Promise((done) => setImmediate(done));
    }
    expect(attempts()).toEqual([2]);
    await vi.waitFor(() => {
      pass(10 * 60_000);
      expect(attempts()).toEqual([3]);
    });
  });

  it('passes on what the work on a picture throws, and does not stand still after it', async () => {
    const { store, lane, pass, label } = worldOf();
    await expect(lane.ahead(async () => await Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    label('a');
    pass(2000);
    await vi.waitFor(() => expect(store.labelChanges.count().waiting).toBe(0));
  });
});
