import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findStored, listModels } from '../../../src/classify/model-store.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

function roots(): [string, string] {
  const [user, shipped] = [temporaryFolder(), temporaryFolder()];
  for (const place of ['mine/1', 'mine/10', 'mine/9', 'mine/.11.tmp', '.import.tmp-1']) {
    mkdirSync(join(user, place), { recursive: true });
  }
  for (const place of ['small/1', 'mine/1']) mkdirSync(join(shipped, place), { recursive: true });
  writeFileSync(join(user, 'promoted.json'), '{}');
  return [user, shipped];
}

describe('the model store', () => {
  it('lists the models of all roots, the newest version of each first, and nothing that is half made', async () => {
    const [user, shipped] = roots();
    const models = await listModels([user, shipped]);
    expect(models.map(({ name, version }) => `${name}/${version}`)).toEqual(['mine/10', 'mine/9', 'mine/1', 'small/1']);
    expect(models[2]?.folder).toBe(join(user, 'mine', '1'));
  });

  it.each([
    [['mine', '9'], 'mine/9'],
    [['mine/9'], 'mine/9'],
    [['mine'], 'mine/10'],
    [['9'], 'mine/9'],
    [['small'], 'small/1'],
  ])('finds what is typed as %j', async (words, expected) => {
    const { name, version } = await findStored(words, roots(), 'mine');
    expect(`${name}/${version}`).toBe(expected);
  });

  it.each([[['mine/2']], [['nobody', '1']], [['../small', '1']], [['7']]])('finds nothing as %j', async (words) => {
    await expect(findStored(words, roots(), 'mine')).rejects.toThrow(/Looking for|expected a model/);
  });

  it('says which versions there are', async () => {
    await expect(findStored(['mine/2'], roots(), 'small')).rejects.toThrow('found these versions of mine: 10, 9, 1.');
  });
});
