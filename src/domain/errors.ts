/**
 * What a caller can act on. The prefix names the stage that failed; anything else that is thrown is a programming fault.
 */
export type IngestErrorCode =
  | 'watcher/inbox'
  | 'raster/not-a-picture'
  | 'raster/truncated'
  | 'raster/corrupt'
  | 'raster/unsupported'
  | 'raster/too-large'
  | 'convert/hdf5'
  | 'convert/jpeg'
  | 'classify/model'
  | 'classify/inference'
  | 'train/data'
  | 'train/model'
  | 'publish/folder'
  | 'publish/source'
  | 'publish/withdrawn'
  | 'publish/unreachable'
  | 'publish/busy'
  | 'publish/locked'
  | 'publish/full'
  | 'publish/unauthorised'
  | 'publish/refused'
  | 'publish/corrupt'
  | 'search/words'
  | 'store/ledger'
  | 'store/io'
  | 'store/locked'
  | 'store/absent'
  | 'pipeline/deadline'
  | 'pipeline/memory'
  | 'pipeline/worker-crashed'
  | 'pipeline/aborted'
  | 'config/invalid'
  | 'usage';

export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Failure to do the work. The message is one sentence: what was attempted, on which file, what was expected and what
 * was found. `retryable` says whether the same call may succeed later without anybody changing the input.
 */
export class IngestError extends Error {
  override readonly name = 'IngestError';
  readonly code: IngestErrorCode;
  readonly retryable: boolean;
  readonly context: ErrorContext;

  constructor(
    code: IngestErrorCode,
    message: string,
    options: { cause?: unknown; retryable?: boolean; context?: ErrorContext } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.context = options.context ?? {};
  }
}

/** True when `error` is an {@link IngestError} and, if codes are given, carries one of them. */
export function isIngestError(error: unknown, ...codes: IngestErrorCode[]): error is IngestError {
  return error instanceof IngestError && (codes.length === 0 || codes.includes(error.code));
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
