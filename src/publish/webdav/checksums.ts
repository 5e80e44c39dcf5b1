import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { OutgoingFile } from '../record-source.ts';

/** A checksum that a server states; `hex` in lower case. */
export interface StatedChecksum {
  algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512';
  hex: string;
}

const ALGORITHMS: Readonly<Record<string, StatedChecksum['algorithm']>> = {
  md5: 'md5',
  sha: 'sha1',
  sha1: 'sha1',
  'sha-1': 'sha1',
  sha256: 'sha256',
  'sha-256': 'sha256',
  sha512: 'sha512',
  'sha-512': 'sha512',
};

/**
 * Asks for checksums that the server computes: RFC 9530, RFC 3230 before it (dCache, StoRM), and `X-Hash` of Nextcloud
 * (nextcloud/server#19351). We never send an `OC-Checksum` of our own: Nextcloud stores what it is told and says it
 * back unchecked (nextcloud/server#22733), which proves nothing.
 */
export const ASK_FOR_CHECKSUM = { 'Want-Repr-Digest': 'sha-256=10', 'Want-Digest': 'sha-256, md5', 'X-Hash': 'sha256' };

/** What the headers of an answer to PUT state of the file that was sent; its digests may be of the answer's own body. */
export function checksumsOfPut(headers: { get(name: string): string | null }): StatedChecksum[] {
  const hashes = ['sha256', 'sha1', 'md5'].map((name) => `${name}:${headers.get(`x-hash-${name}`) ?? ''}`);
  return [...parseOwncloud(headers.get('oc-checksum') ?? ''), ...parseOwncloud(hashes.join(' '))];
}

/** What the headers of an answer to HEAD or GET state of the file. */
export function checksumsOfHead(headers: { get(name: string): string | null }): StatedChecksum[] {
  const digests = [headers.get('repr-digest') ?? '', headers.get('digest') ?? ''];
  return [...checksumsOfPut(headers), ...digests.flatMap(parseDigests)];
}

/** `SHA1:hex MD5:hex ADLER32:hex`, of ownCloud and Nextcloud; what we cannot compute is left out. */
export function parseOwncloud(text: string): StatedChecksum[] {
  return text.split(/\s+/).flatMap((one) => {
    const [name = '', hex = ''] = one.split(':');
    const algorithm = ALGORITHMS[name.toLowerCase()];
    return algorithm && /^[0-9a-f]+$/i.test(hex) ? [{ algorithm, hex: hex.toLowerCase() }] : [];
  });
}

/** `sha-256=:base64:` of RFC 9530 and `SHA-256=base64` of RFC 3230. */
function parseDigests(text: string): StatedChecksum[] {
  return text.split(',').flatMap((one) => {
    const [, name = '', base64 = ''] = /^\s*([^=\s]+)=:?([A-Za-z0-9+/]+={0,2}):?\s*$/.exec(one) ?? [];
    const algorithm = ALGORITHMS[name.toLowerCase()];
    return algorithm ? [{ algorithm, hex: Buffer.from(base64, 'base64').toString('hex') }] : [];
  });
}

/** Whether all that was stated is true of a file of ours; undefined when nothing was stated. Reads it where it must. */
export async function agrees(file: OutgoingFile, stated: readonly StatedChecksum[]): Promise<boolean | undefined> {
  if (stated.length === 0) return undefined;
  for (const { algorithm, hex } of stated) {
    const ours = algorithm === 'sha256' ? file.sha256 : await hashOf(file, algorithm);
    if (ours !== hex) return false;
  }
  return true;
}

async function hashOf({ from }: OutgoingFile, algorithm: string): Promise<string> {
  const digest = createHash(algorithm);
  if ('content' in from) digest.update(from.content);
  else await pipeline(createReadStream(from.path), digest);
  return digest.digest('hex');
}
