import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createThesaurus } from '../../../src/search/synonyms.ts';
import { extendTaxonomy, labelsBelow, meaningOf, readTaxonomy, shippedTaxonomy } from '../../../src/search/taxonomy.ts';

const folder = mkdtempSync(join(tmpdir(), 'semantiff taxonomy '));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('the taxonomy', () => {
  it('says of each of the ten categories what it shows, in 20 to 45 words, and names it in three languages', () => {
    for (const { prefLabel, definition } of shippedTaxonomy().concepts) {
      expect(Object.keys(prefLabel ?? {})).toEqual(['en', 'de', 'it']);
      if (definition === undefined) continue;
      const count = definition.split(/\s+/).length;
      expect(count).toBeGreaterThanOrEqual(20);
      expect(count).toBeLessThanOrEqual(45);
    }
  });

  it("lets a user's file add labels, put one below another and replace what a category says", () => {
    const own = readTaxonomy(
      file(
        'own.json',
        JSON.stringify({
          concepts: [
            { label: 'TiO2_P25', prefLabel: { en: 'titania P25' }, broader: ['Particles'] },
            { label: 'Tips', definition: 'Probes of our own make.' },
          ],
        }),
      ),
    );
    const both = extendTaxonomy(shippedTaxonomy(), own);
    expect(both.concepts).toHaveLength(shippedTaxonomy().concepts.length + 1);
    expect(meaningOf('Tips', both)).toBe('Probes of our own make.');
    expect(labelsBelow(both).get('Loose_matter')).toEqual(['Loose_matter', 'Particles', 'Powder', 'TiO2_P25']);
    const thesaurus = createThesaurus([], both);
    expect(thesaurus.labelsNamed('nanoparticles')).toEqual(['Particles', 'TiO2_P25']);
    expect(thesaurus.labelsNamed('titania P25')).toEqual(['TiO2_P25']);
    expect(thesaurus.labelsNamed('afm tip')).toEqual(['Tips']);
  });

  it('ends where labels are put below each other in a ring', () => {
    const ring = {
      concepts: [
        { label: 'A', narrower: ['B'] },
        { label: 'B', narrower: ['A'] },
      ],
    };
    expect(labelsBelow(ring).get('A')).toEqual(['A', 'B']);
  });

  it('takes a label that nobody described as its own words', () => {
    expect(meaningOf('Grain_boundaries', shippedTaxonomy())).toBe('Grain boundaries');
  });

  it.each([
    ['absent', join(folder, 'absent.json')],
    ['no JSON', file('broken.json', '{')],
    ['of another form', file('other.json', '{"concepts":[{"name":"x"}]}')],
  ])('refuses a file that is %s', (_, path) => {
    expect(() => readTaxonomy(path)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });
});
