import { decodeText } from '../../decode-text.ts';

/** Bytes of the block up to its list, and of each line of the list. */
export const SIS_HEAD_BYTES = 60;
export const SIS_ENTRY_BYTES = 8;
/** Bytes of the general data that are understood. */
export const SIS_GENERAL_BYTES = 112;
/** The line of the list that points to the general data. */
export const SIS_GENERAL = 1;

export interface SisGeneral {
  /** Sizes of a pixel are in metres x 10^lengthExponent. */
  lengthExponent: number;
  pixelSizeX: number;
  pixelSizeY: number;
  magnification: number;
  cameraName: string;
  pictureType: string;
}

export interface SisHeader {
  name: string;
  /** As they are stored: the month counts from 0, the year from 1900. */
  time: { minute: number; hour: number; day: number; month: number; year: number };
  general: SisGeneral | undefined;
}

export function isSisBlock(bytes: Uint8Array): boolean {
  return bytes.length >= SIS_HEAD_BYTES && decodeText(bytes.subarray(0, 4)).text === 'SIS0';
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Text up to its NUL. */
function textAt(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end)).text.trim();
}

function readGeneral(bytes: Uint8Array): SisGeneral | undefined {
  if (bytes.length < SIS_GENERAL_BYTES) return undefined;
  const view = viewOf(bytes);
  return {
    lengthExponent: view.getInt16(10, true),
    pixelSizeX: view.getFloat64(12, true),
    pixelSizeY: view.getFloat64(20, true),
    magnification: view.getFloat64(36, true),
    cameraName: textAt(bytes, 46, 34),
    pictureType: textAt(bytes, 80, 32),
  };
}

/** Lines of the list behind the head of a block. */
export function sisListBytes(head: Uint8Array): number {
  return viewOf(head).getUint16(58, true) * SIS_ENTRY_BYTES;
}

/** Where the file holds the general data, as the list of a whole block says. */
export function sisGeneralOffset(block: Uint8Array): number | undefined {
  const view = viewOf(block);
  for (let at = SIS_HEAD_BYTES; at + SIS_ENTRY_BYTES <= block.length; at += SIS_ENTRY_BYTES) {
    if (view.getInt16(at, true) === SIS_GENERAL) return view.getUint32(at + 4, true);
  }
  return undefined;
}

/**
 * Reads a block of analySIS and of later programs of Olympus Soft Imaging, with its general data behind it. Nothing is
 * published about it; the places are those of `read_sis` in tifffile 2026.3.3 (which agree with SISReader of Bio-Formats),
 * checked on two real files. All numbers are little-endian, whatever the TIFF is.
 */
export function parseSis(bytes: Uint8Array): SisHeader {
  if (!isSisBlock(bytes)) throw new Error(`expected a block of ${SIS_HEAD_BYTES} bytes that begins with SIS0`);
  const view = viewOf(bytes);
  const [minute, hour, day, month, year] = [10, 12, 14, 16, 18].map((at) => view.getInt16(at, true));
  return {
    name: textAt(bytes, 26, 32),
    time: { minute: minute ?? 0, hour: hour ?? 0, day: day ?? 0, month: month ?? 0, year: year ?? 0 },
    general: readGeneral(bytes.subarray(SIS_HEAD_BYTES + sisListBytes(bytes))),
  };
}
