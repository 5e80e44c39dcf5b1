import { describe, expect, it } from 'vitest';
import { contentFile } from '../../../../src/publish/record-source.ts';
import { agrees, checksumsOfHead, checksumsOfPut, parseOwncloud } from '../../../../src/publish/webdav/checksums.ts';

// `printf hello | sha256sum`, `| sha1sum`, `| md5sum`
const SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
const SHA1 = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d';
const MD5 = '5d41402abc4b2a76b9719d911017c592';
const FILE = contentFile('hello.txt', Buffer.from('hello'));

describe('a checksum that a server states', () => {
  it.each([
    ['OC-Checksum', `SHA1:${SHA1} MD5:${MD5} ADLER32:062c0215`, ['sha1', 'md5']],
    ['X-Hash-SHA256', SHA256.toUpperCase(), ['sha256']],
    [
      'Digest',
      'SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=,adler32=062c0215,MD5=XUFAKrxLKna5cZ2REBfFkg==',
      ['sha256', 'md5'],
    ],
    ['Repr-Digest', 'sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:', ['sha256']],
    ['Repr-Digest', 'unixsum=:AAA=:', []],
    ['OC-Checksum', 'nonsense', []],
  ])('in %s is understood', async (name, value, algorithms) => {
    const stated = checksumsOfHead(new Headers({ [name]: value }));
    expect(stated.map(({ algorithm }) => algorithm)).toEqual(algorithms);
    expect(await agrees(FILE, stated)).toBe(algorithms.length > 0 ? true : undefined);
  });

  it('of which one is wrong is wrong', async () => {
    const stated = parseOwncloud(`SHA1:${SHA1} MD5:${MD5.replace('5', '6')}`);
    expect(await agrees(FILE, stated)).toBe(false);
  });

  it('in the answer to a PUT may be of that answer: only those made for uploads count', () => {
    const headers = new Headers({ Digest: 'SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', 'X-Hash-MD5': MD5 });
    expect(checksumsOfPut(headers)).toEqual([{ algorithm: 'md5', hex: MD5 }]);
  });
});
