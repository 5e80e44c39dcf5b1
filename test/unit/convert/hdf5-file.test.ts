import { ready } from 'h5wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Hdf5, openHdf5 } from '../../../src/convert/hdf5-file.ts';
import { skeletonWriter } from '../../../src/convert/hdf5-skeletons.ts';
import type { Hdf5Tree } from '../../../src/convert/hdf5-tree.ts';
import { loadNexusTemplate } from '../../../src/convert/nexus-template.ts';
import { attribute, dataset, group, withFile } from '../../integration/convert/read-hdf5.ts';

let hdf5: Hdf5;
let template: Uint8Array;

beforeAll(async () => {
  hdf5 = await openHdf5();
  template = await loadNexusTemplate();
});

function twice(tree: Hdf5Tree): void {
  tree.text('/entry/note', 'once');
  tree.text('/entry/note', 'twice');
}

/** A small tree with everything that a tree can hold. */
function build(value: number, text: string): (tree: Hdf5Tree) => void {
  return (tree) => {
    tree.group('/entry/attachments/g', 'NXnote');
    tree.number('/entry/attachments/g/n', value, 'm');
    tree.text('/entry/attachments/g/t', text);
    tree.text('/entry/attachments/g/w', value % 2 === 0 ? 'even' : 'odd');
    tree.texts('/entry/attachments/g/list', [text, '', `${text}2`]);
    tree.array('/entry/attachments/g/a', Float32Array.of(value, value + 1), [2]);
    tree.bytes('/entry/attachments/g/b', new Uint8Array(value));
    tree.attribute('/entry/attachments/g/b', 'place', text);
    tree.ownAttribute('/', 'own', text);
    tree.link('/entry/attachments/true', '/entry/attachments/g/yes');
  };
}

describe('a file in memory', () => {
  it('keeps the number types it is told, whatever the value', async () => {
    const bytes = hdf5.write(template, (tree) => {
      tree.number('/entry/whole', 10_000, 'm');
      tree.number('/entry/large', 1e21);
      tree.count('/entry/count', 4_294_967_295);
    });
    await withFile(bytes, (file) => {
      expect(dataset(file, '/entry/whole').dtype).toBe('<d');
      expect(dataset(file, '/entry/large').value).toBe(1e21);
      expect(dataset(file, '/entry/count').dtype).toBe('<I');
      expect(dataset(file, '/entry/count').value).toBe(4_294_967_295);
    });
  });

  it('keeps text of every script, the empty text, and what stands behind a NUL', async () => {
    const texts = ['µm ° 試料 😀', '', 'a\0b'];
    const bytes = hdf5.write(template, (tree) => {
      for (const [i, text] of texts.entries()) tree.text(`/entry/t${i}`, text);
      tree.replaceText('/entry/title', texts.join('|'));
      tree.attribute('/', 'site', texts[0] ?? '');
    });
    await withFile(bytes, (file) => {
      expect(texts.map((_, i) => dataset(file, `/entry/t${i}`).value)).toEqual(['µm ° 試料 😀', '', 'a\uFFFDb']);
      expect(dataset(file, '/entry/title').value).toBe('µm ° 試料 😀||a\uFFFDb');
      expect(attribute(file, 'site')).toBe('µm ° 試料 😀');
    });
  });

  it('stores an array larger than a strip through little library memory', async () => {
    const rows = 36;
    const columns = 2 ** 20;
    const data = new Uint16Array(rows * columns);
    for (let row = 0; row < rows; row += 1) data.fill(row + 1, row * columns, (row + 1) * columns);
    const { HEAPU8: before } = await ready;
    const bytes = hdf5.write(template, (tree) => tree.array('/entry/attachments/large', data, [rows, columns]));
    const { HEAPU8: after } = await ready;
    expect(after.byteLength - before.byteLength).toBeLessThan(48 * 2 ** 20);
    await withFile(bytes, (file) => {
      const large = dataset(file, '/entry/attachments/large');
      expect(large.shape).toEqual([rows, columns]);
      for (const row of [0, 15, 16, 35]) {
        const ends = [0, columns - 1].map((column) =>
          large.slice([
            [row, row + 1],
            [column, column + 1],
          ]),
        );
        expect(ends).toEqual([Uint16Array.of(row + 1), Uint16Array.of(row + 1)]);
      }
    });
  });

  it('is dropped when a call fails, with the reason, and the next one is whole', async () => {
    expect(() => hdf5.write(template, twice)).toThrow(/H5Dcreate2.*exist/);
    expect(() => hdf5.write(Uint8Array.of(1, 2, 3), () => {})).toThrow(/H5Fopen/);
    const bytes = hdf5.write(template, (tree) => tree.text('/entry/note', 'whole'));
    await withFile(bytes, (file) => {
      expect(dataset(file, '/entry/note').value).toBe('whole');
    });
  });
});

describe('files of one layout', () => {
  it('have their own values', async () => {
    const writer = skeletonWriter(hdf5, template);
    for (const [value, text] of [
      [1, 'one'],
      [2, 'zwei'],
      [3, '三'],
      [4, ''],
      [5, 'fünf'],
      [6, 'six'],
    ] as const) {
      await withFile(writer.write(build(value, text)), (file) => {
        const at = (name: string): unknown => dataset(file, `/entry/attachments/g/${name}`).value;
        expect([at('n'), at('t'), at('list'), at('w'), at('yes')]).toEqual([
          value,
          text,
          [text, '', `${text}2`],
          value % 2 === 0 ? 'even' : 'odd',
          1,
        ]);
        expect(at('a')).toEqual(Float32Array.of(value, value + 1));
        expect(attribute(dataset(file, '/entry/attachments/g/n'), 'units')).toBe('m');
        expect(attribute(dataset(file, '/entry/attachments/g/b'), 'place')).toBe(text);
        expect(attribute(file, 'own')).toBe(text);
      });
    }
  });

  it('have their own numbers of every type and length', async () => {
    const writer = skeletonWriter(hdf5, template);
    for (const value of [1, 2, 3, Number.NaN, 0, 255]) {
      const arrays = {
        byte: Uint8Array.of(value),
        words: Uint16Array.of(value, value + 1),
        none: new Float64Array(),
        long: new Float64Array(1000).fill(value),
        palette: new Uint8Array(768).fill(value),
      };
      const bytes = writer.write((tree) => {
        tree.count('/entry/attachments/count', value || 7);
        tree.number('/entry/attachments/first', value);
        tree.number('/entry/attachments/second', -value);
        for (const [name, data] of Object.entries(arrays))
          tree.array(`/entry/attachments/${name}`, data, [data.length]);
      });
      await withFile(bytes, (file) => {
        const at = (name: string): unknown => dataset(file, `/entry/attachments/${name}`).value;
        expect([at('count'), at('first'), at('second')]).toEqual([value || 7, value, -value]);
        for (const [name, data] of Object.entries(arrays)) expect(at(name)).toEqual(data);
      });
    }
  });

  it('are found by their marks, or else made by the library', async () => {
    let calls = 0;
    const counted: Hdf5 = {
      ...hdf5,
      write(...given) {
        calls += 1;
        return hdf5.write(...given);
      },
    };
    const writer = skeletonWriter(counted, template);
    const marked = (tree: Hdf5Tree): void => tree.array('/entry/attachments/a', Float64Array.of(1, 2), [2]);
    for (let i = 0; i < 4; i += 1) writer.write(marked);
    expect(calls).toBe(1);
    // The text of the attribute stands in a place that is not understood: a group with so many has them in a heap.
    const many = (tree: Hdf5Tree): void => {
      tree.group('/entry/attachments/g', 'NXnote');
      for (let i = 0; i < 12; i += 1) tree.attribute('/entry/attachments/g', `a${i}`, 'x');
      tree.ownAttribute('/entry/attachments/g', 'own', 'value');
    };
    for (let i = 0; i < 3; i += 1) {
      await withFile(writer.write(many), (file) => {
        expect(attribute(group(file, '/entry/attachments/g'), 'own')).toBe('value');
      });
    }
    expect(calls).toBe(1 + 1 + 3);
  });

  it('may have arrays that only the library can write', async () => {
    const packed = await openHdf5('gzip');
    const writer = skeletonWriter(packed, template);
    for (const value of [1, 2, 3]) {
      const bytes = writer.write((tree) => {
        tree.text('/entry/attachments/t', `text ${value}`);
        tree.array('/entry/attachments/pixels', new Uint16Array(300 * 300).fill(value), [300, 300]);
        tree.attribute('/entry/attachments/pixels', 'long_name', 'Intensity');
      });
      await withFile(bytes, (file) => {
        const pixels = dataset(file, '/entry/attachments/pixels');
        expect(pixels.filters.map(({ id }) => id)).toContain(1);
        expect(pixels.value).toEqual(new Uint16Array(300 * 300).fill(value));
        expect(attribute(pixels, 'long_name')).toBe('Intensity');
        expect(dataset(file, '/entry/attachments/t').value).toBe(`text ${value}`);
      });
    }
  });

  it('are told apart by their fields, units and shapes', async () => {
    const writer = skeletonWriter(hdf5, template);
    const units = ['m', 'A', undefined, 'm', 'A', undefined, 'm', 'A', undefined];
    for (const unit of units) {
      const bytes = writer.write((tree) => tree.number('/entry/attachments/n', 1, unit));
      await withFile(bytes, (file) => {
        expect(attribute(dataset(file, '/entry/attachments/n'), 'units')).toBe(unit);
      });
    }
  });

  it('may be more than are remembered', async () => {
    const writer = skeletonWriter(hdf5, template);
    for (const round of [1, 2, 3]) {
      for (let layout = 0; layout < 140; layout += 1) {
        const bytes = writer.write((tree) => tree.number(`/entry/attachments/n${layout}`, round));
        const value = await withFile(bytes, (file) => dataset(file, `/entry/attachments/n${layout}`).value);
        expect(value).toBe(round);
      }
    }
  });
});
