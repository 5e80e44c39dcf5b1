/** What a test states in an Olympus SIS block; times as they are stored (month from 0, year from 1900). */
export interface SisStatement {
  name?: string;
  time?: readonly [minute: number, hour: number, day: number, month: number, year: number];
  lengthExponent?: number;
  pixelSize?: readonly [x: number, y: number];
  magnification?: number;
  cameraName?: string;
}

/** Where {@link sisFile} puts the block that tag 33560 is to point to. */
export const SIS_BLOCK_AT = 200;

/**
 * A file of 300 bytes that holds the general data at 16 and the block behind it, as real files do; `base` is what stands
 * before it in a larger file.
 */
export function sisFile(statement: SisStatement, base = 0): Uint8Array {
  const file = Buffer.alloc(300);
  const { name = '', time = [1, 10, 24, 2, 116], lengthExponent = -9 } = statement;
  const [x, y] = statement.pixelSize ?? [1.5, 1.5];
  file.writeInt16LE(lengthExponent, 16 + 10);
  file.writeDoubleLE(x, 16 + 12);
  file.writeDoubleLE(y, 16 + 20);
  file.writeDoubleLE(statement.magnification ?? 125_000, 16 + 36);
  file.write(statement.cameraName ?? '', 16 + 46, 34, 'latin1');
  file.write('SIS0', SIS_BLOCK_AT, 'latin1');
  for (const [index, number] of time.entries()) file.writeInt16LE(number, SIS_BLOCK_AT + 10 + 2 * index);
  file.write(name, SIS_BLOCK_AT + 26, 32, 'latin1');
  file.writeUInt16LE(2, SIS_BLOCK_AT + 58);
  for (const [index, [type, offset]] of [[7, base + 100] as const, [1, base + 16] as const].entries()) {
    file.writeInt16LE(type, SIS_BLOCK_AT + 60 + 8 * index);
    file.writeUInt32LE(offset, SIS_BLOCK_AT + 64 + 8 * index);
  }
  return file;
}
