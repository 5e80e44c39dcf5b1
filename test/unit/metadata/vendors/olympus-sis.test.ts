import { describe, expect, it } from 'vitest';
import { harvest } from '../../../../src/metadata/harvest.ts';
import type { HarvestInput, HarvestResult } from '../../../../src/metadata/harvest-types.ts';
import { readerInto } from '../../../../src/pipeline/tiff-facts.ts';
import { SIS_BLOCK_AT, type SisStatement, sisFile } from '../../../builders/sis-block.ts';

function inputOf(file: Uint8Array, change: Partial<HarvestInput['tags'][number]> = {}): HarvestInput {
  const pointer = { place: 'tiff:33560', tag: 33_560, bytes: new Uint8Array(4), numbers: [SIS_BLOCK_AT], ...change };
  return {
    fileName: 'picture.tif',
    tags: [pointer],
    sidecars: [],
    image: { widthPx: 645, heightPx: 516 },
    readAt: readerInto(file),
  };
}

function read(statement: SisStatement): HarvestResult {
  return harvest(inputOf(sisFile(statement)));
}

describe('an Olympus SIS block', () => {
  it('states pixel size, magnification, camera, name and the minute', () => {
    const result = read({ pixelSize: [1.5376, 1.5375], cameraName: 'Quemesa', name: 'AuNi 1' });
    expect(result.acquisition).toEqual({
      pixelSizeXM: 1.5376e-9,
      pixelSizeYM: 1.5375e-9,
      fieldWidthM: 645 * 1.5376e-9,
      fieldHeightM: 516 * 1.5375e-9,
      magnification: 125_000,
      detector: 'Quemesa',
      acquiredAt: '2016-03-24T10:01:00',
    });
    expect(result.header).toMatchObject({ vendor: 'Olympus SIS', place: 'tiff:33560', encoding: 'binary' });
    expect(result.header?.terms.find(({ term }) => term === 'pixel_size_x')).toMatchObject({ raw: '1.5376 / -9' });
    expect(result.header?.terms.find(({ term }) => term === 'acquired_at')?.raw).toBe('1 / 10 / 24 / 2 / 116');
    expect(result.issues).toEqual([]);
  });

  it('is the work of a camera program, which is not the vendor of the microscope', () => {
    expect(read({}).instrument).toEqual({});
  });

  it('takes the camera from the model of the TIFF where the block names none', () => {
    const input = { ...inputOf(sisFile({})), tiffText: { make: 'Olympus Soft Imaging Solutions', model: 'Quemesa' } };
    const { header } = harvest(input);
    expect(header?.terms).toContainEqual(
      expect.objectContaining({ term: 'detector_name', raw: 'Quemesa', trust: 'low' }),
    );
    const stranger = harvest({ ...input, tiffText: { make: 'JEOL', model: 'JEM-2100' } });
    expect(stranger.acquisition).not.toHaveProperty('detector');
  });

  it('keeps block and general data as the raw header', () => {
    const file = sisFile({});
    const { rawHeader } = harvest(inputOf(file));
    const expected = Buffer.concat([file.subarray(200, 276), file.subarray(16, 128)]);
    expect(Buffer.from(rawHeader?.bytes ?? []).equals(expected)).toBe(true);
    expect(rawHeader?.mediaType).toBe('application/octet-stream');
  });

  it('shifts the decimal point and disturbs no digit', () => {
    const { acquisition } = read({ lengthExponent: -6, pixelSize: [2.392791775876109e-5, 1e-5] });
    expect(acquisition.pixelSizeXM).toBe(2.392791775876109e-11);
    expect(acquisition.pixelSizeYM).toBe(1e-11);
  });

  it('takes zeros for absent', () => {
    const { acquisition, issues } = read({ pixelSize: [0, 0], magnification: 0, time: [0, 0, 0, 0, 0] });
    expect(acquisition).toEqual({});
    expect(issues.map(({ code }) => code)).toEqual(['pixel-size-missing']);
  });

  it.each([
    [Number.NaN, -9],
    [Number.POSITIVE_INFINITY, -9],
    [-1.5, -9],
    [1.5, 0],
    [1.5, 32_767],
  ])('reports a pixel size of %f x 10^%i, which no microscope has', (size, lengthExponent) => {
    const { acquisition, issues } = read({ pixelSize: [size, size], lengthExponent });
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
    expect(issues.map(({ code }) => code)).toContain('header-value-unreadable');
  });

  it.each([
    [61, 10, 24, 2, 116],
    [1, 10, 31, 1, 116],
    [1, 10, 24, 12, 116],
    [-1, 10, 24, 2, 116],
  ] as const)('reports the impossible time %i:%i %i.%i.%i', (...time) => {
    const { acquisition, issues } = read({ time });
    expect(acquisition).not.toHaveProperty('acquiredAt');
    expect(issues.map(({ code }) => code)).toEqual(['header-value-unreadable']);
  });

  it('uses no pixel size of a page of another width', () => {
    const { acquisition, issues } = harvest(inputOf(sisFile({}), { pageWidthPx: 2048 }));
    expect(acquisition).not.toHaveProperty('pixelSizeXM');
    expect(acquisition.magnification).toBe(125_000);
    expect(issues[0]).toMatchObject({ code: 'header-conflict', pageWidthPx: 2048, widthPx: 645 });
  });

  it.each([[-1], [0], [299], [4e9], [Number.NaN]])('is unknown where the tag points to %d', (offset) => {
    const { issues } = harvest(inputOf(sisFile({}), { numbers: [offset] }));
    expect(issues.map(({ code }) => code)).toContain('header-unknown');
  });

  it('is unknown where nobody may look into the file', () => {
    const { readAt: _, ...input } = inputOf(sisFile({}));
    expect(harvest(input).issues.map(({ code }) => code)).toContain('header-unknown');
  });

  it('keeps what it can where the list reaches past the end of the file', () => {
    const file = sisFile({}).subarray(0, SIS_BLOCK_AT + 70);
    expect(harvest(inputOf(file)).issues.map(({ code }) => code)).toContain('header-unknown');
  });

  it('goes without the general data where they lie outside the file', () => {
    const file = Buffer.from(sisFile({}));
    file.writeUInt32LE(250, SIS_BLOCK_AT + 72);
    const { acquisition } = harvest(inputOf(file));
    expect(acquisition).toEqual({ acquiredAt: '2016-03-24T10:01:00' });
  });

  it('keeps the text beside it as a tree of its own words', () => {
    const input = inputOf(sisFile({}));
    const ini = { place: 'tiff:33471', tag: 33_471, bytes: Buffer.from('[Dimension]\r\nZ=1\r\n') };
    const { sections } = harvest({ ...input, tags: [...input.tags, ini] });
    expect(sections?.get('Dimension')).toEqual(new Map([['Z', '1']]));
    expect(Object.fromEntries(sections?.get('SIS') ?? [])).toMatchObject({ minute: '1', lengthExponent: '-9' });
  });
});

describe('a reader into a file', () => {
  const at = readerInto(new Uint8Array([1, 2, 3, 4]));

  it('gives the bytes that the file holds', () => {
    expect(at(1, 3)).toEqual(new Uint8Array([2, 3, 4]));
    expect(at(4, 0)).toEqual(new Uint8Array());
  });

  it.each([
    [0, 5],
    [4, 1],
    [-1, 2],
    [0.5, 1],
    [0, Number.NaN],
    [0, 9 * 2 ** 20],
    [Number.MAX_SAFE_INTEGER, 2],
  ])('has nothing at %d, %d', (offset, length) => {
    expect(at(offset, length)).toBeUndefined();
  });
});
