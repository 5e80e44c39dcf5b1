import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Asked, type Fault, type ProxyAnswer, some } from '../builders/fault-proxy.ts';
import { startOwnElasticsearch } from './elasticsearch.ts';
import { makeWorld, NO_SERVERS } from './world.ts';

const isBulk = ({ path }: Asked): boolean => path.startsWith('/_bulk');
/** The client takes no other server for Elasticsearch. */
const HEADERS = {
  'x-elastic-product': 'Elasticsearch',
  'content-type': 'application/vnd.elasticsearch+json;compatible-with=9',
};

function refusal(status: number, type: string, headers: Record<string, string> = {}): Fault {
  const body = JSON.stringify({ error: { type, reason: `said for this test: ${type}` }, status });
  return { answer: { status, headers: { ...HEADERS, ...headers }, body } };
}

/** Elasticsearch does the first half of a bulk request, and has no room in its queue for the rest. */
const HALF_IS_TOO_MUCH: Fault = {
  between: async (body, pass) => {
    const lines = body.toString().trimEnd().split('\n');
    // An action and its document are two lines.
    const half = 2 * Math.floor(lines.length / 4);
    const done = half > 0 ? await pass(Buffer.from(`${lines.slice(0, half).join('\n')}\n`)) : undefined;
    const items = done ? (JSON.parse(done.body ?? '{}') as { items: object[] }).items : [];
    const error = { type: 'es_rejected_execution_exception', reason: 'rejected execution of coordinating operation' };
    const refused = Array.from({ length: (lines.length - half) / 2 }, () => ({ index: { status: 429, error } }));
    return { status: 200, headers: HEADERS, body: JSON.stringify({ items: [...items, ...refused] }) };
  },
};

/** Something on the way makes a date of a document unreadable. */
function spoilDocument(id: string): Fault {
  return {
    between: async (body, pass): Promise<ProxyAnswer> => {
      const lines = body.toString().split('\n');
      const spoilt = lines.map((line) =>
        line.startsWith(`{"id":"${id}"`) ? line.replace(/"order":\d+/, '"order":"last"') : line,
      );
      return await pass(Buffer.from(spoilt.join('\n')));
    },
  };
}

describe.skipIf(NO_SERVERS !== undefined)('nothing is lost where Elasticsearch', () => {
  it('is killed in the middle of a bulk request, and started again with the same data', async () => {
    const data = mkdtempSync(join(tmpdir(), 'semantiff-elastic-'));
    const server = await startOwnElasticsearch('21900', data);
    onTestFinished(() => {
      server.stop();
      rmSync(data, { recursive: true, force: true });
    });
    const world = await makeWorld({
      elasticUrl: server.url,
      pictures: 6,
      settings: { SEMANTIFF_DELIVERY_BULK_DOCUMENTS: '2' },
    });
    // It may have done what it was asked, or not; nobody hears of it.
    const kill: Fault = {
      between: async (body, pass) => {
        const [answer] = await Promise.all([pass(body), server.kill()]);
        return answer;
      },
    };
    world.elastic.inject(some(1, isBulk, kill, 1));
    await world.backfill();
    expect(world.elastic.faults).toBe(1);
    expect((await world.told('elasticsearch')).waiting).toBeGreaterThan(0);
    await server.start();
    await world.deliver();
    await world.expectNothingLost();
  });

  it('has no room for half of a bulk request (429 for these documents)', async () => {
    const world = await makeWorld();
    world.elastic.inject(some(2, isBulk, HALF_IS_TOO_MUCH));
    await world.backfill();
    await world.deliver();
    expect(world.elastic.faults).toBe(2);
    await world.expectNothingLost();
  });

  const always = (fault: Fault) => (asked: Asked) => (isBulk(asked) ? fault : undefined);

  it.each([
    [429, 'circuit_breaking_exception'],
    [503, 'master_not_discovered_exception'],
  ])(
    'answers %i and Retry-After to every bulk request: the run itself goes on when that is over',
    async (status, type) => {
      const world = await makeWorld();
      world.elastic.inject(always(refusal(status, type, { 'retry-after': '1' })));
      const running = world.backfill();
      await expect
        .poll(async () => await world.told('elasticsearch'), { timeout: 60_000 })
        .toMatchObject({
          waiting: 3,
          oldest: { attempts: 0 },
          paused: { code: 'publish/busy', reason: expect.stringContaining(String(status)) },
        });
      world.elastic.inject(undefined);
      expect((await running).code).toBe(0);
      await world.expectNothingLost();
    },
  );

  it('answers 502 to every bulk request for a while', async () => {
    const world = await makeWorld();
    world.elastic.inject(always(refusal(502, 'unavailable_shards_exception')));
    await world.backfill();
    const told = await world.told('elasticsearch');
    expect(told).toMatchObject({ waiting: 3, failed: 0 });
    expect(told.why).toContain('502');
    world.elastic.inject(undefined);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('takes the key no more (401): the target is paused, no record pays for it', async () => {
    const world = await makeWorld();
    world.elastic.inject(always(refusal(401, 'security_exception')));
    await world.backfill();
    expect(await world.told('elasticsearch')).toMatchObject({
      waiting: 3,
      failed: 0,
      oldest: { attempts: 0 },
      paused: { code: 'publish/unauthorised' },
    });
    world.elastic.inject(undefined);
    await world.deliver();
    await world.expectNothingLost();
  });

  it('cannot map one document: it is kept, named by status with the reason, and the others are found', async () => {
    const world = await makeWorld();
    const id = world.originals[2]?.id ?? '';
    world.elastic.inject(always(spoilDocument(id)));
    await world.backfill();
    expect(await world.told('elasticsearch')).toMatchObject({ waiting: 0, failed: 1, delivered: 2 });
    expect(await world.told('webdav')).toMatchObject({ waiting: 0, failed: 0, delivered: 3 });
    const { stdout } = await world.run('status', '--target', 'elasticsearch');
    expect(stdout).toMatch(new RegExp(`failed +${id} +1 .*order`));
    world.elastic.inject(undefined);
    await world.run('retry', '--failed');
    await world.deliver();
    await world.expectNothingLost();
  });

  it('is read-only because its disk is full (flood stage)', async () => {
    const world = await makeWorld();
    await world.backfill();
    const block = (on: boolean | null): Promise<unknown> =>
      world.ask('PUT', `/${world.alias}/_settings`, { 'index.blocks.read_only_allow_delete': on });
    await block(true);
    await world.run('reprocess', '--all', '--workers', '1', '--no-classify');
    const told = await world.told('elasticsearch');
    expect(told).toMatchObject({ waiting: 3, failed: 0, oldest: { attempts: 0 }, paused: { code: 'publish/full' } });
    expect(told.why).toMatch(/read-only|flood-stage/);
    await block(null);
    await world.deliver();
    await world.expectNothingLost();
  });

  it.each(['swallow', 'reset', 'cut the request', 'cut the answer'] as const)(
    'or the way to it does to the first three bulk requests: %s',
    async (fault) => {
      const world = await makeWorld({ settings: { SEMANTIFF_INDEX_ELASTICSEARCH_TIMEOUT_S: '2' } });
      world.elastic.inject(some(3, isBulk, fault));
      await world.backfill();
      await world.deliver();
      expect(world.elastic.faults).toBe(3);
      await world.expectNothingLost();
    },
  );
});
