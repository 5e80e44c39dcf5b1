import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { decodeText } from '../metadata/decode-text.ts';

/** What a person says about one record, which is named by its id, the beginning of it, or the path or name of its file. */
export interface LabelRequest {
  record: string;
  label: string;
  by?: string | undefined;
  /** ISO 8601; absent: now. */
  at?: string | undefined;
}

/** Longer than any list of labels that people make; what is larger is another kind of file. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_LABEL_CHARACTERS = 200;

export const LabelText = z
  .string()
  .transform((text) => text.normalize('NFC').trim())
  .refine((text) => text.length > 0, 'expected a label, found none')
  .refine(
    (text) => text.length <= MAX_LABEL_CHARACTERS,
    `expected a label of at most ${MAX_LABEL_CHARACTERS} characters`,
  )
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'expected a label without control characters');

const Cell = z.string().trim().optional();
const Entry = z.object({
  id: Cell,
  file: Cell,
  path: Cell,
  label: LabelText,
  by: Cell,
  at: Cell,
});

/**
 * Reads a list of labels: CSV with a header line (`id`, `file` or `path`; `label`; optionally `by` and `at`), parted by
 * comma, semicolon or tab, or JSON: an array of objects of the same names, or one object a line. Any encoding.
 * @throws IngestError `usage` naming the file and the line.
 */
export function parseLabelList(bytes: Uint8Array, name: string): LabelRequest[] {
  if (bytes.length > MAX_BYTES) {
    throw new IngestError('usage', `${name}: expected at most ${MAX_BYTES} bytes of labels, found ${bytes.length}`);
  }
  const text = decodeText(bytes)
    .text.replaceAll('\0', '')
    .replace(/^\s+|[\r\n]+$/g, '');
  const entries = /^[[{]/.test(text) ? fromJson(text, name) : fromCsv(text, name);
  return entries.map((entry, at) => requestOf(entry, `${name}, entry ${at + 1}`));
}

function fromCsv(text: string, name: string): unknown[] {
  try {
    const rows: unknown = parse(text, {
      columns: (header: string[]) => header.map((cell) => cell.trim().toLowerCase()),
      delimiter: delimiterOf(text),
      skip_empty_lines: true,
    });
    return z.array(z.unknown()).parse(rows);
  } catch (cause) {
    throw new IngestError('usage', `${name}: expected CSV with a header line, found: ${errorMessage(cause)}`, {
      cause,
    });
  }
}

/** The one that parts the names of the columns: a label may hold the others. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split(/[\r\n]/, 1);
  return [';', '\t'].find((mark) => header.includes(mark)) ?? ',';
}

function fromJson(text: string, name: string): unknown[] {
  try {
    if (text.startsWith('[')) return z.array(z.unknown()).parse(JSON.parse(text));
    return text.split(/\r\n|\r|\n/).flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line)]));
  } catch (cause) {
    const expected = 'a JSON array or one JSON object a line';
    throw new IngestError('usage', `${name}: expected ${expected}, found: ${errorMessage(cause)}`, { cause });
  }
}

function requestOf(entry: unknown, where: string): LabelRequest {
  const read = Entry.safeParse(entry);
  if (!read.success) throw new IngestError('usage', `${where}: ${z.prettifyError(read.error)}`);
  const { id, file, path, label, by, at } = read.data;
  const record = [id, path, file].find((text) => text !== undefined && text !== '');
  if (record === undefined)
    throw new IngestError('usage', `${where}: expected an id, path or file, found none of them`);
  if (at !== undefined && at !== '' && Number.isNaN(Date.parse(at))) {
    throw new IngestError('usage', `${where}: expected a time such as 2026-03-01T10:00:00Z, found "${at}"`);
  }
  return {
    record,
    label,
    ...(by && { by }),
    ...(at && { at: new Date(at).toISOString() }),
  };
}
