/** Numbers of the TIFF 6.0 specification (and its supplements) that the reader needs. */
export const TAG = {
  newSubfileType: 254,
  oldSubfileType: 255,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  imageDescription: 270,
  make: 271,
  model: 272,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  t4Options: 292,
  t6Options: 293,
  resolutionUnit: 296,
  software: 305,
  dateTime: 306,
  artist: 315,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  ycbcrSubsampling: 530,
} as const;

export const TYPE = {
  byte: 1,
  ascii: 2,
  short: 3,
  long: 4,
  rational: 5,
  sbyte: 6,
  undefined: 7,
  sshort: 8,
  slong: 9,
  srational: 10,
  float: 11,
  double: 12,
  ifd: 13,
  long8: 16,
  slong8: 17,
  ifd8: 18,
} as const;

const TYPE_BYTES: ReadonlyMap<number, number> = new Map([
  [TYPE.byte, 1],
  [TYPE.ascii, 1],
  [TYPE.short, 2],
  [TYPE.long, 4],
  [TYPE.rational, 8],
  [TYPE.sbyte, 1],
  [TYPE.undefined, 1],
  [TYPE.sshort, 2],
  [TYPE.slong, 4],
  [TYPE.srational, 8],
  [TYPE.float, 4],
  [TYPE.double, 8],
  [TYPE.ifd, 4],
  [TYPE.long8, 8],
  [TYPE.slong8, 8],
  [TYPE.ifd8, 8],
]);

/** Bytes of one value of a TIFF type; undefined for a type that no specification names. */
export function typeBytes(type: number): number | undefined {
  return TYPE_BYTES.get(type);
}

export const COMPRESSION = {
  none: 1,
  faxRle: 2,
  faxGroup3: 3,
  faxGroup4: 4,
  lzw: 5,
  oldJpeg: 6,
  jpeg: 7,
  deflate: 8,
  packBits: 32773,
  oldDeflate: 32946,
  zstd: 50000,
} as const;

export const PHOTOMETRIC = { minIsWhite: 0, minIsBlack: 1, rgb: 2, palette: 3, ycbcr: 6 } as const;
