import type { ImageFacts } from '../domain/record.ts';

export type SampleArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** One plane of samples, row-major, row 0 on top, in the byte order of this machine. `data.length` = width x height. */
export interface Plane {
  widthPx: number;
  heightPx: number;
  data: SampleArray;
}

/** Eight-bit grey as a person sees it: 0 is black. `data.length` = width x height. */
export interface Grey8 {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}

/** Eight-bit colour, three interleaved samples a pixel. `data.length` = width x height x 3. */
export interface Rgb8 {
  widthPx: number;
  heightPx: number;
  data: Uint8Array;
}

/**
 * A decoded picture. `plane` holds the stored values bit for bit (of a true-colour picture: the Rec. 601 luminance,
 * rounded), `colour` the exact true-colour samples, `palette` the 256 or fewer colours of a palette picture (RGB, 8 bit).
 */
export interface Picture {
  facts: ImageFacts;
  plane: Plane;
  colour?: Rgb8;
  palette?: Uint8Array;
}
