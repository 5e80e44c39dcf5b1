import { describe, expect, it } from 'vitest';
import { describeQuery } from '../../../src/search/describe-query.ts';
import { describeRecord } from '../../../src/search/describe-record.ts';
import { createRecordMeaning } from '../../../src/search/meaning.ts';
import { shippedTaxonomy } from '../../../src/search/taxonomy.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';

const taxonomy = shippedTaxonomy();

function textOf(sketch: Parameters<typeof makeRecord>[0]): string {
  return describeRecord(makeRecord(sketch), taxonomy)
    .map(({ text }) => text)
    .join(' | ');
}

describe('the text of a record', () => {
  it('holds what its labels mean by their scores, and none that are noise', () => {
    const parts = describeRecord(
      makeRecord({ name: '1.tif', labels: { Fibres: 0.8, Tips: 0.1, Powder: 0.01 } }),
      taxonomy,
    );
    expect(parts.map(({ weight }) => weight)).toEqual([0.8, 0.1]);
    expect(parts[0]?.text).toContain('textile');
    expect(parts[1]?.text).toContain('apex');
  });

  it('holds what people wrote, and the telling words of the path', () => {
    const record = makeRecord({
      name: 'img_0042_leaf.tif',
      path: 'Müller/CIGS/img_0042_leaf.tif',
      acquisition: { sampleName: 'oak leaf' },
    });
    const user = { project: 'Solar', sample: { physicalForm: 'thin film' }, keywords: ['stomata'] };
    const text = describeRecord({ ...record, user }, taxonomy).map((part) => part.text);
    expect(text).toEqual(['oak leaf thin film Solar stomata', 'Müller CIGS 0042 leaf']);
  });

  it.each([
    [{ accelerationVoltageV: 2000 }, 'low voltage'],
    [{ accelerationVoltageV: 20_000 }, ''],
    [{ chamberPressurePa: 60 }, 'low vacuum'],
    [{ chamberPressurePa: 1e-4 }, ''],
    [{ stageTiltRad: -0.9 }, 'tilted'],
    [{ stageTiltRad: 0.01 }, ''],
    [{ pixelSizeXM: 1e-9 }, 'high magnification'],
    [{ pixelSizeXM: 5e-6 }, 'overview'],
    [{ detector: 'BSD' }, 'backscattered electrons'],
    [{ detector: 'CBS' }, 'backscattered electrons'],
    [{ detector: 'ETD', detectorMode: 'Backscatter' }, 'backscattered electrons'],
    [{ detector: 'InLens' }, ''],
    [{ detector: 'STEM 3+' }, 'transmitted electrons'],
    [{ beam: 'ion' as const }, 'ion beam'],
  ])('puts the settings %j into the words "%s"', (acquisition, words) => {
    expect(textOf({ name: '1.tif', acquisition })).toBe(words);
  });

  it('tells nothing of people', () => {
    const record = makeRecord({ name: '1.tif', acquisition: { operator: 'Anna' }, labels: { Tips: 1 } });
    const text = JSON.stringify(describeRecord({ ...record, user: { creators: [{ name: 'Anna' }] } }, taxonomy));
    expect(text).not.toContain('Anna');
  });

  it('has a direction, in a space that names its version, where a word of it is known', async () => {
    const meaningOf = createRecordMeaning();
    expect((await meaningOf(makeRecord({ name: '1.tif', labels: { Tips: 1 } })))?.space).toMatch(/\/text-\d+$/);
    expect(await meaningOf(makeRecord({ name: '0001.tif' }))).toBeUndefined();
  });
});

describe('the text of a query', () => {
  it('holds its words, and what the labels mean that they stand for', () => {
    const [words, label, ...rest] = describeQuery('aluminium foam', taxonomy);
    expect(words).toEqual({ text: 'aluminium foam', weight: 1 });
    expect(label).toMatchObject({ weight: 1 });
    expect(label?.text).toContain('sponge');
    expect(rest).toEqual([]);
    expect(describeQuery('gold', taxonomy)).toEqual([{ text: 'gold', weight: 1 }]);
  });

  it('is English', () => {
    expect(describeQuery('Nanodrähte Silizium', taxonomy)[0]?.text).toBe('nanowires Silizium');
  });
});
