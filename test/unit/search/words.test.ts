import { describe, expect, it } from 'vitest';
import { foldTerm, indexText, queryWords, spellings } from '../../../src/search/words.ts';

describe('the words of a query', () => {
  it('are words and quoted phrases, without those that say nothing', () => {
    expect(queryWords('porous scaffold for the "bone tissue" of  mice')).toEqual([
      'porous',
      'scaffold',
      'bone tissue',
      'mice',
    ]);
    expect(queryWords('the')).toEqual(['the']);
    expect(queryWords('gold gold')).toEqual(['gold']);
  });

  it('are never characters alone', () => {
    expect(queryWords('" ( ) * : ^ - + AND" * \u0000 ☃')).toEqual(['( ) * : ^ - + AND']);
    expect(queryWords('"unclosed phrase')).toEqual(['unclosed', 'phrase']);
    expect(queryWords(' \u200b\ufeff ')).toEqual([]);
  });
});

describe('the text of an index', () => {
  it('holds compound names also in parts', () => {
    expect(indexText(['ZnONanowires2019_5kV.tif'])).toBe('ZnONanowires2019_5kV.tif Nanowires 2019');
    expect(indexText(['TiO2FilmTest TiO2FilmTest']).split(' ').slice(2)).toEqual(['Film', 'Test']);
    expect(indexText(['plain words', undefined, ''])).toBe('plain words');
  });

  it('takes scripts without spaces apart', () => {
    expect(indexText(['酸化亜鉛ZnO']).replaceAll(/ +/g, ' ')).toBe('酸 化 亜 鉛 ZnO');
  });
});

describe('a folded term', () => {
  it('is one for plural, case, hyphen, diacritics and British spelling', () => {
    expect(foldTerm('Nano-Fibres')).toBe('nano fiber');
    expect(foldTerm('MEMS_devices_and_electrodes')).toBe('mem device and electrode');
    expect(foldTerm('Größe É')).toBe('große e');
    expect(foldTerm('bodies glass meniscus brushes')).toBe('body glass meniscus brush');
  });

  it('has its other spelling beside it when words of the text are looked for', () => {
    expect(spellings('Nanofibres')).toEqual(['Nanofibres', 'nanofibers']);
    expect(spellings('aluminum')).toEqual(['aluminum', 'aluminium']);
    expect(spellings('gold')).toEqual(['gold']);
  });
});
