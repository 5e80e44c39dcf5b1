import { errorMessage } from '../domain/errors.ts';

/** What a foreign library says, as part of a sentence: its first line, without a full stop. */
export function oneLine(error: unknown): string {
  const [first = ''] = errorMessage(error).trim().split('\n', 1);
  return first.replace(/\.+$/, '');
}
