import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type TestAuth =
  | { kind: 'basic' | 'digest'; username: string; password: string; algorithm?: string; usesOfNonce?: number }
  | { kind: 'bearer'; token: string };

/** Judges requests: undefined lets one in, a text is the challenge of its 401. */
export function createTestAuth(auth: TestAuth | undefined): (request: IncomingMessage) => string | undefined {
  if (!auth) return () => undefined;
  if (auth.kind === 'bearer') return only(`Bearer ${auth.token}`, 'Bearer realm="test"');
  if (auth.kind === 'digest') return digest(auth);
  const pair = Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64');
  return only(`Basic ${pair}`, 'Basic realm="test"');
}

function only(expected: string, challenge: string): (request: IncomingMessage) => string | undefined {
  return ({ headers }) => (headers.authorization === expected ? undefined : challenge);
}

function digest(auth: {
  username: string;
  password: string;
  algorithm?: string;
  usesOfNonce?: number;
}): (request: IncomingMessage) => string | undefined {
  const { algorithm = 'MD5', usesOfNonce = Number.POSITIVE_INFINITY } = auth;
  const hex = (text: string): string =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text, 'utf8')
      .digest('hex');
  // Each nonce lives on its own, as in real servers, and counts how often it was used.
  const used = new Map<string, Set<string>>();
  return ({ headers, method, url }) => {
    const said = new Map(
      [...(headers.authorization ?? '').matchAll(/(\w+)="?([^",]*)"?/g)].map(([, key = '', value = '']) => [
        key,
        value,
      ]),
    );
    const [nonce = '', nc = ''] = [said.get('nonce'), said.get('nc')];
    const counts = used.get(nonce);
    const secret = hex(`${auth.username}:semantiff, test:${auth.password}`);
    const asked = hex(`${method}:${said.get('uri')}`);
    const right = hex(`${secret}:${nonce}:${nc}:${said.get('cnonce')}:auth:${asked}`);
    const isRight = said.get('response') === right && said.get('uri') === url;
    if (isRight && counts && !counts.has(nc) && counts.size < usesOfNonce) {
      counts.add(nc);
      return undefined;
    }
    const fresh = randomBytes(8).toString('hex');
    used.set(fresh, new Set());
    return `Digest realm="semantiff, test", nonce="${fresh}", algorithm=${algorithm}, qop="auth,auth-int", stale=true`;
  };
}
