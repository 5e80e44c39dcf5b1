import { randomBytes } from 'node:crypto';

const PREFIX = '.semantiff-tmp-';
const HASH_CHARACTERS = 16;

/**
 * A name of its own for bytes on their way: it tells whose it is (ours), which content it is to hold (so that one whose
 * rename was never answered is found again), and no two writers ever take the same.
 */
export function temporaryName(sha256: string): string {
  return `${PREFIX}${sha256.slice(0, HASH_CHARACTERS)}-${randomBytes(4).toString('hex')}`;
}

/** Whether a name is a temporary one of ours, of any content or of this one. */
export function isTemporaryName(name: string, sha256 = ''): boolean {
  return name.startsWith(PREFIX + sha256.slice(0, HASH_CHARACTERS));
}
