import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  PROMOTION_FILE,
  type Promotion,
  readPromotions,
  recordPromotion,
  recordRollback,
  refOf,
} from '../../../src/classify/promotion.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const AT = '2026-03-01T08:00:00.000Z';

function promotion(name: string, more: Partial<Promotion> = {}): Promotion {
  return { name, version: '1', sha256: name.charCodeAt(0).toString(16).repeat(32), at: AT, ...more };
}

async function names(folder: string): Promise<string[]> {
  return (await readPromotions(folder)).promoted.map(({ name }) => name);
}

async function rollBack(folder: string): Promise<void> {
  const expected = (await readPromotions(folder)).promoted.at(-1) as Promotion;
  await recordRollback(folder, { expected, at: AT, reason: 'it was wrong' });
}

describe('promotions', () => {
  it('are none where nobody promoted a model', async () => {
    expect(await readPromotions(join(temporaryFolder(), 'models'))).toEqual({
      schemaVersion: 1,
      promoted: [],
      history: [],
    });
  });

  it('go back one by one, and everything stands in the history', async () => {
    const folder = join(temporaryFolder(), 'models');
    const a = promotion('a');
    await recordPromotion(folder, a);
    await recordPromotion(folder, promotion('b', { reason: 'new lens', previous: refOf(a), forced: true }));
    await recordPromotion(folder, promotion('c'));
    expect(await names(folder)).toEqual(['a', 'b', 'c']);
    await rollBack(folder);
    await rollBack(folder);
    expect(await names(folder)).toEqual(['a']);
    await rollBack(folder);
    const { promoted, history } = await readPromotions(folder);
    expect(promoted).toEqual([]);
    expect(history.map(({ action, model }) => [action, model?.name])).toEqual([
      ['promote', 'a'],
      ['promote', 'b'],
      ['promote', 'c'],
      ['rollback', 'b'],
      ['rollback', 'a'],
      ['rollback', undefined],
    ]);
    expect(history[1]).toMatchObject({ reason: 'new lens', forced: true, previous: { name: 'a' } });
    expect(history[3]).toMatchObject({ reason: 'it was wrong', previous: { name: 'c' } });
    expect(readdirSync(folder).filter((name) => name.includes('.tmp-'))).toEqual([]);
  });

  it('refuse to roll back what another one promoted meanwhile', async () => {
    const folder = temporaryFolder();
    const a = promotion('a');
    await recordPromotion(folder, a);
    await recordPromotion(folder, promotion('b'));
    await expect(recordRollback(folder, { expected: a, at: AT })).rejects.toMatchObject({ code: 'classify/model' });
    expect(await names(folder)).toEqual(['a', 'b']);
  });

  it('made at the same time are all kept', async () => {
    const folder = temporaryFolder();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => recordPromotion(folder, promotion(name))));
    expect((await names(folder)).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are kept up to a limit', async () => {
    const folder = temporaryFolder();
    for (let at = 0; at < 53; at++) await recordPromotion(folder, promotion('m', { version: `${at}` }));
    const { promoted, history } = await readPromotions(folder);
    expect([promoted.length, history.length]).toEqual([50, 53]);
    expect(promoted.at(-1)?.version).toBe('52');
  });

  it.each(['{', '{"schemaVersion":1}', '{"schemaVersion":2,"promoted":[],"history":[]}'])(
    'in a file that holds %s are an error',
    async (text) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, PROMOTION_FILE), text);
      await expect(readPromotions(folder)).rejects.toMatchObject({ code: 'classify/model' });
    },
  );
});
