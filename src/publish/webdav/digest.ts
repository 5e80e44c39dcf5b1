import { createHash, randomBytes } from 'node:crypto';

/** What a server's `WWW-Authenticate: Digest` asks for (RFC 7616). */
export interface DigestChallenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
  /** As the server wrote it; it is said back. */
  algorithm: string | undefined;
  hash: 'md5' | 'sha256' | 'sha512-256';
  isSession: boolean;
  /** Old servers (RFC 2069) offer none. */
  hasQop: boolean;
}

const HASHES: Readonly<Record<string, DigestChallenge['hash']>> = {
  md5: 'md5',
  'sha-256': 'sha256',
  'sha-512-256': 'sha512-256',
};
const PARAMETER = /([a-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** The first challenge of a header that we can answer; undefined when it has none. */
export function parseChallenge(header: string): DigestChallenge | undefined {
  const offers = header.split(/(?:^|,)\s*(?=(?:digest|basic|bearer|negotiate|ntlm)(?:\s|$|,))/i);
  for (const offer of offers) {
    const challenge = /^digest\s/i.test(offer) ? parseOffer(offer) : undefined;
    if (challenge) return challenge;
  }
  return undefined;
}

function parseOffer(offer: string): DigestChallenge | undefined {
  const said = new Map<string, string>();
  for (const [, key = '', quoted, plain] of offer.matchAll(PARAMETER)) {
    said.set(key.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  const [, name = 'md5', session] = /^(.*?)(-sess)?$/.exec((said.get('algorithm') ?? 'md5').toLowerCase()) ?? [];
  const hash = HASHES[name];
  const nonce = said.get('nonce');
  const qop = said.get('qop');
  const offersAuth = qop === undefined || qop.split(',').some((one) => one.trim().toLowerCase() === 'auth');
  if (!hash || nonce === undefined || !offersAuth) return undefined;
  return {
    realm: said.get('realm') ?? '',
    nonce,
    opaque: said.get('opaque'),
    algorithm: said.get('algorithm'),
    hash,
    isSession: session !== undefined,
    hasQop: qop !== undefined,
  };
}

/** The Authorization header for one request. `uri` is the path as it is sent; `count` goes up with each use of a nonce. */
export function answerChallenge(
  challenge: DigestChallenge,
  request: { username: string; password: string; method: string; uri: string; count: number },
): string {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const { username, password, method, uri } = request;
  const hex = (text: string): string => createHash(challenge.hash).update(text, 'utf8').digest('hex');
  const clientNonce = randomBytes(16).toString('hex');
  const count = request.count.toString(16).padStart(8, '0');
  const secret = hex(`${username}:${realm}:${password}`);
  const ha1 = challenge.isSession ? hex(`${secret}:${nonce}:${clientNonce}`) : secret;
  const ha2 = hex(`${method}:${uri}`);
  const response = hex(hasQop ? `${ha1}:${nonce}:${count}:${clientNonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  return [
    `Digest username="${quote(username)}"`,
    `realm="${quote(realm)}"`,
    `nonce="${quote(nonce)}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque="${quote(opaque)}"`]),
    ...(hasQop || challenge.isSession ? [`cnonce="${clientNonce}"`] : []),
    ...(hasQop ? ['qop=auth', `nc=${count}`] : []),
  ].join(', ');
}

/** A header's value is bytes to Node, one a character: UTF-8 goes out as it is. */
function quote(text: string): string {
  return Buffer.from(text.replace(/["\\]/g, '\\$&'), 'utf8').toString('latin1');
}
