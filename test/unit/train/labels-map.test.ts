import { describe, expect, it } from 'vitest';
import { mapLabels, parseLabelsMap } from '../../../src/train/labels-map.ts';

const LABELS = ['2020', 'Fibres', 'Nanowires', 'Powder', 'Scratch'];

describe('a map of labels', () => {
  it('renames, merges and drops', () => {
    const map = parseLabelsMap(
      'rename:\n  2020: Archive\nmerge:\n  Wires: [Fibres, Nanowires]\ndrop: [Scratch]\n',
      'labels.yml',
    );
    expect(mapLabels(map, LABELS)).toEqual(
      new Map([
        ['2020', 'Archive'],
        ['Fibres', 'Wires'],
        ['Nanowires', 'Wires'],
        ['Powder', 'Powder'],
        ['Scratch', undefined],
      ]),
    );
  });

  it('may exchange two names, and merge into a class that is there', () => {
    const swap = parseLabelsMap('rename: {Fibres: Powder, Powder: Fibres}', 'labels.yml');
    expect(mapLabels(swap, LABELS).get('Powder')).toBe('Fibres');
    const merge = parseLabelsMap('merge: {Powder: [Fibres]}', 'labels.yml');
    expect(mapLabels(merge, LABELS).get('Fibres')).toBe('Powder');
  });

  it.each([
    ['an unknown key', 'renames: {a: b}'],
    ['a list where a name belongs', 'rename: {a: [b]}'],
    ['a name where a list belongs', 'merge: {a: b}'],
    ['an empty name', 'drop: [""]'],
    ['a label in two places', 'drop: [a]\nrename: {a: b}'],
    ['broken YAML', 'rename: {a: b'],
    ['an alias', 'drop: &x [a]\nmerge: {b: *x}'],
    ['a plain text', 'hello'],
  ])('with %s is refused', (_, text) => {
    expect(() => parseLabelsMap(text, 'labels.yml')).toThrow(expect.objectContaining({ code: 'train/data' }));
  });

  it('that names a class which is not there is refused, because a typing error would change the training', () => {
    const map = parseLabelsMap('drop: [Nanowire]', 'labels.yml');
    expect(() => mapLabels(map, LABELS)).toThrow(expect.objectContaining({ code: 'train/data' }));
  });

  it('that renames a class to one that stays is refused', () => {
    const map = parseLabelsMap('rename: {Fibres: Powder}', 'labels.yml');
    expect(() => mapLabels(map, LABELS)).toThrow(expect.objectContaining({ code: 'train/data' }));
  });
});
