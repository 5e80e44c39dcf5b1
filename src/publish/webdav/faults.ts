import { IngestError, type IngestErrorCode } from '../../domain/errors.ts';

/** What was asked of the server, for messages: never a header, never the address with a query. */
export interface Asked {
  method: string;
  /** Below the collection of the options, decoded. */
  path: string;
}

interface Headers {
  get(name: string): string | null;
}

const BY_STATUS: Readonly<Record<number, IngestErrorCode>> = {
  401: 'publish/unauthorised',
  408: 'publish/unreachable',
  423: 'publish/locked',
  429: 'publish/busy',
  503: 'publish/busy',
  507: 'publish/full',
};
const FINAL: readonly IngestErrorCode[] = ['publish/unauthorised', 'publish/refused'];

const HINTS: Readonly<Record<string, string>> = {
  401: ': user, password or token are not accepted',
  403: ': no right to do this',
  413: ': the file is over its size limit',
  'MOVE 502': ': behind a proxy that ends TLS the server must be told that it is https',
};

/** The failure that an answer's status means; `context` has `status`, and `retryAfterS` where the server said when. */
export function statusFault(asked: Asked, status: number, headers: Headers, nowMs = Date.now()): IngestError {
  const code = BY_STATUS[status] ?? (status >= 500 ? 'publish/unreachable' : 'publish/refused');
  const hint = HINTS[`${asked.method} ${status}`] ?? HINTS[status] ?? '';
  const retryAfterS = readRetryAfter(headers, nowMs);
  return new IngestError(code, told(asked, `The WebDAV server answered ${status}${hint}`), {
    retryable: !FINAL.includes(code),
    context: { ...contextOf(asked), status, ...(retryAfterS !== undefined && { retryAfterS }) },
  });
}

/** Seconds from a Retry-After of either form. A date is taken against the server's own clock, where it tells that. */
function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // An HTTP date begins with the day of the week; Date.parse makes a date of nearly anything.
  const at = /^[a-z]{3,9},? /i.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const serverNow = Date.parse(headers.get('date') ?? '');
  return Math.max(0, Math.ceil((at - (Number.isNaN(serverNow) ? nowMs : serverNow)) / 1000));
}

/** A request that got no answer, or half of one: reset, DNS, TLS, refused, cut off. */
export function networkFault(asked: Asked, error: unknown): IngestError {
  const systemCode = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new IngestError('publish/unreachable', told(asked, `The WebDAV server gave no whole answer: ${systemCode}`), {
    cause: error,
    retryable: true,
    context: { ...contextOf(asked), systemCode },
  });
}

/** Nothing moved for as long as the time limit allows. */
export function timeOutFault(asked: Asked, timeoutS: number): IngestError {
  return new IngestError('publish/unreachable', told(asked, `The WebDAV server was silent for ${timeoutS} s`), {
    retryable: true,
    context: { ...contextOf(asked), systemCode: 'ETIMEDOUT' },
  });
}

/** An answer that is no answer to what was asked. */
export function refusedFault(asked: Asked, found: string): IngestError {
  return new IngestError('publish/refused', told(asked, `The WebDAV server is not as expected: ${found}`), {
    context: contextOf(asked),
  });
}

/** A wrong URL, or a disk that is not mounted on the server, must not look like a target without records. */
export function rootFault(): IngestError {
  const message = 'The collection of the configured URL is not there on the WebDAV server.';
  return new IngestError('publish/unreachable', message, { retryable: true });
}

/** What arrived is not what was sent. */
export function corruptFault(path: string, found: string): IngestError {
  return new IngestError('publish/corrupt', `"${path}" did not arrive as it was sent: ${found}.`, {
    retryable: true,
    context: { path },
  });
}

/** The status of the answer behind a failure. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof IngestError ? error.context['status'] : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** What happened stands first: tables cut a sentence, and a path is long. */
function told({ method, path }: Asked, what: string): string {
  return `${what} (${method} of "${path === '' ? '/' : path}").`;
}

function contextOf({ method, path }: Asked): { method: string; path: string } {
  return { method, path };
}
