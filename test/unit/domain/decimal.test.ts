import { describe, expect, it } from 'vitest';
import { decimalValue, readDecimal } from '../../../src/domain/decimal.ts';
import { dice } from '../../builders/dice.ts';

describe('a decimal number', () => {
  it.each([
    ['5', { digits: '5', exponent: 0, mantissa: 5, power: 0, end: 1 }],
    ['-0.50 mm', { digits: '-0.50', exponent: 0, mantissa: -50, power: -2, end: 5 }],
    ['1,5', { digits: '1.5', exponent: 0, mantissa: 15, power: -1, end: 3 }],
    ['+.5e-3', { digits: '+0.5', exponent: -3, mantissa: 5, power: -4, end: 6 }],
    ['5.e3', { digits: '5.', exponent: 3, mantissa: 5, power: 3, end: 4 }],
    ['12e', { digits: '12', exponent: 0, mantissa: 12, power: 0, end: 2 }],
    ['1234567890123456', { digits: '1234567890123456', mantissa: Number.NaN, power: 0 }],
  ])('keeps what %j says', (text, expected) => {
    expect(readDecimal(text)).toMatchObject(expected);
  });

  it.each(['', '.', '-', '+,', 'e5', ' 5', 'x'])('is not what %j begins with', (text) => {
    expect(readDecimal(text)).toBeUndefined();
  });

  it('is rounded as the language itself rounds it, to the last bit, whatever its point is shifted by', () => {
    const random = dice(1);
    for (let i = 0; i < 50_000; i++) {
      const digits = String(random.below(10 ** (1 + random.below(15))));
      const point = random.below(digits.length + 1);
      const exponent = random.below(50) - 25;
      const text = `${random.below(2) === 0 ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}e${exponent}`;
      const decimal = readDecimal(text);
      const shift = random.below(31) - 15;
      if (decimal === undefined) throw new Error(`${text} is not read`);
      expect([text, decimalValue(decimal)]).toEqual([text, Number(text)]);
      const shifted = Number(text.replace(/e.*/, `e${exponent + shift}`));
      expect([text, shift, decimalValue(decimal, shift)]).toEqual([text, shift, shifted]);
    }
  });
});
