import type { HarvestInput } from '../../../src/metadata/harvest-types.ts';

/** Bytes of a text as the microscopes of the west write it. */
export function latin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'));
}

/** A picture of 1536 x 1103 pixels with one vendor tag. */
export function tagInput(tag: number, text: string, change: Partial<HarvestInput> = {}): HarvestInput {
  return {
    fileName: 'picture.tif',
    tags: [{ place: `tiff:${tag}`, tag, bytes: latin1(text) }],
    sidecars: [],
    image: { widthPx: 1536, heightPx: 1103 },
    ...change,
  };
}

/** A picture of 1280 x 960 pixels with one sidecar. */
export function sidecarInput(bytes: Uint8Array, change: Partial<HarvestInput> = {}): HarvestInput {
  return {
    fileName: 'picture.tif',
    tags: [],
    sidecars: [{ name: 'picture.txt', bytes }],
    image: { widthPx: 1280, heightPx: 960 },
    ...change,
  };
}
