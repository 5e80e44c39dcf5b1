/** Lends buffers for the time of one batch. */
export interface BufferPool {
  /** At least `size` bytes that nobody else holds, with whatever the last borrower left in them. */
  take(size: number): Uint8Array;
  /** All buffers that were lent are free again: nothing may look at them any more. */
  reclaim(): void;
}

/** Sizes are rounded up to this, so that pictures of nearly the same size share buffers. */
const STEP_BYTES = 256 * 1024;
/** Free buffers beyond this are given back to the system. */
const MAX_FREE_BYTES = 128 * 2 ** 20;
/** A buffer so much larger than what is asked for stays for a larger picture. */
const MOST_WASTE = 4;

/**
 * Fresh megabytes for each picture cost page faults, and their weight makes V8 collect its whole heap every few files:
 * together a quarter of a worker's time. A worker that uses the same few buffers again has neither.
 */
export function createBufferPool(): BufferPool {
  let free: Uint8Array[] = [];
  const lent: Uint8Array[] = [];
  return {
    take(size) {
      const at = free.findIndex(({ length }) => length >= size && length <= Math.max(size, STEP_BYTES) * MOST_WASTE);
      const buffer = at >= 0 ? (free.splice(at, 1)[0] as Uint8Array) : newBuffer(size);
      lent.push(buffer);
      return buffer;
    },
    reclaim() {
      const all = [...free, ...lent.splice(0)].toSorted((a, b) => a.length - b.length);
      let total = 0;
      free = all.filter(({ length }) => (total += length) <= MAX_FREE_BYTES);
    },
  };
}

function newBuffer(size: number): Uint8Array {
  const rounded = Math.max(1, Math.ceil(size / STEP_BYTES)) * STEP_BYTES;
  return new Uint8Array(Buffer.allocUnsafeSlow(rounded).buffer);
}
