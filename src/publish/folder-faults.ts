import { errorMessage, IngestError, type IngestErrorCode } from '../domain/errors.ts';

/** What systems and network file systems say, by what can be done about it. All else is taken for a share in trouble. */
const CODES: Readonly<Record<string, IngestErrorCode>> = {
  ENOSPC: 'publish/full',
  EDQUOT: 'publish/full',
  EACCES: 'publish/unauthorised',
  EPERM: 'publish/unauthorised',
  EROFS: 'publish/unauthorised',
  EBUSY: 'publish/busy',
  EAGAIN: 'publish/busy',
  EMFILE: 'publish/busy',
  ENFILE: 'publish/busy',
  ENAMETOOLONG: 'publish/refused',
  EINVAL: 'publish/refused',
  EILSEQ: 'publish/refused',
  EFBIG: 'publish/refused',
  ENOTDIR: 'publish/refused',
  EISDIR: 'publish/refused',
  EEXIST: 'publish/refused',
};

/** The failure of a step in the target folder, by the system's code. */
export function folderFault(attempted: string, cause: unknown): IngestError {
  const systemCode = codeOf(cause);
  const code = CODES[systemCode] ?? 'publish/unreachable';
  return new IngestError(code, `Cannot ${attempted} in the target folder: ${errorMessage(cause)}.`, {
    cause,
    retryable: code !== 'publish/unauthorised' && code !== 'publish/refused',
    context: { systemCode },
  });
}

/** The system's code of a failure, e.g. `ENOENT`, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
