/**
 * The checksum of HDF5's metadata, also the order of the names in a group's index: `hashlittle` of Bob Jenkins' lookup3.c
 * with the initial value 0, as an unsigned 32-bit number.
 */
export function hdf5Checksum(bytes: Uint8Array): number {
  const state = new Int32Array(3).fill(0xdeadbeef + bytes.length);
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    add(state, bytes, at);
    mix(state);
  }
  if (at < bytes.length) {
    add(state, bytes, at);
    finish(state);
  }
  return (state[2] ?? 0) >>> 0;
}

/** Adds up to twelve bytes as three little-endian numbers; those behind the end count as 0. */
function add(state: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 12; i++) state[i >> 2] = (state[i >> 2] ?? 0) + ((bytes[at + i] ?? 0) << (8 * (i & 3)));
}

const MIX = [4, 6, 8, 16, 19, 4] as const;

function mix(state: Int32Array): void {
  let [a = 0, b = 0, c = 0] = state;
  for (const shift of MIX) {
    const mixed = ((a - c) ^ rotated(c, shift)) | 0;
    [a, b, c] = [b, (c + b) | 0, mixed];
  }
  state.set([a, b, c]);
}

const FINISH = [14, 11, 25, 16, 4, 14, 24] as const;

function finish(state: Int32Array): void {
  let [a = 0, b = 0, c = 0] = state;
  for (const shift of FINISH) {
    const finished = ((c ^ b) - rotated(b, shift)) | 0;
    [a, b, c] = [b, finished, a];
  }
  // Seven turns of three places: `c`, the last that was finished, stands in the middle.
  state.set([c, a, b]);
}

function rotated(value: number, shift: number): number {
  return (value << shift) | (value >>> (32 - shift));
}
