import { IngestError, type IngestErrorCode } from '../../domain/errors.ts';

/** What went wrong between us and the server, without a type of the client. */
export interface ElasticFailure {
  kind: 'connection' | 'aborted' | 'response';
  /** HTTP status of the request, or of one item of a bulk request. */
  status?: number | undefined;
  /** Elasticsearch's name of the error, e.g. `mapper_parsing_exception`. */
  type?: string | undefined;
  /** One sentence, without secrets. */
  reason: string;
  retryAfterS?: number | undefined;
}

/** Reasons can quote a whole document. */
const MAX_REASON_CHARACTERS = 300;

/** What a failure means to a caller, and whether the same call may succeed later. */
export function failureCode({ kind, status, type, reason }: ElasticFailure): {
  code: IngestErrorCode;
  retryable: boolean;
} {
  if (kind === 'aborted') return { code: 'pipeline/aborted', retryable: false };
  if (kind === 'connection' || status === undefined) return { code: 'publish/unreachable', retryable: true };
  // The flood-stage block came with 403 before it came with 429: its type tells more than its status.
  if (status === 507 || (type === 'cluster_block_exception' && /flood-stage|read-only/.test(reason))) {
    return { code: 'publish/full', retryable: true };
  }
  if (status === 429 || status === 503) return { code: 'publish/busy', retryable: true };
  if (status === 401 || status === 403) return { code: 'publish/unauthorised', retryable: false };
  if (status === 408 || status >= 500 || type === 'index_not_found_exception') {
    return { code: 'publish/unreachable', retryable: true };
  }
  return { code: 'publish/refused', retryable: false };
}

/** The error for a failure; `attempt` says what was tried, as in "index 3 records in "semantiff"". */
export function elasticError(attempt: string, failure: ElasticFailure): IngestError {
  const { code, retryable } = failureCode(failure);
  const { status, type, retryAfterS } = failure;
  const answer = status === undefined ? '' : `the server answered ${status}: `;
  return new IngestError(code, `Cannot ${attempt}: ${answer}${shortReason(failure.reason)}`, {
    retryable,
    context: { status, type, retryAfterS },
  });
}

/** A reason cut to a length that fits into a message. */
export function shortReason(reason: string): string {
  return reason.length <= MAX_REASON_CHARACTERS ? reason : `${reason.slice(0, MAX_REASON_CHARACTERS)}…`;
}
