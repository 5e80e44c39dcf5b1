import { describe, expect, it } from 'vitest';
import { createWordPieces } from '../../../src/search/word-pieces.ts';

const VOCABULARY = '[PAD] [UNK] [CLS] [SEP] nano ##wire ##s zn ##o grosse muller , - % 5 試 料 a'.split(' ');
const LOWER = createWordPieces(VOCABULARY.join('\n'), { lowerCase: true, maxTokens: 8 });

function spelled(text: string, pieces = LOWER): string[] | undefined {
  return pieces.encode(text)?.map((number) => VOCABULARY[number] ?? '');
}

describe('pieces of words', () => {
  it.each([
    ['the longest first', 'nanowires', ['nano', '##wire', '##s']],
    ['in lower case', 'ZnO NANO', ['zn', '##o', 'nano']],
    ['without accents', 'Müller', ['muller']],
    ['with punctuation apart', 'a,nano-a%', ['a', ',', 'nano', '-', 'a', '%']],
    ['with each Chinese or Japanese ideograph apart', '試料a', ['試', '料', 'a']],
    ['with control characters left out and any white space between', 'na\u0000no\t\n a', ['nano', 'a']],
    ['with a word unknown as a whole where a part of it is', 'nanotube a', ['[UNK]', 'a']],
    ['with the names of special pieces as mere text', '[SEP] a', ['[UNK]', '[UNK]', '[UNK]', 'a']],
    ['cut to the greatest length', 'a a a a a a a a a', ['a', 'a', 'a', 'a', 'a', 'a']],
  ])('come %s', (_, text, between) => {
    expect(spelled(text)).toEqual(['[CLS]', ...between, '[SEP]']);
  });

  it.each(['', '  ', 'tube', 'a'.repeat(101)])('are none of a text that the vocabulary does not know: "%s"', (text) => {
    expect(spelled(text)).toBeUndefined();
  });

  it('keep case and accents where the vocabulary has them', () => {
    const cased = createWordPieces(['[UNK]', '[CLS]', '[SEP]', 'Müller', 'muller'].join('\r\n'), {
      lowerCase: false,
      maxTokens: 8,
    });
    expect(cased.encode('Müller muller MULLER')).toEqual([1, 3, 4, 0, 2]);
  });

  it('need a vocabulary with the special pieces', () => {
    const lacking = (): unknown => createWordPieces('a\n[UNK]\n[SEP]', { lowerCase: true, maxTokens: 8 });
    expect(lacking).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });
});
