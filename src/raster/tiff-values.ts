import { isAscii } from 'node:buffer';
import { TYPE, typeBytes } from './tiff-format.ts';

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

/** The number of a type at a place; undefined for text and unknown types. */
export function numberAt(view: DataView, at: number, type: number, little: boolean): number | undefined {
  switch (type) {
    case TYPE.byte:
    case TYPE.undefined:
      return view.getUint8(at);
    case TYPE.short:
      return view.getUint16(at, little);
    case TYPE.long:
    case TYPE.ifd:
      return view.getUint32(at, little);
    case TYPE.sbyte:
      return view.getInt8(at);
    case TYPE.sshort:
      return view.getInt16(at, little);
    case TYPE.slong:
      return view.getInt32(at, little);
    case TYPE.float:
      return view.getFloat32(at, little);
    case TYPE.double:
      return view.getFloat64(at, little);
    case TYPE.long8:
    case TYPE.ifd8:
      return Number(view.getBigUint64(at, little));
    case TYPE.slong8:
      return Number(view.getBigInt64(at, little));
    case TYPE.rational:
      return view.getUint32(at, little) / view.getUint32(at + 4, little);
    case TYPE.srational:
      return view.getInt32(at, little) / view.getInt32(at + 4, little);
    default:
      return undefined;
  }
}

/** The numbers of a tag (rationals as quotients; 64-bit integers beyond 2^53 rounded); undefined for text and unknown types. */
export function tagNumbers(raw: RawTag, littleEndian: boolean): Float64Array | undefined {
  const size = typeBytes(raw.type);
  const view = new DataView(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.byteLength);
  if (size === undefined || raw.type === TYPE.ascii) return undefined;
  const numbers = new Float64Array(Math.floor(raw.bytes.length / size));
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberAt(view, i * size, raw.type, littleEndian) as number;
  return numbers;
}
