import { isAscii } from 'node:buffer';
import { TYPE, typeBytes } from './tiff-format.ts';

export interface Rational {
  numerator: number;
  denominator: number;
}

/** The bytes of a tag as they stand in the file, in the file's byte order. */
export interface RawTag {
  tag: number;
  type: number;
  count: number;
  bytes: Uint8Array;
}

const latin1 = new TextDecoder('latin1');

/** Text of a tag, byte for character as latin-1 (µ is 0xB5), without the NULs that close it. */
export function latin1Text(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const text = bytes.subarray(0, end);
  if (isAscii(text)) return Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
  // The label latin1 means windows-1252 to TextDecoder; it differs from ISO 8859-1 in 0x80 to 0x9F only, where vendors
  // that write those bytes at all mean the Windows characters.
  return latin1.decode(text);
}

function numberReader(view: DataView, type: number, little: boolean): ((at: number) => number) | undefined {
  switch (type) {
    case TYPE.byte:
    case TYPE.undefined:
      return (at) => view.getUint8(at);
    case TYPE.short:
      return (at) => view.getUint16(at, little);
    case TYPE.long:
    case TYPE.ifd:
      return (at) => view.getUint32(at, little);
    case TYPE.sbyte:
      return (at) => view.getInt8(at);
    case TYPE.sshort:
      return (at) => view.getInt16(at, little);
    case TYPE.slong:
      return (at) => view.getInt32(at, little);
    case TYPE.float:
      return (at) => view.getFloat32(at, little);
    case TYPE.double:
      return (at) => view.getFloat64(at, little);
    case TYPE.long8:
    case TYPE.ifd8:
      return (at) => Number(view.getBigUint64(at, little));
    case TYPE.slong8:
      return (at) => Number(view.getBigInt64(at, little));
    case TYPE.rational:
      return (at) => view.getUint32(at, little) / view.getUint32(at + 4, little);
    case TYPE.srational:
      return (at) => view.getInt32(at, little) / view.getInt32(at + 4, little);
    default:
      return undefined;
  }
}

/** The first number of a tag, as {@link tagNumbers} gives it; undefined also where the tag is empty. */
export function firstNumber({ bytes, type }: RawTag, littleEndian: boolean): number | undefined {
  if (bytes.length < (typeBytes(type) ?? Number.POSITIVE_INFINITY)) return undefined;
  return numberReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), type, littleEndian)?.(0);
}

/** The numbers of a tag (rationals as quotients; 64-bit integers beyond 2^53 rounded); undefined for text and unknown types. */
export function tagNumbers(raw: RawTag, littleEndian: boolean): Float64Array | undefined {
  const size = typeBytes(raw.type);
  const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  const read = numberReader(view, raw.type, littleEndian);
  if (size === undefined || read === undefined) return undefined;
  const numbers = new Float64Array(Math.floor(raw.bytes.length / size));
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(i * size);
  return numbers;
}

/** The exact numerators and denominators of a RATIONAL or SRATIONAL tag; undefined for other types. */
export function tagRationals(raw: RawTag, littleEndian: boolean): Rational[] | undefined {
  if (raw.type !== TYPE.rational && raw.type !== TYPE.srational) return undefined;
  const part: RawTag = { ...raw, type: raw.type === TYPE.rational ? TYPE.long : TYPE.slong };
  const parts = tagNumbers(part, littleEndian) ?? new Float64Array();
  return Array.from({ length: Math.floor(parts.length / 2) }, (_, i) => ({
    numerator: parts[2 * i] as number,
    denominator: parts[2 * i + 1] as number,
  }));
}
