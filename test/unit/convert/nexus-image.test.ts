import { describe, expect, it } from 'vitest';
import { keptRows } from '../../../src/convert/nexus-image.ts';
import { makeRecord } from '../../builders/micrograph-record.ts';

function kept(dataBarFrom: 'header' | 'picture' | undefined, cutFoundDataBar?: boolean): number {
  const record = makeRecord({ name: 'a.tif' });
  const image = { ...record.image, heightPx: 48, ...(dataBarFrom && { dataBarFrom, dataBarHeightPx: 8 }) };
  return keptRows({ record: { ...record, image }, ...(cutFoundDataBar !== undefined && { cutFoundDataBar }) });
}

describe('the rows that become the picture of the HDF5', () => {
  it('leave out the bar of the header always, one found in the picture only where the site wants that', () => {
    expect([kept(undefined), kept(undefined, true)]).toEqual([48, 48]);
    expect([kept('header'), kept('header', true)]).toEqual([40, 40]);
    expect([kept('picture'), kept('picture', false), kept('picture', true)]).toEqual([48, 48, 40]);
  });
});
