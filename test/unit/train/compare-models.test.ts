import { describe, expect, it } from 'vitest';
import type { ModelFolder } from '../../../src/classify/model-folder.ts';
import { type Contender, compareModels, verdictOn } from '../../../src/train/compare-models.ts';
import type { TestImage } from '../../../src/train/shared-test-list.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';
import { writeTinyModel } from '../../builders/tiny-model.ts';

const LABELS = ['a', 'b', 'c'];
/** Takes each label for the next one. */
const WRONG = [0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0];

function images(count: number): TestImage[] {
  return Array.from({ length: count }, (_, at) => ({
    sha256: at.toString(16).padStart(64, '0'),
    label: LABELS[at % LABELS.length] ?? '',
  }));
}

/** The embedding of an image has a one where its label stands. */
function embeddings(list: readonly TestImage[]): Map<string, Float32Array> {
  return new Map(
    list.map(({ sha256, label }) => [
      sha256,
      Float32Array.from([0, 1, 2, 3], (at) => Number(at === LABELS.indexOf(label))),
    ]),
  );
}

async function contender(
  list: readonly TestImage[],
  spec: { weights?: number[]; labels?: string[]; trainedOn?: string[] } = {},
): Promise<Contender> {
  const { labels = LABELS, weights } = spec;
  const model: ModelFolder = await writeTinyModel(temporaryFolder(), {
    name: 'm',
    labels,
    ...(weights && { weights }),
  });
  const trainedOn = spec.trainedOn && new Set(spec.trainedOn);
  return { model, trainedOn, embeddings: embeddings(list) };
}

describe('comparing two models', () => {
  it('judges both on the same images, over all and per class', async () => {
    const list = images(30);
    const result = compareModels(list, [await contender(list), await contender(list, { weights: WRONG })]);
    expect(result).toMatchObject({ n: 30, leftOut: { trainedOn: 0, unknownLabel: 0, missing: 0 } });
    expect(result.figures).toMatchObject({
      top1: [1, 0],
      macroF1: [1, 0],
      paired: { difference: -1, high: -1, onlyFirst: 30, onlySecond: 0 },
      perClass: LABELS.map((label) => ({ label, n: 10, right: [10, 0] })),
    });
    expect(verdictOn(result)).toBe('worse');
  });

  it('leaves out what one of them was trained on', async () => {
    const list = images(60);
    const trainedOn = list.slice(0, 12).map(({ sha256 }) => sha256);
    const others = list.slice(10, 15).map(({ sha256 }) => sha256);
    const result = compareModels(list, [
      await contender(list, { trainedOn }),
      await contender(list, { trainedOn: others }),
    ]);
    expect(result).toMatchObject({ n: 45, leftOut: { trainedOn: 15 } });
    expect(verdictOn(result)).toBe('not-worse');
  });

  it('leaves out labels that one of them does not know', async () => {
    const list = images(60);
    const result = compareModels(list, [await contender(list), await contender(list, { labels: ['a', 'b'] })]);
    expect(result).toMatchObject({ n: 40, leftOut: { unknownLabel: 20 } });
  });

  it('cannot tell of fewer than twenty images', async () => {
    const list = images(19);
    const result = compareModels(list, [await contender(list), await contender(list, { weights: WRONG })]);
    expect(verdictOn(result)).toBe('too-few');
    expect(verdictOn(compareModels([], [await contender([]), await contender([])]))).toBe('too-few');
  });

  it('is no comparison where the images are there but not their embeddings', async () => {
    const list = images(30);
    const blind = await contender(list.slice(0, 11), { weights: WRONG });
    const result = compareModels(list, [await contender(list), blind]);
    expect(result).toMatchObject({ n: 11, leftOut: { missing: 19 } });
    expect(verdictOn(result)).toBe('not-comparable');
  });

  it('does not call a small difference worse', async () => {
    const list = images(60);
    const noisy = await contender(list);
    for (const { sha256 } of list.slice(0, 2))
      noisy.embeddings = new Map([...noisy.embeddings, [sha256, new Float32Array([-1, -1, -1, 9])]]);
    const result = compareModels(list, [await contender(list), noisy]);
    expect(result.figures?.top1[1]).toBeLessThan(1);
    expect(verdictOn(result)).toBe('not-worse');
  });
});
