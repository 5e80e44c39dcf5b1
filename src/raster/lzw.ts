const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const MIN_BITS = 9;
const MAX_BITS = 12;
const TABLE = 1 << MAX_BITS;

/**
 * Expands TIFF LZW (most significant bit first, "early change") into `out`; returns the bytes written. Stops quietly at
 * the end code, at the end of either buffer and at a code that cannot be: the caller compares the count.
 */
export function expandLzw(input: Uint8Array, out: Uint8Array): number {
  // A table entry is a run that stands in `out` already: its position and length.
  const startOf = new Uint32Array(TABLE);
  const lengthOf = new Uint16Array(TABLE);
  let next = FIRST_FREE;
  let bits = MIN_BITS;
  let previousAt = -1;
  let previousLength = 0;
  let written = 0;
  let acc = 0;
  let accBits = 0;
  let at = 0;
  while (written < out.length) {
    while (accBits < bits && at < input.length) {
      acc = ((acc << 8) | (input[at++] as number)) & 0xffffff;
      accBits += 8;
    }
    if (accBits < bits) break;
    accBits -= bits;
    const code = (acc >>> accBits) & ((1 << bits) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      next = FIRST_FREE;
      bits = MIN_BITS;
      previousAt = -1;
      continue;
    }
    const begin = written;
    if (code < CLEAR) out[written++] = code;
    else if (code < next) written = copyRun(out, startOf[code] as number, lengthOf[code] as number, written);
    else if (code === next && previousAt >= 0) written = copyRun(out, previousAt, previousLength + 1, written);
    else break;
    if (previousAt >= 0 && next < TABLE) {
      startOf[next] = previousAt;
      lengthOf[next] = previousLength + 1;
      next++;
      if (next + 1 >= 1 << bits && bits < MAX_BITS) bits++;
    }
    previousAt = begin;
    previousLength = written - begin;
  }
  return written;
}

/** Copies within `out`; the run may reach into what is being written, so byte by byte. */
function copyRun(out: Uint8Array, from: number, length: number, to: number): number {
  const end = Math.min(to + length, out.length);
  for (let source = from; to < end; ) out[to++] = out[source++] as number;
  return end;
}
