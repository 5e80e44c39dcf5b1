import { describe, expect, it } from 'vitest';
import { isIngestError } from '../../../src/domain/errors.ts';
import { parseRange } from '../../../src/domain/quantity-range.ts';

describe('parseRange', () => {
  it('takes the unit of one end for both', () => {
    expect(parseRange('5..15kV', 'voltage')).toEqual({
      min: 5000,
      max: 15_000,
      minInclusive: true,
      maxInclusive: true,
    });
    expect(parseRange('5..15', 'voltage', { defaultUnit: 'kV' })).toMatchObject({ min: 5000, max: 15_000 });
    expect(parseRange('1um .. 10um', 'length')).toMatchObject({ min: 1e-6, max: 1e-5 });
    expect(parseRange('500nm..10um', 'length')).toMatchObject({ min: 5e-7, max: 1e-5 });
  });

  it('leaves the missing end of a range open', () => {
    expect(parseRange('..5nm', 'length')).toEqual({ max: 5e-9, minInclusive: true, maxInclusive: true });
    expect(parseRange('2mm..', 'length')).toEqual({ min: 0.002, minInclusive: true, maxInclusive: true });
  });

  it('reads comparisons', () => {
    expect(parseRange('<5nm', 'length')).toEqual({ max: 5e-9, minInclusive: true, maxInclusive: false });
    expect(parseRange('>=2mm', 'length')).toEqual({ min: 0.002, minInclusive: true, maxInclusive: true });
    expect(parseRange('> 100', 'number')).toEqual({ min: 100, minInclusive: false, maxInclusive: true });
    expect(parseRange('≤1e-3Pa', 'pressure')).toMatchObject({ max: 1e-3, maxInclusive: true });
  });

  it('takes a single value to the digits written', () => {
    const coarse = parseRange('10nm', 'length');
    expect(coarse.min).toBeCloseTo(9.5e-9, 20);
    expect(coarse.max).toBeCloseTo(10.5e-9, 20);
    const fine = parseRange('=10.0nm', 'length');
    expect(fine.min).toBeCloseTo(9.95e-9, 20);
    expect(fine.max).toBeCloseTo(10.05e-9, 20);
  });

  it.each([
    ['', 'voltage'],
    ['..', 'voltage'],
    ['fast', 'voltage'],
    ['15kV..5kV', 'voltage'],
    ['5', 'length'],
    ['<5', 'length'],
    ['5 mm', 'voltage'],
    ['1...', 'length'],
    ['1..2..3', 'number'],
  ] as const)('refuses %j as a range of %s', (text, kind) => {
    const attempt = (): unknown => parseRange(text, kind);
    expect(attempt).toThrow(expect.objectContaining({ code: 'usage' }));
    try {
      attempt();
    } catch (error) {
      expect(isIngestError(error, 'usage') && error.message.includes(`"${text}"`)).toBe(true);
    }
  });
});
