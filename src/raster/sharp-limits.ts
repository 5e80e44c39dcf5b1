import sharp from 'sharp';

/**
 * One thread and no cache for sharp in this process: a worker is one of several, and never sees a picture twice. To be
 * called once by whoever owns the process, never at import.
 */
export function limitSharp(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
