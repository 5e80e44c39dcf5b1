import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isIngestError } from '../../../src/domain/errors.ts';
import { sha256Hex, sha256OfFile } from '../../../src/store/content-hash.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

// FIPS 180-2, appendix B.1.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

describe('the content hash', () => {
  it('is the SHA-256 of the bytes in lower-case hex', () => {
    expect(sha256Hex(Buffer.from('abc'))).toBe(ABC);
  });

  it('hashes only the window of a view, not the buffer behind it', () => {
    expect(sha256Hex(Buffer.from('xabcx').subarray(1, 4))).toBe(ABC);
  });

  it('is the same for a file and for its bytes, over more than one piece', async () => {
    const bytes = Buffer.alloc(3_000_001, 7);
    const path = join(temporaryFolder(), 'größe 1.tif');
    writeFileSync(path, bytes);
    expect(await sha256OfFile(path)).toBe(sha256Hex(bytes));
  });

  it('says what could not be read when the file is not there', async () => {
    const missing = sha256OfFile(join(temporaryFolder(), 'missing.tif'));
    await expect(missing).rejects.toSatisfy((error) => isIngestError(error, 'store/io'));
  });
});
