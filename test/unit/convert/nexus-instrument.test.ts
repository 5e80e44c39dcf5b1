import { describe, expect, it } from 'vitest';
import { emitterType } from '../../../src/convert/nexus-instrument.ts';

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
