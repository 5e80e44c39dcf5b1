import { describe, expect, it } from 'vitest';
import { imagingMode } from '../../../src/convert/imaging-mode.ts';

const SE = 'secondary_electron';
const BSE = 'backscattered_electron';

describe('imagingMode', () => {
  it.each([
    ['SE', undefined, SE],
    ['SE2', undefined, SE],
    ['SE(U)', undefined, SE],
    ['SEI', undefined, SE],
    ['LEI', undefined, SE],
    ['InLens', undefined, SE],
    ['In-Beam SE', undefined, SE],
    ['LFD', undefined, SE],
    ['BSE', undefined, BSE],
    ['BSD', undefined, BSE],
    ['QBSD', undefined, BSE],
    ['NTS BSD', undefined, BSE],
    ['AsB', undefined, BSE],
    ['EsB', undefined, BSE],
    ['COMPO BSE', undefined, BSE],
    ['COMPO', undefined, BSE],
    ['TOPO', undefined, BSE],
    ['In-Beam BSE', undefined, BSE],
    ['CBS', 'A+B', BSE],
    ['CL', undefined, 'cathodoluminescence'],
    ['STEM HAADF', undefined, 'annular_dark_field'],
    ['ETD', 'SE', SE],
    ['TLD', 'BSE', BSE],
    ['SE2', 'Backscattered electrons', BSE],
  ])('of detector %s in mode %s is %s', (detector, mode, expected) => {
    expect(imagingMode(detector, mode)).toBe(expected);
  });

  it.each([
    ['ETD', undefined],
    ['TLD', 'Custom'],
    ['InLens Duo', undefined],
    ['SE+BSE', undefined],
    ['Mix SE', undefined],
    ['Nav-Cam', undefined],
    ['SESI', undefined],
    ['Sensor', undefined],
    ['E-T', undefined],
    ['Topology', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of detector %s in mode %s is left open', (detector, mode) => {
    expect(imagingMode(detector, mode)).toBeUndefined();
  });
});
