import { answerChallenge, type DigestChallenge, parseChallenge } from './digest.ts';
import type { WebdavAuth } from './options.ts';

/** Makes the Authorization header of each request. */
export interface Credentials {
  header(method: string, url: URL): string | undefined;
  /** Learns from the challenge of a 401; true when the same request may succeed now. */
  learn(challenge: string | null): boolean;
}

/**
 * Our own headers, not the client's: that one encodes a Basic password as Latin-1, and with Digest it takes a 401 for
 * success and repeats requests with streams that are used up.
 */
export function createCredentials(auth: WebdavAuth): Credentials {
  switch (auth.kind) {
    case 'none':
      return fixed(undefined);
    case 'basic':
      return fixed(`Basic ${Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64')}`);
    case 'bearer':
      return fixed(`Bearer ${auth.token}`);
    case 'digest':
      return digest(auth.username, auth.password);
  }
}

function fixed(header: string | undefined): Credentials {
  return { header: () => header, learn: () => false };
}

/** The last challenge is kept for all requests; each use counts, as the scheme wants. */
function digest(username: string, password: string): Credentials {
  let challenge: DigestChallenge | undefined;
  let uses = 0;
  return {
    header: (method, url) => {
      if (!challenge) return undefined;
      uses += 1;
      return answerChallenge(challenge, { username, password, method, uri: url.pathname, count: uses });
    },
    learn: (text) => {
      challenge = parseChallenge(text ?? '');
      uses = 0;
      return challenge !== undefined;
    },
  };
}
