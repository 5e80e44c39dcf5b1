import { describe, expect, it } from 'vitest';
import type { QuantityKind } from '../../../src/domain/units.ts';
import { formatQuantity, parseQuantity, toSi } from '../../../src/domain/units.ts';

function si(text: string, kind: QuantityKind, defaultUnit?: string): number | undefined {
  const quantity = parseQuantity(text);
  return quantity === undefined ? undefined : toSi(quantity, kind, defaultUnit);
}

describe('parseQuantity and toSi', () => {
  it.each([
    ['5.00 kV', 'voltage', 5000],
    ['500 V', 'voltage', 500],
    ['15000 Volt', 'voltage', 15_000],
    ['-0.5 keV', 'voltage', -500],
    ['8.5 mm', 'length', 0.0085],
    ['1,5 mm', 'length', 0.0015],
    ['7706.35 um', 'length', 0.007_706_35],
    ['30.00 \u00b5m', 'length', 3e-5],
    ['30.00 \u03bcm', 'length', 3e-5],
    ['980.5 pm', 'length', 9.805e-10],
    ['7.344 nm', 'length', 7.344e-9],
    ['3.64258e-008', 'length', 3.642_58e-8],
    ['2.31e-006 mbar', 'pressure', 2.31e-4],
    ['200.0 nA', 'current', 2e-7],
    ['26.0 Secs', 'time', 26],
    ['1.6  Mins', 'time', 96],
    ['100 ns', 'time', 1e-7],
    ['180 °', 'angle', Math.PI],
    ['40.00 K X', 'number', 40_000],
    ['119 X', 'number', 119],
    ['x200', 'number', 200],
    ['x1.00k', 'number', 1000],
    ['50.1 %', 'percent', 50.1],
    ['-7.3 %', 'number', -0.073],
    ['0', 'number', 0],
    ['.5 mm', 'length', 0.0005],
    ['5KV', 'voltage', 5000],
    ['20 °C', 'temperature', 293.15],
    ['760 Torr', 'pressure', 101_325],
  ] as const)('reads %j as a %s', (text, kind, expected) => {
    expect(si(text, kind, kind === 'length' ? 'm' : undefined)).toBe(expected);
  });

  it.each([
    '',
    '   ',
    'notafloat',
    'n/a',
    'NaN',
    'Infinity',
    '1e999',
    '1.#IND',
    '0x1F',
    '1.2.3 mm',
    '5 mm 3',
    '12:30',
    '1_000',
    '--5',
    'true',
    'x',
    'x5 mm',
  ])('refuses %j instead of making a number of it', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('refuses a unit of another kind and a number without its unit', () => {
    expect(si('5 mm', 'voltage')).toBeUndefined();
    expect(si('5', 'length')).toBeUndefined();
    expect(si('5', 'length', 'mm')).toBe(0.005);
  });

  it('does not guess where the case of a unit decides between milli and mega', () => {
    expect(si('5 mV', 'voltage')).toBe(0.005);
    expect(si('5 MV', 'voltage')).toBe(5e6);
    expect(si('5 mv', 'voltage')).toBeUndefined();
  });

  it('shifts the decimal point instead of multiplying, so that no digit changes', () => {
    expect(si('4.03 mm', 'length')).toBe(0.00403);
    expect(si('35.03 nm', 'length')).toBe(3.503e-8);
  });

  it('keeps the characters it read', () => {
    expect(parseQuantity(' 2.31e-006 mbar ')).toMatchObject({ raw: '2.31e-006 mbar', unit: 'mbar' });
  });

  it('answers at once on long runs of digits', () => {
    const started = performance.now();
    expect(parseQuantity(`${'1'.repeat(100_000)}x`)).toBeUndefined();
    expect(parseQuantity(`${'1'.repeat(190)} ${'k'.repeat(9)}`)?.unit).toBe('kkkkkkkkk');
    expect(performance.now() - started).toBeLessThan(50);
  });
});

describe('formatQuantity', () => {
  it.each([
    [5000, 'voltage', '5 kV'],
    [500, 'voltage', '500 V'],
    [0, 'voltage', '0 V'],
    [0.0085, 'length', '8.5 mm'],
    [0.000_018_65, 'length', '18.65 µm'],
    [7.344e-9, 'length', '7.344 nm'],
    [9.999_96e-7, 'length', '1 µm'],
    [1e-7, 'length', '100 nm'],
    [-0.006_308_25, 'length', '-6.308 mm'],
    [6.4e-11, 'current', '64 pA'],
    [48.7, 'time', '48.7 s'],
    [3e-7, 'time', '300 ns'],
    [Math.PI / 4, 'angle', '45°'],
    [2.31e-4, 'pressure', '2.31e-4 Pa'],
    [50, 'pressure', '50 Pa'],
    [40_000, 'number', '40000'],
    [51.85, 'percent', '51.85 %'],
  ] as const)('shows %d as a %s for people', (value, kind, expected) => {
    expect(formatQuantity(value, kind)).toBe(expected);
  });
});
