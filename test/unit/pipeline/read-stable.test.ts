import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBufferPool } from '../../../src/pipeline/buffer-pool.ts';
import { readStable } from '../../../src/pipeline/read-stable.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const fresh = (size: number): Uint8Array => new Uint8Array(size);

describe('readStable', () => {
  it('reads the whole file into a buffer that may be larger', () => {
    const path = join(temporaryFolder(), 'ä 試料.tif');
    writeFileSync(path, 'pixels');
    const read = readStable(path, 100, (size) => new Uint8Array(size + 50).fill(7));
    expect('bytes' in read && Buffer.from(read.bytes).toString()).toBe('pixels');
  });

  it('says that a file which grows while it is read is to be tried again', () => {
    const path = join(temporaryFolder(), 'a.tif');
    writeFileSync(path, 'pixels');
    const read = readStable(path, 100, (size) => {
      appendFileSync(path, 'more');
      return fresh(size);
    });
    expect(read).toMatchObject({
      unsettled: expect.stringMatching(/changed while it was read: 6 bytes before, 10 after/),
    });
  });

  it('says that a file which is gone is to be tried again', () => {
    expect(readStable(join(temporaryFolder(), 'gone.tif'), 100, fresh)).toHaveProperty('unsettled');
  });

  it('refuses a file beyond the limit before any memory is taken', () => {
    const path = join(temporaryFolder(), 'large.tif');
    writeFileSync(path, new Uint8Array(101));
    const refuse = (): Uint8Array => {
      throw new Error('memory was taken');
    };
    expect(() => readStable(path, 100, refuse)).toThrow(/101 bytes, and at most 100/);
  });
});

describe('createBufferPool', () => {
  it('never lends a buffer twice at a time, and lends it again after it was reclaimed', () => {
    const pool = createBufferPool();
    const [a, b] = [pool.take(1000), pool.take(1000)];
    expect(a).not.toBe(b);
    pool.reclaim();
    expect([a, b]).toContain(pool.take(900));
  });

  it('keeps a large buffer for large files, and does not keep everything', () => {
    const pool = createBufferPool();
    const large = pool.take(64 * 2 ** 20);
    pool.reclaim();
    expect(pool.take(1000)).not.toBe(large);
    expect(pool.take(60 * 2 ** 20)).toBe(large);
  });
});
