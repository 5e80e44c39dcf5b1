import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeWorld, NO_SERVERS, type World } from './world.ts';

const REPROCESS = ['reprocess', '--all', '--workers', '1', '--no-classify'];

function setBoth(world: World, there: boolean): void {
  for (const proxy of [world.webdav, world.elastic]) proxy.inject(there ? undefined : () => 'reset');
}

describe.skipIf(NO_SERVERS !== undefined)('nothing is lost where both targets are away', () => {
  it('during the whole back-fill', async () => {
    const world = await makeWorld();
    setBoth(world, false);
    const { code, stdout } = await world.backfill();
    expect(code).toBe(0);
    expect(stdout).toContain('3 records wait for target webdav');
    expect(await world.told('webdav')).toMatchObject({ waiting: 3, failed: 0, delivered: 0 });
    expect(await world.told('elasticsearch')).toMatchObject({ waiting: 3, failed: 0, delivered: 0 });
    setBoth(world, true);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('while records are withdrawn, one that had arrived and one that had not', async () => {
    const world = await makeWorld();
    const [arrived = '', waits = ''] = world.originals.map(({ id }) => id);
    world.webdav.inject(({ path }) => (path.includes(waits) ? 'reset' : undefined));
    await world.backfill();
    setBoth(world, false);
    const { code, stderr } = await world.run('withdraw', arrived, waits, '--reason', 'the wrong sample');
    expect(code, stderr).toBe(0);
    await world.run('deliver');
    expect((await world.told('webdav')).waiting).toBe(2);
    setBoth(world, true);
    await world.deliver();
    await world.expectNothingLost([arrived, waits]);
    await world.backfill();
    await world.expectNothingLost([arrived, waits]);
  });

  it('while a second revision is made, and a third, of what still waits and of what arrived', async () => {
    const world = await makeWorld();
    const waits = world.originals[0]?.id ?? '';
    world.webdav.inject(({ path }) => (path.includes(waits) ? 'reset' : undefined));
    await world.backfill();
    setBoth(world, false);
    await world.run(...REPROCESS);
    // The same bytes under another name raise the revision too.
    copyFileSync(world.originals[0]?.path ?? '', join(world.inbox, 'a copy.tif'));
    await world.backfill();
    expect(await world.told('webdav')).toMatchObject({ waiting: 3, failed: 0 });
    setBoth(world, true);
    await world.deliver();
    await world.expectNothingLost();
    expect((await world.ask('GET', `/${world.alias}/_doc/${waits}?_source=revision`)) as object).toMatchObject({
      _source: { revision: 3 },
    });
  });
});
