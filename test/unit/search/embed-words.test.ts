import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createWordEmbedder } from '../../../src/search/embed-words.ts';
import { packageEmbedder } from '../../../src/search/meaning.ts';
import { openWordTable } from '../../../src/search/word-table.ts';

const folder = mkdtempSync(join(tmpdir(), 'semantiff words '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const embedder = packageEmbedder();

function vector(text: string): Float32Array {
  const embedded = embedder.embedNow([{ text, weight: 1 }]);
  expect(embedded, text).toBeDefined();
  return embedded?.vector ?? new Float32Array();
}

function cosine(one: string, other: string): number {
  const b = vector(other);
  return vector(one).reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

describe('the word table', () => {
  const table = openWordTable();

  it.each(
    'pollen dendrite aerogel nanowire nanowires tio2 sio2 caco3 graphene cantilever epitaxy xylem macrophages'.split(
      ' ',
    ),
  )('knows "%s"', (word) => {
    expect(table.find(word)).toBeDefined();
  });

  it.each(['', 'zzzzzzzz', 'Pollen', 'é', 'a b'])('knows no %j', (word) => {
    expect(table.find(word)).toBeUndefined();
  });

  it('holds frequent words to be more frequent', () => {
    const frequency = (word: string): number => table.frequency(table.find(word) ?? Number.NaN);
    expect(frequency('the')).toBeGreaterThan(frequency('water'));
    expect(frequency('water')).toBeGreaterThan(frequency('aerogel'));
    expect(frequency('the')).toBeLessThan(0.1);
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['no table', 'x'.repeat(100)],
    ['cut short', `SMWV\u0001\0\0\0\u0009\0\0\0${'\0'.repeat(20)}`],
  ])('refuses a file that is %s', (name, content) => {
    const path = join(folder, name);
    if (content !== undefined) writeFileSync(path, content, 'latin1');
    expect(() => openWordTable(path)).toThrow(expect.objectContaining({ code: 'search/words' }));
  });
});

describe('the direction of a text', () => {
  it('is nearer to what means the same than to what does not', () => {
    expect(cosine('spider silk', 'fibres threads')).toBeGreaterThan(cosine('spider silk', 'powder grains'));
    expect(cosine('bone scaffold', 'porous sponge foam')).toBeGreaterThan(
      cosine('bone scaffold', 'integrated circuit'),
    );
  });

  it('has length 1 and leaves out words that say nothing', () => {
    expect(vector('pollen').reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
    expect(cosine('the pollen of the flower', 'pollen flower')).toBeCloseTo(1, 5);
  });

  it('weighs the parts as asked, whatever their length', () => {
    const mixed = embedder.embedNow([
      { text: 'pollen', weight: 0.9 },
      { text: 'transistor circuit chip wafer electrode sensor', weight: 0.1 },
    ]);
    const near = mixed?.vector.reduce((sum, value, at) => sum + value * (vector('pollen')[at] ?? 0), 0);
    expect(near).toBeGreaterThan(0.95);
  });

  it('understands compounds, spellings, formulae and compound names that stand in no table', () => {
    expect(cosine('nanoimprint', 'nano imprint')).toBeCloseTo(1, 3);
    expect(cosine('atomised', 'atomized')).toBeCloseTo(1, 5);
    expect(cosine('BaTiO3', 'barium titanium oxide')).toBeGreaterThan(0.9);
    expect(cosine('Au', 'gold')).toBeCloseTo(1, 5);
    expect(cosine('GoldNanoparticles2019', 'gold nanoparticles')).toBeCloseTo(1, 5);
    expect(cosine('Würfel-Pollen', 'pollen')).toBeGreaterThan(0.3);
  });

  it('is none where no word is known', () => {
    expect(embedder.embedNow([])).toBeUndefined();
    expect(embedder.embedNow([{ text: 'xqzt 試料 123', weight: 1 }])).toBeUndefined();
    expect(embedder.embedNow([{ text: 'pollen', weight: 0 }])).toBeUndefined();
  });

  it('names the table and the method in its space', async () => {
    const [one, none] = await embedder.embed([[{ text: 'pollen', weight: 1 }], []]);
    expect(one?.space).toMatch(/^words-[0-9a-f]{16}\/sif-\d+$/);
    expect(none).toBeUndefined();
  });

  it('opens its table with the first text and once', () => {
    let opened = 0;
    const lazy = createWordEmbedder(() => {
      opened += 1;
      return openWordTable();
    });
    expect(opened).toBe(0);
    lazy.embedNow([{ text: 'pollen', weight: 1 }]);
    lazy.embedNow([{ text: 'leaf', weight: 1 }]);
    expect(opened).toBe(1);
  });
});
