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

/** The samples of a true-colour picture exactly as the file orders them: rows x columns x samples, or planes first. */
export interface StoredColour {
  shape: readonly [number, number, number];
  planar: boolean;
  data: SampleArray;
}

/**
 * A decoded picture. `plane` holds the stored values bit for bit (of a true-colour picture: the Rec. 601 luminance,
 * rounded), `colour` the exact samples of eight-bit true colour, `palette` the colours of a palette picture (RGB, 8 bit).
 * `storedColour` is there beside or instead of `colour` where the file's array is another: deeper samples, alpha, planar.
 */
export interface Picture {
  facts: ImageFacts;
  plane: Plane;
  colour?: Rgb8;
  storedColour?: StoredColour;
  palette?: Uint8Array;
}
