import { expect } from 'vitest';
import { IngestError, type IngestErrorCode } from '../src/domain/errors.ts';

/** Waits for a rejection and returns it; fails unless it is an IngestError of that code. */
export async function rejection(promise: Promise<unknown>, code: IngestErrorCode): Promise<IngestError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(IngestError);
  const error = outcome as IngestError;
  expect({ code: error.code, message: error.message }).toMatchObject({ code });
  return error;
}
