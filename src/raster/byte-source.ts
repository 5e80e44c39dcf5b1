/** Random access to the bytes of a file, in memory or on a disk. */
export interface ByteSource {
  readonly size: number;
  /** Reads exactly `length` bytes at `offset`; rejects with `raster/truncated` where they reach past the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}
