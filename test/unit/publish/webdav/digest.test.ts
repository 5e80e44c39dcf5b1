import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answerChallenge, parseChallenge } from '../../../../src/publish/webdav/digest.ts';

const RFC =
  'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

/** The parts of an Authorization header. */
function partsOf(header: string): Record<string, string> {
  return Object.fromEntries([...header.matchAll(/(\w+)="?([^",]*)"?/g)].map(([, key, value]) => [key, value]));
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

describe('a Digest challenge', () => {
  it('is answered as RFC 7616 works it out', () => {
    const challenge = parseChallenge(RFC);
    expect(challenge).toMatchObject({ realm: 'http-auth@example.org', hash: 'md5', hasQop: true, isSession: false });
    if (!challenge) return;
    const request = { username: 'Mufasa', password: 'Circle of Life', method: 'GET', uri: '/dir/index.html', count: 1 };
    const said = partsOf(answerChallenge(challenge, request));
    // Section 3.9.1, with a client nonce of our own.
    const ha1 = md5('Mufasa:http-auth@example.org:Circle of Life');
    const ha2 = md5('GET:/dir/index.html');
    expect(said).toMatchObject({ nc: '00000001', qop: 'auth', opaque: challenge.opaque, uri: '/dir/index.html' });
    expect(said['response']).toBe(md5(`${ha1}:${challenge.nonce}:00000001:${said['cnonce']}:auth:${ha2}`));
  });

  it('is answered as old servers want it, which offer no qop', () => {
    const challenge = parseChallenge('Digest realm="r", nonce="n"');
    if (!challenge) throw new Error('a challenge was expected');
    const request = { username: 'u', password: 'p', method: 'PUT', uri: '/a', count: 1 };
    const said = partsOf(answerChallenge(challenge, request));
    expect(said['response']).toBe(md5(`${md5('u:r:p')}:n:${md5('PUT:/a')}`));
    expect(said).not.toHaveProperty('qop');
  });

  it('is chosen among others, and those of unknown ways are passed over', () => {
    const header = `Basic realm="a, b", Digest realm="x", nonce="1", algorithm=FUTURE, qop="auth", ${RFC}`;
    expect(parseChallenge(header)?.realm).toBe('http-auth@example.org');
    expect(parseChallenge('Digest realm="x", nonce="1", algorithm=SHA-256-sess, qop=auth')).toMatchObject({
      hash: 'sha256',
      isSession: true,
    });
  });

  it.each(['', 'Basic realm="x"', 'Digest realm="x"', 'Digest nonce="1", qop="auth-int"', 'Negotiate'])(
    'is not found in: %s',
    (header) => {
      expect(parseChallenge(header)).toBeUndefined();
    },
  );

  it('carries names outside ASCII as the bytes of UTF-8, and quotes in them escaped', () => {
    const challenge = parseChallenge(RFC);
    if (!challenge) throw new Error('a challenge was expected');
    const request = { username: 'jü"日', password: 'p', method: 'GET', uri: '/', count: 1 };
    const header = Buffer.from(answerChallenge(challenge, request), 'latin1').toString('utf8');
    expect(header).toContain('username="jü\\"日"');
  });
});
