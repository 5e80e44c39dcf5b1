import { ready } from 'h5wasm';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type NexusWriter, openNexusWriter } from '../../../src/convert/hdf5.ts';
import { openHdf5 } from '../../../src/convert/hdf5-file.ts';
import { loadNexusTemplate } from '../../../src/convert/nexus-template.ts';
import { isIngestError } from '../../../src/domain/errors.ts';
import type { Picture, SampleArray } from '../../../src/raster/picture.ts';
import { FIVE_LABELS, FULL_ACQUISITION, fullInput, gradient, nexusInput, SHA } from './nexus-inputs.ts';
import { allValues, attribute, dataset, group, withFile } from './read-hdf5.ts';

const EVENT = '/entry/measurement/event1';
const PLOT = `${EVENT}/image1/image_2d`;

let writer: NexusWriter;

beforeAll(async () => {
  writer = await openNexusWriter(await loadNexusTemplate());
});

describe('the default plot', () => {
  it('is found by following @default from child to child', async () => {
    await withFile(writer.write(fullInput()), (file) => {
      let path = '';
      for (let child = attribute(file, 'default'); child !== undefined; ) {
        path = `${path}/${child as string}`;
        child = attribute(group(file, path), 'default');
      }
      expect(path).toBe(PLOT);
      expect(attribute(group(file, path), 'signal')).toBe('real');
    });
  });

  it('has two uniform axes in metres, the vertical one descending, that name their dimension', async () => {
    await withFile(writer.write(fullInput()), (file) => {
      const plot = group(file, PLOT);
      const i = dataset(file, `${PLOT}/axis_i`);
      const j = dataset(file, `${PLOT}/axis_j`);
      expect(attribute(plot, 'axes')).toEqual(['axis_j', 'axis_i']);
      expect([attribute(plot, 'axis_j_indices'), attribute(plot, 'axis_i_indices')]).toEqual([0, 1]);
      expect([attribute(i, 'units'), attribute(j, 'units')]).toEqual(['m', 'm']);
      expect(Array.from(i.value as Float64Array)).toEqual(Array.from({ length: 64 }, (_, k) => k * 2e-8));
      expect(Array.from(j.value as Float64Array)).toEqual(Array.from({ length: 40 }, (_, k) => (39 - k) * 2.1e-8));
      expect(dataset(file, `${PLOT}/real`).shape).toEqual([40, 64]);
    });
  });

  it('counts pixels and claims no unit and no field of view where the pixel size is unknown', async () => {
    const { pixelSizeXM: _, ...acquisition } = FULL_ACQUISITION;
    await withFile(writer.write(nexusInput({ acquisition: { ...acquisition, fieldWidthM: 1e-5 } })), (file) => {
      const i = dataset(file, `${PLOT}/axis_i`);
      expect(attribute(i, 'units')).toBeUndefined();
      expect(Array.from((i.value as Float64Array).subarray(0, 3))).toEqual([0, 1, 2]);
      expect(file.get(`${EVENT}/instrument/optics/field_of_view`)).toBeNull();
    });
  });

  const samples: SampleArray[] = [
    new Uint8Array(48),
    new Uint16Array(48),
    new Uint32Array(48),
    new BigUint64Array(48),
    new Int8Array(48),
    new Int16Array(48),
    new Int32Array(48),
    new BigInt64Array(48),
    new Float32Array(48),
    new Float64Array(48),
  ];
  it.each(samples.map((data) => ({ data: gradient(data), type: data.constructor.name })))(
    'keeps $type values bit for bit',
    async ({ data }) => {
      await withFile(writer.write(nexusInput({ data, widthPx: 8, heightPx: 6 })), (file) => {
        const real = dataset(file, `${PLOT}/real`);
        expect(real.value).toEqual(data);
        expect(real.shape).toEqual([6, 8]);
      });
    },
  );

  it('keeps NaN and infinities of floating-point pixels', async () => {
    const data = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, -0, 1e-40);
    await withFile(writer.write(nexusInput({ data, widthPx: 2, heightPx: 2 })), (file) => {
      expect(dataset(file, `${PLOT}/real`).value).toEqual(data);
    });
  });

  it('keeps the data bar in the image when it was found in the picture only', async () => {
    const input = nexusInput({ image: { dataBarHeightPx: 8, dataBarFrom: 'picture' } });
    await withFile(writer.write(input), (file) => {
      expect(dataset(file, `${PLOT}/real`).shape).toEqual([48, 64]);
      expect(file.get('/entry/attachments/data_bar')).toBeNull();
    });
  });
});

describe('the measurement', () => {
  it('states the specimen, the source file and the times that NXem requires', async () => {
    await withFile(writer.write(nexusInput()), (file) => {
      expect(dataset(file, '/entry/sample/is_simulation').value).toBe(0);
      expect(dataset(file, '/entry/sample/atom_types').value).toBe('');
      expect(dataset(file, '/entry/sample/preparation_date').value).toBe('2020-01-01T10:00:00+01:00');
      expect(dataset(file, `${EVENT}/start_time`).value).toBe('2020-01-01T10:00:00+01:00');
      expect(dataset(file, `${EVENT}/end_time`).value).toBe('2020-01-01T10:00:03+01:00');
      expect(dataset(file, '/entry/note1/checksum').value).toBe(SHA);
      expect(dataset(file, `${EVENT}/image1/process1/input/file_name`).value).toBe('Prüfung (1) 試料.tif');
      expect(dataset(file, '/entry/measurement/instrument/fabrication/vendor').value).toBe('unknown');
    });
  });

  it('writes SI values, NaN for the stage axes the header is silent about, and true and false', async () => {
    await withFile(writer.write(fullInput()), (file) => {
      const instrument = `${EVENT}/instrument`;
      const number = (path: string) => [dataset(file, path).value, attribute(dataset(file, path), 'units')];
      expect(number(`${instrument}/ebeam_column/electron_source/voltage`)).toEqual([5000, 'V']);
      expect(number(`${instrument}/optics/magnification`)).toEqual([10_000, undefined]);
      expect(number(`${instrument}/sensor1/value`)).toEqual([1e-3, 'Pa']);
      expect(dataset(file, `${instrument}/stage1/position`).value).toEqual(Float64Array.of(1e-3, -2e-3, Number.NaN));
      expect(dataset(file, `${instrument}/optics/tilt_correction`).value).toBe(0);
      expect(dataset(file, `${instrument}/optics/dynamic_focus_correction`).value).toBe(1);
      expect(dataset(file, '/entry/roi1/img/image1/imaging_mode').value).toBe('secondary_electron');
    });
  });

  it('leaves out what nothing is known about', async () => {
    await withFile(writer.write(nexusInput()), (file) => {
      const instrument = group(file, `${EVENT}/instrument`);
      expect(instrument.keys()).toEqual(['ebeam_column']);
      expect(file.get('/entry/classification')).toBeNull();
      expect(file.get('/entry/roi1')).toBeNull();
      expect(group(file, '/entry/sample').keys()).not.toContain('name');
    });
  });

  it('says that an ion beam took the picture', async () => {
    await withFile(writer.write(nexusInput({ acquisition: { ...FULL_ACQUISITION, beam: 'ion' } })), (file) => {
      expect(dataset(file, '/entry/measurement/instrument/type').value).toBe('fib');
      expect(dataset(file, `${EVENT}/instrument/ibeam_column/ion_source/voltage`).value).toBe(5000);
      expect(group(file, `${EVENT}/instrument/ebeam_column`).keys()).toEqual([]);
    });
  });

  it('orders the labels by rank, whatever their order in the record', async () => {
    const classification = { ...FIVE_LABELS, labels: FIVE_LABELS.labels.toReversed() };
    await withFile(writer.write(nexusInput({ classification })), (file) => {
      const labels = '/entry/classification/labels';
      expect(dataset(file, `${labels}/label`).value).toEqual(['Fibres', 'Tips', 'Powder', 'Particles', 'Nanowires']);
      expect(dataset(file, `${labels}/score`).value).toEqual(Float64Array.of(0.6, 0.3, 0.15, 0.075, 0.0375));
      expect(dataset(file, `${labels}/decision`).value).toBe('accepted');
    });
  });
});

describe('the attachments', () => {
  it('carry the whole record, the header, the JPEG and the embedding', async () => {
    const input = fullInput();
    await withFile(writer.write(input), (file) => {
      const note = (name: string): unknown =>
        JSON.parse(dataset(file, `/entry/attachments/${name}/data`).value as string) as unknown;
      const record = note('record') as { header: object };
      const whole = { ...record, header: { ...record.header, terms: note('header_terms') } };
      expect(whole).toEqual(input.record);
      expect(note('header')).toEqual(JSON.parse(input.headerJson ?? ''));
      const raw = dataset(file, '/entry/attachments/raw_header');
      expect([raw.value, attribute(raw, 'encoding')]).toEqual([input.rawHeader?.bytes, 'latin1']);
      expect(dataset(file, '/entry/attachments/thumbnail/data').value).toEqual(input.thumbnail.bytes);
      const embedding = dataset(file, '/entry/attachments/embedding');
      expect([embedding.value, attribute(embedding, 'preprocessing')]).toEqual([input.embedding?.vector, 'sem-256']);
      expect(dataset(file, '/entry/attachments/palette').shape).toEqual([256, 3]);
      expect(dataset(file, '/entry/attachments/data_bar').value).toEqual(
        (input.picture.plane.data as Uint8Array).subarray(64 * 40),
      );
    });
  });

  it('carry the exact colours of the rows above the data bar', async () => {
    const colour = { widthPx: 64, heightPx: 48, data: gradient(new Uint8Array(64 * 48 * 3)) };
    const input = nexusInput({ picture: { colour }, image: { dataBarHeightPx: 8, dataBarFrom: 'header' } });
    await withFile(writer.write(input), (file) => {
      const stored = dataset(file, '/entry/attachments/colour');
      expect(stored.shape).toEqual([40, 64, 3]);
      expect(stored.value).toEqual(colour.data.subarray(0, 40 * 64 * 3));
    });
  });

  it('carry deep colour and planes as the file orders them, less the rows of the data bar', async () => {
    const image = { dataBarHeightPx: 1, dataBarFrom: 'header' } as const;
    const deep = { shape: [3, 2, 4], planar: false, data: gradient(new Uint16Array(24)) } as const;
    const planar = { shape: [3, 3, 2], planar: true, data: gradient(new Uint8Array(18)) } as const;
    const colourOf = (picture: Partial<Picture>, widthPx: number) =>
      withFile(writer.write(nexusInput({ widthPx, heightPx: 3, picture, image })), (file) => {
        const { value, shape } = dataset(file, '/entry/attachments/colour');
        return { value, shape };
      });
    expect(await colourOf({ storedColour: deep }, 2)).toEqual({ value: deep.data.subarray(0, 16), shape: [2, 2, 4] });
    const kept = [0, 6, 12].flatMap((start) => Array.from(planar.data.subarray(start, start + 4)));
    expect(await colourOf({ storedColour: planar }, 2)).toEqual({ value: Uint8Array.from(kept), shape: [3, 2, 2] });
  });
});

describe('a writer that is used again and again', () => {
  it('gives the same values for the same record', async () => {
    const first = await withFile(writer.write(fullInput()), allValues);
    for (let i = 0; i < 5; i += 1) expect(await withFile(writer.write(fullInput()), allValues)).toEqual(first);
  });

  it('fills a layout it has seen with the values of the next record', async () => {
    for (let i = 0; i < 3; i += 1) writer.write(fullInput());
    const other = fullInput();
    other.record.acquisition = { ...FULL_ACQUISITION, magnification: 7, tiltCorrection: false, detector: 'T' };
    other.record.classification = { ...FIVE_LABELS, reason: 'ü'.repeat(5000) };
    other.picture.plane.data = new Uint8Array(64 * 48).fill(9);
    const values = await withFile(writer.write(other), allValues);
    expect(values.get(`${EVENT.slice(1)}/instrument/optics/magnification`)).toBe(7);
    expect(values.get('entry/measurement/instrument/detector1/name')).toBe('T');
    expect(values.get('entry/classification/labels/reason')).toBe('ü'.repeat(5000));
    expect(new Set(values.get(`${PLOT.slice(1)}/real`) as Uint8Array)).toEqual(new Set([9]));
  });

  it('leaves nothing of one record in the file of another', () => {
    const secret = 'Geheimnis';
    const name = (i: number) => nexusInput({ acquisition: { ...FULL_ACQUISITION, sampleName: `${secret} ${i}` } });
    for (let i = 0; i < 4; i += 1) expect(Buffer.from(writer.write(name(i))).includes(`${secret} ${i}`)).toBe(true);
    const next = Buffer.from(writer.write(nexusInput({ acquisition: FULL_ACQUISITION })));
    expect(next.includes(secret)).toBe(false);
  });

  it('asks the library once for each layout, whatever the size of the picture and the texts', async () => {
    const module = await ready;
    const fresh = await openNexusWriter(await loadNexusTemplate());
    const open = vi.spyOn(module, 'open');
    try {
      const sizes = [64, 100, 333];
      for (const widthPx of sizes) {
        const input = nexusInput({ widthPx, acquisition: FULL_ACQUISITION, classification: FIVE_LABELS });
        input.record.source.name = 'ä'.repeat(widthPx);
        const values = await withFile(fresh.write(input), (file) => [
          dataset(file, `${PLOT}/real`).value,
          dataset(file, `${PLOT}/real`).shape,
          dataset(file, '/entry/title').value,
          attribute(file, 'file_name'),
        ]);
        expect(values).toEqual([input.picture.plane.data, [48, widthPx], 'ä'.repeat(widthPx), input.fileName]);
      }
      // The template with what all files share, and one skeleton; the rest are readers of this test.
      expect(open.mock.calls.filter(([name]) => !name.startsWith('/read'))).toHaveLength(2);
    } finally {
      open.mockRestore();
    }
  });

  it('leaves what it is given as it was', () => {
    const input = fullInput();
    input.rawHeader = { bytes: Buffer.alloc(300, 7), place: 'tiff:34118', encoding: 'latin1' };
    input.thumbnail = { bytes: Buffer.alloc(50, 8), fileName: 'a.jpg' };
    const before = structuredClone(input);
    for (let i = 0; i < 3; i += 1) writer.write(input);
    expect(structuredClone(input)).toEqual(before);
  });

  it('writes files that the library can change and extend', async () => {
    const hdf5 = await openHdf5();
    writer.write(fullInput());
    const bytes = hdf5.write(writer.write(fullInput()), (tree) => {
      tree.replaceText('/entry/title', 'changed');
      tree.text('/entry/attachments/more', 'm'.repeat(10_000));
      tree.array('/entry/attachments/numbers', new Float64Array(5000).fill(3), [5000]);
    });
    const { record, picture } = fullInput();
    const values = await withFile(bytes, allValues);
    expect(values.get('entry/title')).toBe('changed');
    expect(values.get('entry/note1/checksum')).toBe(record.source.sha256);
    expect(values.get('entry/attachments/more')).toBe('m'.repeat(10_000));
    expect(values.get(`${PLOT.slice(1)}/real`)).toEqual((picture.plane.data as Uint8Array).subarray(0, 64 * 40));
  });

  it('returns bytes that later writes do not change', () => {
    const first = writer.write(fullInput());
    const copy = first.slice();
    writer.write(nexusInput({ data: new Uint8Array(64 * 48).fill(255) }));
    expect(Buffer.compare(first, copy)).toBe(0);
  });

  it('holds on to no memory and no file inside the library', async () => {
    const module = await ready;
    const held = () => ({ heapBytes: module.HEAPU8.byteLength, files: module.FS.readdir('/') });
    const input = nexusInput({ widthPx: 512, heightPx: 512, acquisition: FULL_ACQUISITION });
    for (let i = 0; i < 3; i += 1) writer.write(input);
    const before = held();
    for (let i = 0; i < 300; i += 1) writer.write(input);
    expect(held()).toEqual(before);
  });

  it('throws convert/hdf5 for a picture of the wrong length, and writes the next one', async () => {
    const wrong = nexusInput({ data: new Uint8Array(7) });
    expect(() => writer.write(wrong)).toThrow(expect.objectContaining({ code: 'convert/hdf5' }));
    const values = await withFile(writer.write(nexusInput()), allValues);
    expect(values.get('entry/title')).toBe('Prüfung (1) 試料.tif');
  });

  it.each(['2020-01-01T10:00:00', '2020-01-01T10:00:00-00:00', '2020-01-01'])(
    'refuses the start time %s, which NXem would',
    (startTime) => {
      expect.assertions(1);
      try {
        writer.write(nexusInput({}, { startTime }));
      } catch (error) {
        expect(isIngestError(error, 'convert/hdf5')).toBe(true);
      }
    },
  );
});
