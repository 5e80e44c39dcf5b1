import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelFolder } from '../../../src/classify/model-folder.ts';
import { recordPromotion } from '../../../src/classify/promotion.ts';
import { Config } from '../../../src/config/schema.ts';
import { promotionFollower } from '../../../src/pipeline/follow-promotion.ts';
import { modelInUse, userModels } from '../../../src/pipeline/model-in-use.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { writeTinyModel } from '../../builders/tiny-model.ts';

const AT = '2026-03-01T08:00:00.000Z';
const LABELS = ['a1', 'a2'];

async function state(): Promise<{ state: string; models: ModelFolder[] }> {
  const folder = temporaryFolder();
  const root = userModels(folder);
  const models = [
    await writeTinyModel(root, { name: 'mine', version: '1', labels: LABELS }),
    await writeTinyModel(root, { name: 'mine', version: '2', labels: LABELS }),
    await writeTinyModel(root, { name: 'other', version: '1', labels: LABELS }),
  ];
  return { state: folder, models };
}

async function inUse(classify: object, folder: string): Promise<string> {
  const { model, origin } = await modelInUse(Config.parse({ classify }), folder);
  return `${model.ref.name}/${model.ref.version} ${origin}`;
}

async function promote(folder: string, model: ModelFolder | undefined): Promise<void> {
  if (model) await recordPromotion(userModels(folder), { ...model.ref, at: AT });
}

describe('the model in use', () => {
  it('is the newest version of the configured name while none is promoted', async () => {
    const { state: folder } = await state();
    expect(await inUse({ model: 'mine' }, folder)).toBe('mine/2 configured');
    expect(await inUse({}, folder)).toBe('nffa-sem-small/1 configured');
  });

  it('is the promoted one, whatever name is configured', async () => {
    const { state: folder, models } = await state();
    await promote(folder, models[0]);
    expect(await inUse({ model: 'mine' }, folder)).toBe('mine/1 promoted');
    expect(await inUse({}, folder)).toBe('mine/1 promoted');
  });

  it('is the version that is asked for, whatever is promoted', async () => {
    const { state: folder, models } = await state();
    await promote(folder, models[2]);
    expect(await inUse({ model: 'mine', version: '1' }, folder)).toBe('mine/1 asked');
    expect(await inUse({ model: 'mine', version: 'newest' }, folder)).toBe('mine/2 asked');
  });

  it('is none where the promoted one was changed, and the message says so', async () => {
    const { state: folder, models } = await state();
    await promote(folder, models[0]);
    appendFileSync(join(models[0]?.folder ?? '', 'model.json'), '\n');
    await expect(inUse({}, folder)).rejects.toThrow(/it was changed since/);
  });
});

describe('following promotions', () => {
  async function follower(classify: object, refuse = false) {
    const { state: folder, models } = await state();
    const used: string[] = [];
    const faults: string[] = [];
    let current = models[1]?.sha256;
    const look = promotionFollower({
      config: Config.parse({ classify }),
      state: folder,
      current: () => current,
      async use(model) {
        if (refuse) throw new Error('it does not fit');
        used.push(model.ref.name);
        current = model.sha256;
      },
      log: { info: () => undefined, error: (facts: { reason: string }) => faults.push(facts.reason) } as never,
    });
    return { folder, models, used, faults, look };
  }

  it('takes a model into use once, when it was promoted', async () => {
    const { folder, models, used, faults, look } = await follower({ model: 'mine' });
    await look();
    await look();
    expect(used).toEqual([]);
    await promote(folder, models[2]);
    await look();
    await look();
    expect(used).toEqual(['other']);
    expect(faults).toEqual([]);
  });

  it('finds what was promoted before it looked the first time', async () => {
    const { folder, models, used, look } = await follower({ model: 'mine' });
    await promote(folder, models[2]);
    await look();
    expect(used).toEqual(['other']);
  });

  it('says once why a model cannot be used, and takes the next one', async () => {
    const { folder, models, faults, look } = await follower({ model: 'mine' }, true);
    await promote(folder, models[2]);
    await look();
    await look();
    expect(faults).toEqual(['it does not fit']);
  });

  it('does nothing where a version is asked for', async () => {
    const { folder, models, used, look } = await follower({ model: 'mine', version: '2' });
    await promote(folder, models[2]);
    await look();
    expect(used).toEqual([]);
  });
});
