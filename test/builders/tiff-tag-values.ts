const TYPES = {
  BYTE: [1, 1],
  ASCII: [2, 1],
  SHORT: [3, 2],
  LONG: [4, 4],
  RATIONAL: [5, 8],
  SBYTE: [6, 1],
  UNDEFINED: [7, 1],
  SSHORT: [8, 2],
  SLONG: [9, 4],
  SRATIONAL: [10, 8],
  FLOAT: [11, 4],
  DOUBLE: [12, 8],
  IFD: [13, 4],
  LONG8: [16, 8],
  SLONG8: [17, 8],
  IFD8: [18, 8],
} as const satisfies Record<string, readonly [number, number]>;

export type TagTypeName = keyof typeof TYPES;

/** Text (written as latin-1 with a closing NUL), raw bytes as they shall stand, numbers, or pairs for the rational types. */
export type TagValue =
  | string
  | Uint8Array
  | number
  | bigint
  | readonly number[]
  | readonly bigint[]
  | readonly (readonly [number, number])[];

/** The TIFF type number of a name; numbers pass through. */
export function typeNumber(type: TagTypeName | number): number {
  return typeof type === 'number' ? type : TYPES[type][0];
}

/** Bytes one value takes; an unknown type number counts as one byte. */
export function typeSize(type: TagTypeName | number): number {
  if (typeof type !== 'number') return TYPES[type][1];
  return Object.values(TYPES).find(([number]) => number === type)?.[1] ?? 1;
}

/** The bytes of a tag's value and its count. */
export function encodeTagValue(
  value: TagValue,
  type: TagTypeName | number,
  littleEndian: boolean,
): { bytes: Uint8Array; count: number } {
  const size = typeSize(type);
  if (value instanceof Uint8Array) return { bytes: value, count: Math.floor(value.length / size) };
  if (typeof value === 'string') {
    const bytes = Uint8Array.from([...Buffer.from(value, 'latin1'), 0]);
    return { bytes, count: bytes.length };
  }
  const list = typeof value === 'number' || typeof value === 'bigint' ? [value] : value;
  const bytes = new Uint8Array(list.length * size);
  const view = new DataView(bytes.buffer);
  list.forEach((item, index) => {
    if (typeof item === 'object') {
      const signed = typeNumber(type) === TYPES.SRATIONAL[0];
      const put = (at: number, part: number): void =>
        signed ? view.setInt32(at, part, littleEndian) : view.setUint32(at, part, littleEndian);
      put(index * 8, item[0]);
      put(index * 8 + 4, item[1]);
    } else {
      putNumber(view, index * size, item, typeNumber(type), size, littleEndian);
    }
  });
  return { bytes, count: list.length };
}

function putNumber(
  view: DataView,
  at: number,
  value: number | bigint,
  type: number,
  size: number,
  littleEndian: boolean,
): void {
  if (type === TYPES.FLOAT[0]) view.setFloat32(at, Number(value), littleEndian);
  else if (type === TYPES.DOUBLE[0]) view.setFloat64(at, Number(value), littleEndian);
  else if (size === 8) view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)), littleEndian);
  else if (size === 4) view.setUint32(at, Number(value) >>> 0, littleEndian);
  else if (size === 2) view.setUint16(at, Number(value) & 0xffff, littleEndian);
  else view.setUint8(at, Number(value) & 0xff);
}
