import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { WebdavOptions } from '../../src/publish/webdav/options.ts';
import { createWebdavPublisher } from '../../src/publish/webdav/webdav.ts';
import { type HttpTarget, openHttpTarget } from '../builders/http-target.ts';
import { storeRecord } from '../builders/stored-record.ts';
import { temporaryFolder } from '../builders/temporary-folder.ts';
import { webdavOptions } from '../builders/webdav-options.ts';
import { calm, describePublisher, FOLDER, NAME, type TestTarget } from '../contract/publisher-suite.ts';
import { rejection } from '../expect-ingest-error.ts';
import { sharedDir } from '../shared-folder.ts';
import { startService, stopServices, type WebdavService } from './webdav-service.ts';

const given = process.env['SEMANTIFF_TEST_WEBDAV_URL'];
const canStart = given === undefined && sharedDir() !== undefined;
const WHY_NOT = canStart ? '' : ' (left out: it is started from ../shared, which is not there or not asked for)';

const FILES = { 'SE.h5': Buffer.alloc(2_000_000, 'pixels'), 'SE.jpg': 'picture' };
const NAMES = ['SE.h5', 'SE.jpg', 'record.json'];

type RealTarget = TestTarget & HttpTarget;

async function open(base: string, said: Partial<WebdavOptions> = {}): Promise<RealTarget> {
  const target = await openHttpTarget(base);
  const publisher = createWebdavPublisher(webdavOptions(target.url, said));
  onTestFinished(async () => {
    await publisher.close();
    await target.drop();
  });
  return { ...target, publisher };
}

/** A publisher at the server's root, for servers that let nobody else in. */
function openRoot(url: string, said: Partial<WebdavOptions>): ReturnType<typeof createWebdavPublisher> {
  const publisher = createWebdavPublisher(webdavOptions(url, said));
  onTestFinished(() => publisher.close());
  return publisher;
}

const stored = (files: Record<string, string | Buffer> = FILES, revision = 1): ReturnType<typeof storeRecord> =>
  storeRecord(temporaryFolder(), NAME, files, revision);

afterAll(stopServices);

describe.skipIf(given === undefined)('the server of SEMANTIFF_TEST_WEBDAV_URL, which need not be set', () => {
  const base = `${given?.replace(/\/$/, '')}/`;
  describePublisher('it, read back', () => open(base, { verify: 'readback' }));
  describeServer(() => base);
});

describe.skipIf(!canStart).each(['apache', 'nginx'] as const)(`a real server${WHY_NOT}: %s`, (kind) => {
  let service: WebdavService;
  beforeAll(async () => {
    service = await startService(kind);
  });

  describePublisher('it, sizes compared', () => open(service.url));
  describePublisher('it, read back', () => open(service.url, { verify: 'readback' }));
  describeServer(() => service.url);

  it.each([
    ['busy', 'publish/busy', 1],
    ['toomany', 'publish/busy', 1],
    ['full', 'publish/full', undefined],
  ] as const)('that says %s is told of as %s, with Retry-After %s', async (flag, code, retryAfterS) => {
    const target = await open(service.url);
    const path = join(service.state, 'flags', flag);
    writeFileSync(path, '');
    const error = await rejection(target.publisher.publish(stored(), calm()), code).finally(() => rmSync(path));
    expect(error.retryable).toBe(true);
    expect(error.context['retryAfterS']).toBe(retryAfterS);
    await target.publisher.publish(stored(), calm());
    expect(await target.names(FOLDER)).toEqual(NAMES);
  });

  it('takes a file of 64 MiB in a stream, with little memory', async () => {
    const target = await open(service.url);
    const files = { 'SE.h5': Buffer.alloc(64 << 20, 'pixels') };
    const record = stored(files);
    const before = process.memoryUsage().rss;
    await target.publisher.publish(record, calm());
    expect(process.memoryUsage().rss - before).toBeLessThan(48 << 20);
    expect((await target.ask('HEAD', `${FOLDER}/SE.h5`)).headers.get('content-length')).toBe(String(64 << 20));
  });
});

/** What was seen of both servers, as far as a publisher meets it. */
function describeServer(base: () => string): void {
  it('makes collections again that somebody removed', async () => {
    const target = await open(base());
    const record = stored();
    await target.publisher.publish(record, calm());
    // Files that go there at the same time meet it together, in one order or another.
    for (let round = 0; round < 30; round++) {
      await target.ask('DELETE', 'records/');
      await target.publisher.publish(record, calm());
      expect(await target.names(FOLDER)).toEqual(NAMES);
    }
  });

  it('keeps the old revision whole, and no part of a new one, when an upload is cut off', async () => {
    const target = await open(base(), { maxBytesPerS: 2_000_000 });
    await target.publisher.publish(stored({ 'SE.jpg': 'picture' }), calm());
    const before = await target.read(`${FOLDER}/record.json`);
    const signal = AbortSignal.timeout(200);
    const next = stored({ 'SE.r2.h5': FILES['SE.h5'], 'SE.r2.jpg': 'second' }, 2);
    await expect(target.publisher.publish(next, { signal })).rejects.toThrow();
    expect(await target.names(FOLDER)).not.toContain('SE.r2.h5');
    expect(await target.read(`${FOLDER}/SE.jpg`)).toEqual(Buffer.from('picture'));
    expect(await target.read(`${FOLDER}/record.json`)).toEqual(before);
  });

  it('has record.json replaced while others read it: they see the old or the new one, whole', async () => {
    const target = await open(base());
    await target.publisher.publish(stored({ 'SE.jpg': 'picture' }), calm());
    const seen = new Set<unknown>();
    const done = new AbortController();
    const read = async (): Promise<void> => {
      while (!done.signal.aborted) {
        seen.add(JSON.parse((await target.read(`${FOLDER}/record.json`))?.toString() ?? '{}').revision);
      }
    };
    const reading = read();
    for (let revision = 2; revision <= 12; revision++) {
      await target.publisher.publish(stored({ 'SE.jpg': 'picture' }, revision), calm());
    }
    done.abort();
    await reading;
    expect(seen).not.toContain(undefined);
    expect(seen.size).toBeGreaterThan(1);
  });

  it('states no checksum, so that sizes are compared, and check says so', async () => {
    const target = await open(base(), { verify: 'checksum' });
    await target.publisher.publish(stored(), calm());
    expect(await target.publisher.check(calm())).toMatch(/no checksum of its own|by the server's/);
  });

  it('that holds a lock on record.json is locked, and free when the lock is gone', async () => {
    const target = await open(base());
    await target.publisher.publish(stored({ 'SE.jpg': 'picture' }), calm());
    const body =
      '<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>';
    const lock = await target.ask('LOCK', `${FOLDER}/record.json`, { Timeout: 'Second-60' }, body);
    await rejection(target.publisher.publish(stored({ 'SE.jpg': 'picture' }, 2), calm()), 'publish/locked');
    await target.ask('UNLOCK', `${FOLDER}/record.json`, { 'Lock-Token': lock.headers.get('lock-token') ?? '' });
    await target.publisher.publish(stored({ 'SE.jpg': 'picture' }, 2), calm());
    expect((await target.names(FOLDER)).toSorted()).toEqual(['SE.jpg', 'record.json']);
  });

  it('is shared by two programs that bring the same record at once', async () => {
    const target = await open(base());
    const other = createWebdavPublisher(webdavOptions(target.url));
    await Promise.allSettled([target.publisher.publish(stored(), calm()), other.publish(stored(), calm())]);
    await other.publish(stored(), calm());
    expect(await target.names(FOLDER)).toEqual(NAMES);
    await other.close();
  });
}

describe.skipIf(!canStart)(`servers with other settings${WHY_NOT}`, () => {
  const password = 'pä$$wörd';
  const basic = { kind: 'basic', username: 'sem', password } as const;
  const digest = { kind: 'digest', username: 'sem', password } as const;

  it.each(['apache', 'nginx'] as const)(
    '%s takes a Basic password outside ASCII, and refuses a wrong one',
    async (kind) => {
      const { url } = await startService(kind, ['--user', 'sem', '--password', password]);
      const publisher = openRoot(url, { auth: basic });
      await publisher.publish(stored(), calm());
      expect(await publisher.publish(stored(), calm())).toMatchObject({ filesSent: 0 });
      for (const auth of [{ ...basic, password: 'wrong' }, digest, { kind: 'none' } as const]) {
        await rejection(openRoot(url, { auth }).publish(stored(), calm()), 'publish/unauthorised');
      }
    },
  );

  it('Apache takes Digest, whole files in streams, and a wrong password is told of', async () => {
    const { url } = await startService('apache', ['--user', 'sem', '--password', password, '--digest']);
    const publisher = openRoot(url, { auth: digest, verify: 'readback' });
    expect(await publisher.publish(stored(), calm())).toMatchObject({ filesSent: 3 });
    for (const auth of [{ ...digest, password: 'wrong' }, basic]) {
      await rejection(openRoot(url, { auth }).publish(stored(), calm()), 'publish/unauthorised');
    }
  });

  it.each(['apache', 'nginx'] as const)('%s over TLS is trusted by its certificate only', async (kind) => {
    const { url, state } = await startService(kind, ['--tls']);
    const ca = readFileSync(join(state, 'cert.pem'), 'utf8');
    expect(await openRoot(url, { ca }).publish(stored(), calm())).toMatchObject({ filesSent: 3 });
    const error = await rejection(openRoot(url, {}).publish(stored(), calm()), 'publish/unreachable');
    expect(error.context).toMatchObject({ systemCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });

  it.each(['apache', 'nginx'] as const)('%s refuses a file over its size limit, without a trace', async (kind) => {
    const { url } = await startService(kind, ['--max-body', '1000000']);
    const target = await open(url);
    const error = await rejection(target.publisher.publish(stored(), calm()), 'publish/refused');
    expect(error.context).toMatchObject({ status: 413 });
    expect(await target.names(FOLDER)).not.toContain('record.json');
  });

  const isRoot = process.getuid?.() === 0;
  // nginx says 500 of a full disk, which may be anything; it is tried again.
  it.skipIf(!isRoot).each([
    ['apache', 'publish/full'],
    ['nginx', 'publish/unreachable'],
  ] as const)('%s on a full disk: %s', async (kind, code) => {
    const { url } = await startService(kind, ['--quota', '1m']);
    const target = await open(url);
    const error = await rejection(target.publisher.publish(stored(), calm()), code);
    expect(error.retryable).toBe(true);
    await target.publisher.publish(stored({ 'SE.jpg': 'picture' }), calm());
    expect(await target.names(FOLDER)).toEqual(['SE.jpg', 'record.json']);
  });

  it('nginx that makes collections by itself is served all the same', async () => {
    const { url } = await startService('nginx', ['--create-full-path']);
    const target = await open(url);
    await target.publisher.publish(stored(), calm());
    expect(await target.names(FOLDER)).toEqual(NAMES);
  });
});
