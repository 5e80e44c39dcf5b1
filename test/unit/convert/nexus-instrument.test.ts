import { describe, expect, it } from 'vitest';
import { controlSoftware, emitterType } from '../../../src/convert/nexus-instrument.ts';

describe('emitterType', () => {
  it.each([
    ['Schottky', 'schottky'],
    ['Thermal FE', 'schottky'],
    ['Cold Field Emission', 'cold_cathode_field_emitter'],
    ['CFE', 'cold_cathode_field_emitter'],
    ['Tungsten', 'filament'],
    ['LaB6', 'filament'],
  ])('of %s is %s', (emitter, expected) => {
    expect(emitterType(emitter)).toBe(expected);
  });

  it.each([undefined, '', 'FEG', 'Field Emission', 'Crossbeam'])('of %s is left open', (emitter) => {
    expect(emitterType(emitter)).toBeUndefined();
  });
});

describe('controlSoftware', () => {
  it.each([
    ['Zeiss', 'V06.00.00.00', 'SmartSEM'],
    ['FEI', '6.3.4.3233', 'xT'],
    ['Tescan', 'TESCAN Essence Version 1.2.1.0, build 5762', 'TESCAN Essence'],
    ['Tescan', '4.2.24.0 build 1379', 'unknown'],
    ['JEOL', '1.0', 'unknown'],
    [undefined, '1.0', 'unknown'],
  ])('of %s %s is %s', (vendor, version, expected) => {
    expect(controlSoftware(vendor, version)).toBe(expected);
  });
});
