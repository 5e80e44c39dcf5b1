import { describe, expect, it } from 'vitest';
import { dropTexts, planHeap, referenceTo, type TextReference, writeHeap } from '../../../src/convert/hdf5-heap.ts';

const START = 24;

function written(texts: readonly string[]): { file: Buffer; references: TextReference[] } {
  const heap = planHeap(texts);
  const file = Buffer.alloc(START + heap.bytes, 0xff);
  return { file, references: writeHeap(file, START, heap) };
}

/** The text that a reference leads to, found by walking its collection as a reader does. */
function read(file: Buffer, { collection, object, bytes }: TextReference): string | undefined {
  expect(file.toString('latin1', collection, collection + 4)).toBe('GCOL');
  const end = collection + Number(file.readBigUInt64LE(collection + 8));
  for (let at = collection + 16; at < end; ) {
    const number = file.readUInt16LE(at);
    const size = Number(file.readBigUInt64LE(at + 8));
    if (number === object) return file.toString('utf8', at + 16, at + 16 + bytes);
    if (number === 0) return undefined;
    at += 16 + 8 * Math.ceil(size / 8);
  }
  return undefined;
}

describe('a heap of texts', () => {
  it('has a reference for each text, in their order, equal ones included', () => {
    const texts = ['one', '', 'µm 試料 😀', 'x'.repeat(5000), 'one', 'y'.repeat(8), 'ü'.repeat(3000), 'last'];
    const { file, references } = written(texts);
    expect(references.map((reference) => read(file, reference))).toEqual(texts);
    expect(new Set(references.map(({ collection, object }) => `${collection} ${object}`)).size).toBe(texts.length);
  });

  it('keeps long texts apart, which readers would load with every short one', () => {
    const { references } = written(['short', 'x'.repeat(5000), 'short too']);
    const [first, long, second] = references.map(({ collection }) => collection);
    expect(first).toBe(second);
    expect(long).not.toBe(first);
  });

  it('uses up its room to the last byte, and has at least that of a collection', () => {
    for (const texts of [[], ['a'], Array.from({ length: 300 }, (_, i) => 'z'.repeat(i % 40)), ['x'.repeat(4096)]]) {
      const { file } = written(texts);
      let at = START;
      while (at < file.length) {
        const size = Number(file.readBigUInt64LE(at + 8));
        expect(file.toString('latin1', at, at + 4)).toBe('GCOL');
        expect(size).toBeGreaterThanOrEqual(4096);
        at += size;
      }
      expect(at).toBe(file.length);
    }
  });

  it('finds what refers to a text by where its bytes begin', () => {
    const { file, references } = written(['first', 'second']);
    expect(referenceTo(file, file.indexOf('second'))).toEqual(references[1]);
    expect(referenceTo(file, file.indexOf('econd'))).toBeUndefined();
    expect(referenceTo(file, 3)).toBeUndefined();
  });

  it('loses the texts that are dropped, and keeps the others under their numbers', () => {
    const { file, references } = written(['keep 1', 'drop 1', 'drop 2', 'keep 2', 'drop 3']);
    const dropped = references.filter((_, i) => [1, 2, 4].includes(i));
    dropTexts(file, START, new Set(dropped.map(({ object }) => object)));
    expect(references.map((reference) => read(file, reference))).toEqual([
      'keep 1',
      undefined,
      undefined,
      'keep 2',
      undefined,
    ]);
    expect(file.includes('drop')).toBe(false);
  });
});
