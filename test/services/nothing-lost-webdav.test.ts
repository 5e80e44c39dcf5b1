import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Asked, type Fault, some } from '../builders/fault-proxy.ts';
import { makeWorld, NO_SERVERS, type World } from './world.ts';

const isPut = ({ method }: Asked): boolean => method === 'PUT';
const isMove = ({ method }: Asked): boolean => method === 'MOVE';
/** One record after the other, one file after the other: what is in the middle is known. */
const ONE_BY_ONE = { SEMANTIFF_DELIVERY_RECORDS_AT_ONCE: '1', SEMANTIFF_PUBLISH_WEBDAV_PARALLEL: '1' };

/** Lets the request pass once something has happened. */
function meanwhile(work: () => Promise<unknown> | undefined): Fault {
  return {
    between: async (body, pass) => {
      await work();
      return await pass(body);
    },
  };
}

async function expectWaiting(world: World, why: RegExp, waiting = 3): Promise<void> {
  const told = await world.told('webdav');
  expect(told).toMatchObject({ waiting, failed: 0 });
  expect(told.why).toMatch(why);
}

describe.skipIf(NO_SERVERS !== undefined)('nothing is lost where the WebDAV server', () => {
  it('has no fault', async () => {
    const world = await makeWorld();
    const { code, stderr } = await world.backfill();
    expect(code, stderr).toBe(0);
    await world.expectNothingLost();
  });

  it('takes another password in the middle: the target is paused, no record pays for it', async () => {
    const world = await makeWorld({
      apache: ['--user', 'sem', '--password', 'old'],
      settings: {
        ...ONE_BY_ONE,
        SEMANTIFF_PUBLISH_WEBDAV_USER: 'sem',
        SEMANTIFF_PUBLISH_WEBDAV_PASSWORD: 'old',
      },
    });
    // Apache looks into this file at each request.
    const change = meanwhile(async () => {
      const sha1 = createHash('sha1').update('new').digest('base64');
      writeFileSync(join(world.apache.state, 'users.basic'), `sem:{SHA}${sha1}\n`);
    });
    world.webdav.inject(some(1, isPut, change, 8));
    const { stdout } = await world.backfill();
    expect(stdout).toMatch(/wait for target webdav: .*not accepted/);
    const told = await world.told('webdav');
    expect(told).toMatchObject({ failed: 0, oldest: { attempts: 0 }, paused: { code: 'publish/unauthorised' } });
    expect(told.delivered).toBeLessThan(3);
    expect((await world.run('deliver')).stdout).toContain('not accepted');
    world.settings['SEMANTIFF_PUBLISH_WEBDAV_PASSWORD'] = 'new';
    await world.deliver();
    await world.expectNothingLost();
  });

  it('refuses one record with 403: that one is set aside and named, the others arrive', async () => {
    const world = await makeWorld();
    const id = world.originals[1]?.id ?? '';
    world.webdav.inject(({ method, path }) => {
      return method === 'PUT' && path.includes(id) ? { answer: { status: 403 } } : undefined;
    });
    await world.backfill();
    expect(await world.told('webdav')).toMatchObject({ waiting: 0, failed: 1, delivered: 2 });
    expect(await world.told('elasticsearch')).toMatchObject({ waiting: 1, delivered: 2 });
    const { stdout } = await world.run('status', '--target', 'webdav');
    expect(stdout).toMatch(new RegExp(`failed +${id} +1 .*403`));
    world.webdav.inject(undefined);
    await world.run('retry', '--failed', '--target', 'webdav');
    await world.deliver();
    await world.expectNothingLost();
  });

  it('has the parent collection of a record removed in between (409): it is made again', async () => {
    const world = await makeWorld({ settings: ONE_BY_ONE });
    const records = join(world.apache.data, 'sem/records');
    const remove = meanwhile(async () => rmSync(records, { recursive: true }));
    world.webdav.inject(some(1, isPut, remove, 2));
    await world.backfill();
    expect(world.webdav.faults).toBe(1);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('has the configured collection moved away and back (404): everything waits', async () => {
    const world = await makeWorld({ settings: ONE_BY_ONE });
    const [sem, away] = ['sem', 'away'].map((name) => join(world.apache.data, name)) as [string, string];
    world.webdav.inject(
      some(
        1,
        isPut,
        meanwhile(async () => renameSync(sem, away)),
        2,
      ),
    );
    await world.backfill();
    await expectWaiting(world, /not there|404|409/);
    renameSync(away, sem);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('has another file under the name of ours (412)', async () => {
    const world = await makeWorld({ settings: ONE_BY_ONE });
    world.webdav.inject((asked) => {
      if (!isMove(asked) || world.webdav.faults > 0) return undefined;
      return meanwhile(async () => writeFileSync(join(world.apache.data, asked.destination), 'of somebody else'));
    });
    await world.backfill();
    expect(world.webdav.faults).toBe(1);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('says 412 to a MOVE although nothing is in its way', async () => {
    const world = await makeWorld();
    world.webdav.inject(some(2, isMove, { answer: { status: 412 } }));
    await world.backfill();
    expect(world.webdav.faults).toBe(2);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('is locked by somebody (423), and unlocked', async () => {
    const world = await makeWorld();
    const collection = `${world.apache.url}sem/`;
    const body =
      '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const lock = await fetch(collection, {
      method: 'LOCK',
      headers: { Depth: 'infinity', Timeout: 'Second-600' },
      body,
    });
    await world.backfill();
    await expectWaiting(world, /423/);
    const headers = { 'Lock-Token': lock.headers.get('lock-token') ?? '' };
    expect((await fetch(collection, { method: 'UNLOCK', headers })).status).toBe(204);
    await world.deliver();
    await world.expectNothingLost();
  });

  it.each([
    ['429', 'toomany'],
    ['503', 'busy'],
  ])('says %s and Retry-After to everything: the run itself goes on when that is over', async (status, flag) => {
    const world = await makeWorld();
    const file = join(world.apache.state, 'flags', flag);
    writeFileSync(file, '');
    const running = world.backfill();
    await expect
      .poll(async () => await world.told('webdav'), { timeout: 60_000 })
      .toMatchObject({
        waiting: 3,
        oldest: { attempts: 0 },
        paused: { code: 'publish/busy', reason: expect.stringContaining(status) },
      });
    rmSync(file);
    expect((await running).code).toBe(0);
    await world.expectNothingLost();
  });

  it('says 503 and Retry-After without end: the run ends, and what waits is kept', async () => {
    const world = await makeWorld();
    const file = join(world.apache.state, 'flags/busy');
    writeFileSync(file, '');
    expect((await world.backfill()).stdout).toMatch(/3 records wait for target webdav: .*503/);
    rmSync(file);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('says that it is full (507), until somebody makes room', async () => {
    const world = await makeWorld();
    const file = join(world.apache.state, 'flags/full');
    writeFileSync(file, '');
    await world.backfill();
    await expectWaiting(world, /507/);
    expect(await world.told('webdav')).toMatchObject({ oldest: { attempts: 0 }, paused: { code: 'publish/full' } });
    rmSync(file);
    await world.deliver();
    await world.expectNothingLost();
  });

  it.skipIf(process.getuid?.() !== 0)('has a disk that is really full, until somebody makes room', async () => {
    const world = await makeWorld({ apache: ['--quota', '1m'], settings: ONE_BY_ONE });
    await world.backfill();
    const told = await world.told('webdav');
    expect(told).toMatchObject({ failed: 0, paused: { code: 'publish/full' } });
    expect(told.why).toContain('507');
    expect(told.delivered).toBeLessThan(3);
    execFileSync('mount', ['-o', 'remount,size=20m', world.apache.data]);
    await world.deliver();
    await world.expectNothingLost();
  });

  it.each(['swallow', 'reset', 'cut the request', 'cut the answer'] as const)(
    'or the way to it does to one request in five: %s',
    async (fault) => {
      const world = await makeWorld();
      let seen = 0;
      world.webdav.inject(() => {
        seen += 1;
        return seen % 5 === 0 && seen <= 60 ? fault : undefined;
      });
      await world.backfill();
      await world.deliver();
      expect(world.webdav.faults).toBeGreaterThan(3);
      await world.expectNothingLost();
    },
  );

  it('stores other bytes of the same number than were sent: they are sent again', async () => {
    const world = await makeWorld({ settings: { SEMANTIFF_PUBLISH_WEBDAV_VERIFY: 'readback' } });
    const spoil: Fault = {
      between: async (body, pass) => await pass(Buffer.concat([body.subarray(0, -1), Buffer.from('?')])),
    };
    world.webdav.inject(some(3, isPut, spoil));
    await world.backfill();
    expect(world.webdav.faults).toBe(3);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('has a certificate that only its own authority knows', async () => {
    const world = await makeWorld({ apache: ['--tls'] });
    world.settings['SEMANTIFF_PUBLISH_WEBDAV_URL'] = `${world.apache.url}sem/`;
    await world.backfill();
    await expectWaiting(world, /SELF_SIGNED/);
    world.settings['SEMANTIFF_PUBLISH_WEBDAV_CA_FILE'] = join(world.apache.state, 'cert.pem');
    await world.deliver();
    await world.expectNothingLost();
  });

  it('is stopped in the middle of an upload, and started again', async () => {
    const world = await makeWorld();
    world.webdav.inject(
      some(
        1,
        isPut,
        meanwhile(() => world.apache.stop()),
        5,
      ),
    );
    await world.backfill();
    const { failed, waiting } = await world.told('webdav');
    expect(failed).toBe(0);
    expect(waiting).toBeGreaterThan(0);
    await world.apache.start();
    await world.deliver();
    await world.expectNothingLost();
  });
});
