import { describe, expect, it } from 'vitest';
import { RELATED_WEIGHT } from '../../../src/search/evidence.ts';
import { createThesaurus } from '../../../src/search/synonyms.ts';
import { shippedTaxonomy } from '../../../src/search/taxonomy.ts';

const thesaurus = createThesaurus(['Fibres', 'Grain_boundaries']);

function labelsOf(text: string): string[] {
  return thesaurus.understand(text).flatMap(({ labels }) => labels.map(({ label }) => label));
}

describe('the thesaurus', () => {
  it.each([
    ['electrospun nanofibre', 'Fibres'],
    ['nano-wires', 'Nanowires'],
    ['nano rods', 'Nanowires'],
    ['sponge', 'Porous_Sponge'],
    ['foams', 'Porous_Sponge'],
    ['AFM probe', 'Tips'],
    ['pollen', 'Biological'],
    ['thin films', 'Films_Coated_Surface'],
    ['electrodes', 'MEMS_devices_and_electrodes'],
    ['Nanoparticles', 'Particles'],
    ['gratings', 'Patterned_surface'],
    ['powders', 'Powder'],
    ['Films_Coated_Surface', 'Films_Coated_Surface'],
    ['Nanodrähte', 'Nanowires'],
    ['poröser Schwamm', 'Porous_Sponge'],
    ['beschichtete Oberfläche', 'Films_Coated_Surface'],
    ['nanoparticelle', 'Particles'],
    ['punta', 'Tips'],
    ['Glasfasern', 'Fibres'],
    ['1D nanostructures', 'Nanowires'],
    ['1D nanostructures', 'Fibres'],
  ])('understands "%s" as %s', (text, label) => {
    expect(new Set(labelsOf(text))).toContain(label);
  });

  it('takes the longest term it knows, and leaves other words as they are', () => {
    expect(thesaurus.understand('gold afm probe rough')).toEqual([
      { words: ['gold'], labels: [] },
      { words: ['afm', 'probe'], labels: [{ label: 'Tips', weight: 1 }] },
      { words: ['rough'], labels: [] },
    ]);
  });

  it('counts a related word less than a name', () => {
    expect(thesaurus.understand('scaffold')[0]?.labels).toContainEqual({
      label: 'Porous_Sponge',
      weight: RELATED_WEIGHT,
    });
  });

  it("finds the labels of a user's own model by name and by its parts", () => {
    expect(thesaurus.understand('grain boundary')[0]?.labels).toContainEqual({ label: 'Grain_boundaries', weight: 1 });
    expect(thesaurus.understand('boundaries')[0]?.labels).toEqual([
      { label: 'Grain_boundaries', weight: RELATED_WEIGHT },
    ]);
  });

  it('reads a label filter by any of its names, and keeps one it does not know', () => {
    expect(thesaurus.labelsNamed('fibers')).toEqual(['Fibres']);
    expect(thesaurus.labelsNamed('patterned_surface')).toEqual(['Patterned_surface']);
    expect(thesaurus.labelsNamed('grain boundaries')).toEqual(['Grain_boundaries']);
    expect(thesaurus.labelsNamed('Unheard_of')).toEqual(['Unheard_of']);
  });

  it('puts German and Italian into English where it knows it, and leaves words that English has too', () => {
    expect(thesaurus.inEnglish(['Nanodrähte'])).toBe('nanowires');
    expect(thesaurus.inEnglish(['spugna', 'porosa'])).toBe('porous sponge');
    expect(thesaurus.inEnglish(['Metallfasern'])).toBe('fibres');
    expect(thesaurus.inEnglish(['Film'])).toBe('Film');
    expect(thesaurus.inEnglish(['gold'])).toBe('gold');
  });

  it('takes a compound of another language as a hint at what it ends in, not as its name', () => {
    expect(thesaurus.understand('Glasfasern')[0]?.labels).toEqual([{ label: 'Fibres', weight: RELATED_WEIGHT }]);
  });

  it('does not take the cell of a battery or of a solar panel for a living one', () => {
    expect(labelsOf('solar cell')).toEqual(['Films_Coated_Surface']);
    expect(labelsOf('fuel cells')).toEqual(['MEMS_devices_and_electrodes']);
  });

  it('names ten categories, none of their own names claimed by another', () => {
    const categories = shippedTaxonomy().concepts.filter(({ definition }) => definition !== undefined);
    expect(categories).toHaveLength(10);
    for (const { label } of categories) expect(thesaurus.labelsNamed(label)).toEqual([label]);
  });
});
