import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect as show } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { IngestError, IngestErrorCode } from '../../src/domain/errors.ts';
import type { PublishReport } from '../../src/publish/publisher.ts';
import type { WebdavAuth, WebdavOptions } from '../../src/publish/webdav/options.ts';
import { createWebdavPublisher } from '../../src/publish/webdav/webdav.ts';
import { storeRecord } from '../builders/stored-record.ts';
import { temporaryFolder } from '../builders/temporary-folder.ts';
import { canMakeCertificates, makeCertificate } from '../builders/test-certificate.ts';
import { webdavOptions } from '../builders/webdav-options.ts';
import type { Fault, Rule, WebdavServerOptions } from '../builders/webdav-server.ts';
import { rejection } from '../expect-ingest-error.ts';
import { calm, FOLDER, ID, NAME } from './publisher-suite.ts';
import { openWebdavTarget, type WebdavTarget } from './webdav-target.ts';

const FILES = { 'SE.h5': Buffer.alloc(300_000, 'pixels'), 'SE.jpg': 'picture' };
const NAMES = ['SE.h5', 'SE.jpg', 'record.json'];

const publish = (
  target: WebdavTarget,
  revision = 1,
  files: Record<string, string | Buffer> = FILES,
): Promise<PublishReport> => target.publisher.publish(storeRecord(temporaryFolder(), NAME, files, revision), calm());

const put = (fault: Fault, nth = 1): Rule => ({ method: 'PUT', nth, fault });

/** Publishes into a server with these faults; the failure, and the server as it is then, without the faults. */
async function failure(
  rules: Rule[],
  code: IngestErrorCode,
  said: Partial<WebdavOptions> = {},
  serving: WebdavServerOptions = {},
): Promise<{ target: WebdavTarget; error: IngestError }> {
  const target = await openWebdavTarget({ ...serving, rules }, { parallel: 1, ...said });
  const error = await rejection(publish(target), code);
  target.server.rules.length = 0;
  return { target, error };
}

/** What every failure must leave: no record to be seen, and a way on for the next try. */
async function expectSecondTryWorks(target: WebdavTarget): Promise<void> {
  expect(await target.names(FOLDER)).not.toContain('record.json');
  await publish(target);
  expect(await target.names(FOLDER)).toEqual(NAMES);
  expect((await target.read(`${FOLDER}/SE.h5`))?.equals(FILES['SE.h5'])).toBe(true);
}

describe('an answer of the server', () => {
  const cases: [number, IngestErrorCode, boolean][] = [
    [400, 'publish/refused', false],
    [401, 'publish/unauthorised', false],
    [403, 'publish/refused', false],
    [404, 'publish/refused', false],
    [408, 'publish/unreachable', true],
    [409, 'publish/refused', false],
    [412, 'publish/refused', false],
    [413, 'publish/refused', false],
    [423, 'publish/locked', true],
    [429, 'publish/busy', true],
    [500, 'publish/unreachable', true],
    [502, 'publish/unreachable', true],
    [503, 'publish/busy', true],
    [504, 'publish/unreachable', true],
    [507, 'publish/full', true],
  ];
  it.each(cases)('of %i to a PUT means %s, and the next try brings the record', async (status, code, retryable) => {
    const { target, error } = await failure([{ method: 'PUT', path: /SE|tmp/, fault: { status } }], code);
    expect(error).toMatchObject({ retryable, context: { status } });
    await expectSecondTryWorks(target);
  });

  it.each(['MKCOL', 'PROPFIND', 'MOVE'])('of 423 to a %s means locked', async (method) => {
    const { target } = await failure([{ method, fault: { status: 423 } }], 'publish/locked');
    await expectSecondTryWorks(target);
  });

  it.each(['MKCOL', 'PUT', 'MOVE'])('of 207 to a %s is no success where 423 stands inside', async (method) => {
    const part = (status: string): string =>
      `<D:response><D:href>/a</D:href><D:status>HTTP/1.1 ${status}</D:status></D:response>`;
    const body = `<D:multistatus xmlns:D="DAV:">${part('424 Failed Dependency')}${part('423 Locked')}</D:multistatus>`;
    const { target } = await failure([{ method, fault: { status: 207, body } }], 'publish/locked');
    await expectSecondTryWorks(target);
  });

  it.each([429, 503])('of %i carries what Retry-After says, in seconds', async (status) => {
    const { error } = await failure([put({ status, headers: { 'Retry-After': '17' } })], 'publish/busy');
    expect(error.context).toMatchObject({ retryAfterS: 17 });
  });

  it("carries a date in Retry-After as seconds, by the server's own clock", async () => {
    const headers = { Date: 'Wed, 01 May 2024 12:00:00 GMT', 'Retry-After': 'Wed, 01 May 2024 12:02:30 GMT' };
    const { error } = await failure([put({ status: 503, headers })], 'publish/busy');
    expect(error.context).toMatchObject({ retryAfterS: 150 });
  });

  it.each(['soon', '-5', ''])('carries no seconds where Retry-After says "%s"', async (text) => {
    const { error } = await failure([put({ status: 503, headers: { 'Retry-After': text } })], 'publish/busy');
    expect(error.context).not.toHaveProperty('retryAfterS');
  });

  it('that sends elsewhere is refused, for a stream and for a Buffer', async () => {
    for (const [method, nth] of [
      ['PUT', 1],
      ['PUT', 3],
      ['PROPFIND', 1],
    ] as const) {
      const fault = { status: 307, headers: { Location: '/dav/elsewhere' } };
      const target = await openWebdavTarget({ rules: [{ method, nth, fault }] }, { parallel: 1 });
      await rejection(publish(target), 'publish/refused');
      expect(await target.names(FOLDER)).not.toContain('record.json');
    }
  });

  it('with a web page in place of a listing is refused', async () => {
    await failure([{ method: 'PROPFIND', fault: { status: 200 } }], 'publish/refused');
  });

  it('of 502 to a MOVE over https names the proxy that must tell the server of TLS', async () => {
    const { error } = await failure([{ method: 'MOVE', fault: { status: 502 } }], 'publish/unreachable');
    expect(error.message).toContain('proxy');
  });
});

describe('a collection', () => {
  it.each(['apache', 'nginx'] as const)(
    'is made once for all files and records, on a server like %s',
    async (quirks) => {
      const target = await openWebdavTarget({ quirks });
      await publish(target);
      await publish(target, 2, { 'SE.r2.h5': 'second' });
      const made = target.server.seen.filter(({ method, status }) => method === 'MKCOL' && status === 201);
      expect(made.map(({ path }) => path)).toEqual([
        '/dav/records/',
        '/dav/records/ac/',
        '/dav/records/ac/9b/',
        `/dav/${FOLDER}/`,
      ]);
      expect(target.server.seen.filter(({ method }) => method === 'MKCOL')).toHaveLength(7);
    },
  );

  it.each(['apache', 'nginx'] as const)('that somebody removed is made again, on a server like %s', async (quirks) => {
    const first: Fault = { first: (store) => store.drop('/dav/records') };
    const target = await openWebdavTarget({ quirks, rules: [put(first, 1)] }, { parallel: 1 });
    await publish(target);
    expect(await target.names(FOLDER)).toEqual(NAMES);
  });

  it('that somebody removed with files in it never holds a record.json alone', async () => {
    for (const nth of [2, 3]) {
      const rules = [put({ first: (store) => store.drop('/dav/records') }, nth)];
      const { target, error } = await failure(rules, 'publish/corrupt');
      expect(error.retryable).toBe(true);
      await expectSecondTryWorks(target);
    }
  });

  it('that cannot be made is refused, after one more try of the same', async () => {
    const { target } = await failure([{ method: 'MKCOL', fault: { status: 409 } }], 'publish/refused');
    await expectSecondTryWorks(target);
  });

  it('of the URL that goes away in the middle is unreachable: no record is to blame', async () => {
    const away: Rule[] = ['MKCOL', 'PROPFIND'].map((method) => ({ method, fault: { status: 404 } }));
    const target = await openWebdavTarget({}, { parallel: 1 });
    target.server.rules.push({
      method: 'PROPFIND',
      nth: 1,
      fault: { first: () => void target.server.rules.push(...away) },
    });
    await rejection(publish(target), 'publish/unreachable');
    target.server.rules.length = 0;
    await expectSecondTryWorks(target);
  });

  it('of the URL that is missing is unreachable, not taken for a target without records', async () => {
    const target = await openWebdavTarget();
    const publisher = createWebdavPublisher(webdavOptions(`${target.server.url}/mistyped`));
    const stored = storeRecord(temporaryFolder(), NAME, FILES);
    await rejection(publisher.publish(stored, calm()), 'publish/unreachable');
    await rejection(publisher.check(calm()), 'publish/unreachable');
    await rejection(publisher.inspect(ID, { ...calm(), readBack: false }), 'publish/unreachable');
    const list = async (): Promise<void> => {
      for await (const id of publisher.list(calm())) expect(id).toBeUndefined();
    };
    await rejection(list(), 'publish/unreachable');
    await publisher.close();
  });

  it('that one record fails to make is made by the other that waits for it', async () => {
    const target = await openWebdavTarget({
      rules: [{ method: 'MKCOL', path: /records\/$/, nth: 1, fault: { status: 423 } }],
    });
    const records = ['b.tif', 'c.tif'].map((name) => storeRecord(temporaryFolder(), name, FILES));
    const both = await Promise.allSettled(records.map((record) => target.publisher.publish(record, calm())));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [failed] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(failed).toMatchObject({ code: 'publish/locked' });
  });
});

describe('a connection', () => {
  it('that never answers is given up after the time limit', async () => {
    const { target, error } = await failure([put('hang')], 'publish/unreachable', { timeoutS: 0.2 });
    expect(error).toMatchObject({ retryable: true, context: { systemCode: 'ETIMEDOUT' } });
    await expectSecondTryWorks(target);
  });

  it('is not given up while a bandwidth limit of our own holds it', async () => {
    const target = await openWebdavTarget({}, { timeoutS: 0.2, maxBytesPerS: 300_000 });
    const startedAtMs = performance.now();
    await publish(target);
    // 300 kB, less the quarter of a second that a fresh bucket holds.
    expect(performance.now() - startedAtMs).toBeGreaterThan(600);
    expect(await target.names(FOLDER)).toEqual(NAMES);
  });

  it.each([1, 2, 3])('that breaks in the middle of upload %i is unreachable, and the next try goes on', async (nth) => {
    const { target } = await failure([put({ resetAfterBytes: 3 }, nth)], 'publish/unreachable');
    await expectSecondTryWorks(target);
  });

  it.each(['PUT', 'MOVE', 'MKCOL'])('that loses the answer to a %s leaves what the next try finds', async (method) => {
    const { target } = await failure([{ method, nth: 1, fault: 'lose-answer' }], 'publish/unreachable');
    const sentBefore = target.server.seen.filter((seen) => seen.method === 'PUT').length;
    await expectSecondTryWorks(target);
    const sent = target.server.seen.filter((seen) => seen.method === 'PUT').length - sentBefore;
    // The whole file that arrived is not sent again: as a temporary (PUT) or under its name (MOVE).
    expect(sent).toBe(method === 'MKCOL' ? 3 : 2);
  });

  it('that breaks in the middle of an answer is unreachable', async () => {
    await failure([{ method: 'PROPFIND', nth: 2, fault: 'cut-answer' }], 'publish/unreachable');
    const cut: Rule = { method: 'GET', fault: 'cut-answer' };
    await failure([cut], 'publish/unreachable', { verify: 'readback' });
  });

  it.each([
    ['http://127.0.0.1:1/dav', 'ECONNREFUSED'],
    ['http://no-such-host.invalid/dav', 'ENOTFOUND'],
  ])('to %s is unreachable', async (url, systemCode) => {
    const publisher = createWebdavPublisher(webdavOptions(url));
    const error = await rejection(publisher.check(calm()), 'publish/unreachable');
    expect(error.retryable).toBe(true);
    if (systemCode === 'ECONNREFUSED') expect(error.context).toMatchObject({ systemCode });
  });

  it.skipIf(!canMakeCertificates)(
    'with TLS is trusted by the authority that the options name, and by no other',
    async () => {
      const tls = makeCertificate();
      const target = await openWebdavTarget({ tls }, { ca: tls.cert });
      await publish(target);
      expect(await target.names(FOLDER)).toEqual(NAMES);
      const strange = createWebdavPublisher(webdavOptions(target.server.url));
      const error = await rejection(strange.check(calm()), 'publish/unreachable');
      expect(error.context).toMatchObject({ systemCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
      await strange.close();
    },
  );

  it('is stopped by its caller in the middle of an upload', async () => {
    const target = await openWebdavTarget({ rules: [put('hang')] });
    const stop = new AbortController();
    const publishing = target.publisher.publish(storeRecord(temporaryFolder(), NAME, FILES), { signal: stop.signal });
    await expect.poll(() => target.server.seen.some(({ method }) => method === 'PUT')).toBe(true);
    stop.abort(new Error('the program ends'));
    await expect(publishing).rejects.toThrow('the program ends');
  });
});

describe('a content that arrives wrong', () => {
  const shorter: Fault = { store: (sent) => sent.subarray(1) };
  const other: Fault = { store: (sent) => Buffer.alloc(sent.length, 'x') };

  it.each([1, 2, 3])('by its size is found for upload %i, and removed', async (nth) => {
    const { target, error } = await failure([put(shorter, nth)], 'publish/corrupt');
    expect(error.retryable).toBe(true);
    expect((await target.names(FOLDER)).filter((name) => name.includes('tmp'))).toEqual([]);
    await expectSecondTryWorks(target);
  });

  it.each([1, 2, 3])('by its bytes is found for upload %i when it is read back, and removed', async (nth) => {
    const { target } = await failure([put(other, nth)], 'publish/corrupt', { verify: 'readback' });
    expect((await target.names(FOLDER)).filter((name) => name.includes('tmp'))).toEqual([]);
    await expectSecondTryWorks(target);
  });

  it.each(['oc-header', 'oc-property', 'x-hash', 'digest', 'repr-digest'] as const)(
    "by its bytes is found by the server's checksum: %s",
    async (checksums) => {
      const { target } = await failure([put(other)], 'publish/corrupt', { verify: 'checksum' }, { checksums });
      await expectSecondTryWorks(target);
    },
  );

  it('by its bytes is not found where the server states no checksum: sizes are all there is, and check says so', async () => {
    const target = await openWebdavTarget({ rules: [put(other)] }, { verify: 'checksum', parallel: 1 });
    await publish(target);
    expect(await target.names(FOLDER)).toEqual(NAMES);
    expect(await target.publisher.check(calm())).toMatch(/no checksum of its own/);
  });

  it('is found among files that were there before, when they are read back', async () => {
    const target = await openWebdavTarget({}, { verify: 'readback' });
    await target.plant(`${FOLDER}/SE.jpg`, 'PICTURE');
    await publish(target);
    expect((await target.read(`${FOLDER}/SE.jpg`))?.toString()).toBe('picture');
  });

  it('is never visible as record.json of the next revision', async () => {
    const target = await openWebdavTarget({}, { parallel: 1 });
    await publish(target);
    target.server.rules.push(put(other, 2));
    await publish(target, 2, { 'SE.r2.jpg': 'second' }).catch(() => undefined);
    target.server.rules.push(put(shorter, 1));
    await publish(target, 3, {}).catch(() => undefined);
    target.server.rules.length = 0;
    await publish(target, 3, {});
    expect(await target.names(FOLDER)).toEqual(['record.json']);
  });

  it.each([
    ['other bytes', (path: string) => writeFileSync(path, Buffer.alloc(300_000, 'other'))],
    ['fewer bytes', (path: string) => writeFileSync(path, Buffer.alloc(200_000, 'pixels'))],
    ['more bytes', (path: string) => writeFileSync(path, Buffer.alloc(400_000, 'pixels'))],
    ['no file', (path: string) => rmSync(path)],
  ])('because it changed in REPO after it was checked is not published: %s', async (_, change) => {
    const stored = storeRecord(temporaryFolder(), NAME, FILES);
    const first: Fault = { first: () => change(join(stored.folder, 'SE.h5')) };
    const target = await openWebdavTarget({ rules: [{ method: 'MKCOL', nth: 1, fault: first }] }, { parallel: 1 });
    await rejection(target.publisher.publish(stored, calm()), 'publish/source');
    expect(await target.names(FOLDER)).toEqual([]);
  });
});

describe('credentials', () => {
  const secret = 'pä$$wörd 日本 "x"';
  const good: Record<string, WebdavAuth> = {
    basic: { kind: 'basic', username: 'jürgen', password: secret },
    digest: { kind: 'digest', username: 'jürgen', password: secret },
    bearer: { kind: 'bearer', token: 'abc.def.ghi' },
  };
  const serving = (kind: string, more = {}): WebdavServerOptions =>
    kind === 'bearer'
      ? { auth: { kind, token: 'abc.def.ghi' } }
      : { auth: { kind: kind as 'basic' | 'digest', username: 'jürgen', password: secret, ...more } };

  it.each(Object.entries(good))('of the kind %s are accepted, also outside ASCII', async (kind, auth) => {
    const target = await openWebdavTarget(serving(kind), { auth });
    await publish(target);
    expect(await target.names(FOLDER)).toEqual(NAMES);
  });

  it.each([{ algorithm: 'SHA-256' }, { usesOfNonce: 1 }, { usesOfNonce: 2 }, { usesOfNonce: 3 }])(
    'of the kind digest bring streams whole with %o',
    async (more) => {
      const target = await openWebdavTarget(serving('digest', more), good['digest'] && { auth: good['digest'] });
      await publish(target);
      expect((await target.read(`${FOLDER}/SE.h5`))?.equals(FILES['SE.h5'])).toBe(true);
    },
  );

  const wrong: Record<string, WebdavAuth> = {
    none: { kind: 'none' },
    basic: { kind: 'basic', username: 'jürgen', password: 'not this' },
    digest: { kind: 'digest', username: 'jürgen', password: 'not this' },
    bearer: { kind: 'bearer', token: 'not.this' },
  };
  const against = [
    ['none', 'basic'],
    ['basic', 'basic'],
    ['digest', 'digest'],
    ['digest', 'basic'],
    ['basic', 'digest'],
    ['bearer', 'bearer'],
  ] as const;
  it.each(against)('of the kind %s that are wrong are told of, against %s', async (kind, server) => {
    const target = await openWebdavTarget(serving(server), { auth: wrong[kind] ?? { kind: 'none' } });
    for (const call of [() => publish(target), () => target.publisher.check(calm())]) {
      const error = await rejection(call(), 'publish/unauthorised');
      expect(error.retryable).toBe(false);
      const said = show(error, { depth: 9, showHidden: true, getters: true });
      expect(said).not.toContain('not this');
      expect(said).not.toContain(Buffer.from('jürgen:not this').toString('base64'));
      expect(said).not.toContain('not.this');
    }
    expect(target.server.store.nodes.size).toBe(1);
  });

  it('that expire between two uploads are told of', async () => {
    const { target } = await failure([put({ status: 401 }, 2)], 'publish/unauthorised');
    await expectSecondTryWorks(target);
  });

  it('are in no failure of the network either', async () => {
    const target = await openWebdavTarget(
      { rules: [put('lose-answer')] },
      { auth: { kind: 'bearer', token: 'geheim' } },
    );
    const error = await rejection(publish(target), 'publish/unreachable');
    expect(show(error, { depth: 9, showHidden: true })).not.toContain('geheim');
    expect(show(target.publisher, { depth: 9, showHidden: true })).not.toContain('geheim');
  });

  it.each([
    'http://user:geheim@127.0.0.1/dav',
    'https://127.0.0.1/dav?token=geheim',
    'geheim',
    'ftp://127.0.0.1/geheim',
  ])('in a URL are refused and not repeated: %s', async (url) => {
    const error = await rejection((async () => createWebdavPublisher(webdavOptions(url)))(), 'config/invalid');
    expect(show(error, { depth: 9 })).not.toContain('geheim');
  });
});

describe('requests', () => {
  it('are as servers want them: a stated length, closing slashes of collections, absolute destinations, a name of ours', async () => {
    const target = await openWebdavTarget();
    await publish(target);
    const { seen } = target.server;
    const of = (method: string): typeof seen => seen.filter((one) => one.method === method);
    expect(of('PUT').map(({ headers }) => headers['content-length'])).toContain('300000');
    expect(of('PUT').some(({ headers }) => 'transfer-encoding' in headers)).toBe(false);
    expect(of('PUT').every(({ headers }) => !('oc-checksum' in headers))).toBe(true);
    expect(of('MKCOL').every(({ path }) => path.endsWith('/'))).toBe(true);
    expect(of('MOVE').every(({ headers }) => String(headers['destination']).startsWith('http://127.0.0.1'))).toBe(true);
    expect(of('MOVE').every(({ headers }) => headers['overwrite'] === 'F')).toBe(true);
    expect(of('PROPFIND').every(({ headers }) => headers['depth'] === '0' || headers['depth'] === '1')).toBe(true);
    expect(seen.every(({ headers }) => headers['user-agent'] === 'semantiff/test')).toBe(true);
  });

  it('replace record.json by a PUT over it, never by a MOVE, once a temporary copy was proved', async () => {
    const target = await openWebdavTarget();
    await publish(target);
    target.server.seen.length = 0;
    await publish(target, 2, FILES);
    const changing = target.server.seen.filter(({ method }) => ['PUT', 'MOVE', 'DELETE'].includes(method));
    expect(
      changing.map(({ method, path }) => `${method} ${/tmp/.test(path) ? 'temporary' : path.split('/').at(-1)}`),
    ).toEqual(['PUT temporary', 'PUT record.json', 'DELETE temporary']);
  });

  it('of two programs that bring the same record at once both end well', async () => {
    const target = await openWebdavTarget();
    const other = createWebdavPublisher(webdavOptions(target.server.url));
    const stored = storeRecord(temporaryFolder(), NAME, FILES);
    const both = await Promise.allSettled([target.publisher.publish(stored, calm()), other.publish(stored, calm())]);
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true);
    await other.publish(stored, calm());
    expect(await target.names(FOLDER)).toEqual(NAMES);
    await other.close();
  });

  it('for files are never more at once than the options say, over all records', async () => {
    let open = 0;
    let most = 0;
    const target = await openWebdavTarget({}, { parallel: 2 });
    const files = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`${index}.txt`, `file ${index}`]));
    const count = (change: number) => (): void => {
      open += change;
      most = Math.max(most, open);
    };
    target.server.rules.push(
      { method: 'PUT', fault: { first: count(1) } },
      { method: 'MOVE', fault: { first: count(-1) } },
    );
    const names = ['b.tif', 'c.tif', 'd.tif'];
    await Promise.all(
      names.map((name) => target.publisher.publish(storeRecord(temporaryFolder(), name, files), calm())),
    );
    expect(most).toBe(2);
  });
});
