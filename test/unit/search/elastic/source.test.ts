import { describe, expect, it } from 'vitest';
import { toIndexDocument } from '../../../../src/search/document.ts';
import { FIELDS } from '../../../../src/search/elastic/fields.ts';
import { toSource } from '../../../../src/search/elastic/source.ts';
import { makeRecord } from '../../../builders/micrograph-record.ts';

const VECTOR = Float32Array.from([0.1, -2, 3e-9]);
const RECORD = makeRecord({
  name: 'a.tif',
  acquisition: { accelerationVoltageV: 5000, acquiredAt: '2019-03-12T10:00:00+02:00' },
  labels: { Powder: 0.6, Particles: 0.3, Tips: 0.1 },
  decision: 'accepted',
});

describe('the document as Elasticsearch gets it', () => {
  it('has no field that the mapping does not know', () => {
    const embedded = { space: 's', vector: VECTOR };
    const source = toSource({ ...toIndexDocument(RECORD, embedded), meaning: embedded }, 1, 'base64');
    expect(Object.keys(FIELDS)).toEqual(expect.arrayContaining(Object.keys(source)));
  });

  it('has facets of its labels and the time on the wall clock', () => {
    const source = toSource(toIndexDocument(RECORD), 1, 'base64');
    expect(source).toMatchObject({
      label: ['Powder', 'Particles'],
      accepted_label: 'Powder',
      acquired: '2019-03-12T10:00:00.000Z',
      acquired_at: '2019-03-12T10:00:00+02:00',
      acceleration_voltage_v: 5000,
    });
    const undecided = makeRecord({ name: 'a.tif', labels: { Powder: 0.6 } });
    expect(toSource(toIndexDocument(undecided), 1, 'base64')['accepted_label']).toBeUndefined();
  });

  it('writes vectors bit for bit, as bytes or as numbers, and none without direction', () => {
    const written = (encoding: 'base64' | 'numbers', vector = VECTOR): unknown =>
      toSource(toIndexDocument(RECORD, { space: 's', vector }), 1, encoding)['image_vector'];
    expect(written('numbers')).toEqual({ d3: [...VECTOR] });
    const { d3 } = written('base64') as { d3: string };
    const bytes = Buffer.from(d3, 'base64');
    expect([0, 4, 8].map((at) => bytes.readFloatBE(at))).toEqual([...VECTOR]);
    expect(written('base64', new Float32Array(3))).toBeUndefined();
    expect(written('base64', Float32Array.from([1, Number.NaN]))).toBeUndefined();
    for (const vector of [
      new Float32Array(0),
      Float32Array.from([1e-30]),
      Float32Array.from([1e30]),
      new Float32Array(5000).fill(1),
    ]) {
      expect(written('base64', vector)).toBeUndefined();
    }
  });
});
