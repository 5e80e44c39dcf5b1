import { isAlias, isScalar, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { errorMessage } from '../../domain/errors.ts';
import type { SampleDescription, UserMetadata } from '../../domain/user-metadata.ts';
import { decodeText } from '../decode-text.ts';
import { creatorsOf, UserFile } from './file-schema.ts';

/** Names of the files in which people describe their pictures; of two in one folder the first counts. */
export const USER_FILE_NAMES = ['semantiff.yml', 'semantiff.yaml'] as const;

/** Some pages of text; whatever is larger is no description but a mistake. */
export const MAX_USER_FILE_BYTES = 64 * 1024;

/** A fault of one file: where in it (such as `sample.atom_types`), what was expected and what was found. */
export interface UserFileFault {
  place: string;
  message: string;
}

export interface UserFileReading {
  metadata: UserMetadata;
  faults: UserFileFault[];
}

/** More faults than these tell nothing new. */
const MOST_FAULTS = 20;
/** Rounds of taking out what is wrong: each takes out at least one value. */
const MOST_ROUNDS = 200;
const MOST_SHOWN = 60;

/**
 * Reads a `semantiff.yml`. Never throws: what is wrong becomes a fault, and the fields that are right still count. Every
 * plain value is read as text (YAML would make a number of `1.0` and drop the zero of `007`); tags and aliases are refused.
 */
export function readUserFile(bytes: Uint8Array): UserFileReading {
  const faults: UserFileFault[] = [];
  const found = parse(bytes, faults);
  if (found === undefined) return { metadata: {}, faults };
  const file = validPart(found, faults);
  return { metadata: metadataOf(file), faults: faults.slice(0, MOST_FAULTS) };
}

function parse(bytes: Uint8Array, faults: UserFileFault[]): unknown {
  const fail = (message: string): undefined => void faults.push({ place: '', message });
  if (bytes.length > MAX_USER_FILE_BYTES) {
    return fail(`expected at most ${MAX_USER_FILE_BYTES} bytes, found ${bytes.length}`);
  }
  try {
    const document = parseDocument(decodeText(bytes).text, { schema: 'failsafe', logLevel: 'silent', version: '1.2' });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) return fail(`expected YAML without tags, found: ${firstLine(fault.message)}`);
    let isPlain = true;
    visit(document, (_key, node) => {
      if (isAlias(node)) isPlain = false;
      return isPlain ? undefined : visit.BREAK;
    });
    if (!isPlain) return fail('expected values written out, found a YAML alias');
    const root = document.contents;
    if (root === null || (isScalar(root) && root.value === '')) return undefined;
    return withoutEmpty(document.toJS({ maxAliasCount: 0 }));
  } catch (error) {
    // Text nested thousands of levels deep exhausts the stack of the parser.
    return fail(`expected YAML, found text that cannot be read: ${firstLine(errorMessage(error))}`);
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** A key with nothing behind it is a form not filled in: absent. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isEmpty(item)).map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => !isEmpty(item));
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutEmpty(item)]));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === '~' || value === 'null';
}

/** The file less everything that its schema refuses, which is noted in `faults`. */
function validPart(found: unknown, faults: UserFileFault[]): UserFile {
  let rest = found;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const result = UserFile.safeParse(rest);
    if (result.success) return result.data;
    const wrong = result.error.issues.flatMap((one) => badPaths(one));
    for (const { path, expected } of wrong) faults.push(faultAt(rest, path, expected));
    // From the end, so that places in lists keep their numbers.
    const paths = wrong.map(({ path }) => path).toReversed();
    for (const path of paths) rest = without(rest, removablePath(rest, path));
  }
  return {};
}

type Path = readonly (string | number)[];

function badPaths(one: z.core.$ZodIssue): { path: Path; expected: string }[] {
  const path = one.path.filter((part) => typeof part !== 'symbol');
  if (one.code !== 'unrecognized_keys') return [{ path, expected: one.message }];
  return one.keys.map((key) => ({ path: [...path, key], expected: 'expected a name that semantiff knows' }));
}

function faultAt(file: unknown, path: Path, expected: string): UserFileFault {
  const value = valueAt(file, path);
  const found = value === undefined ? 'nothing' : shown(value);
  return { place: placeOf(path), message: `${expected}, found ${found}` };
}

/** Such as `creators[0].orcid`; the first of a list is 0. */
function placeOf(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${part}`)).join('');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}

function valueAt(file: unknown, path: Path): unknown {
  let here = file;
  for (const part of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here;
}

/** Half a list of elements, or an identifier without its type, would say something wrong: they go as a whole. */
const WHOLE = new Set<string | number>(['atom_types', 'identifier']);

function removablePath(file: unknown, path: Path): Path {
  const whole = path.findIndex((part) => WHOLE.has(part));
  let cut = whole < 0 ? path : path.slice(0, whole + 1);
  while (cut.length > 0 && valueAt(file, cut) === undefined) cut = cut.slice(0, -1);
  return cut;
}

function without(value: unknown, path: Path): unknown {
  const [head, ...tail] = path;
  if (head === undefined) return {};
  if (Array.isArray(value)) {
    if (tail.length === 0) return value.filter((_, index) => index !== head);
    return value.map((item: unknown, index) => (index === head ? without(item, tail) : item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => tail.length > 0 || key !== head);
  return Object.fromEntries(entries.map(([key, item]) => [key, key === head ? without(item, tail) : item]));
}

function metadataOf(file: UserFile): UserMetadata {
  const { project, licence, keywords = [], time_zone: timeZone, access_groups: accessGroups = [] } = file;
  const sample = file.sample && sampleOf(file.sample);
  const creators = creatorsOf(file);
  return {
    ...(project !== undefined && { project }),
    ...(sample && Object.keys(sample).length > 0 && { sample }),
    ...(creators.length > 0 && { creators }),
    ...(licence !== undefined && { licence }),
    ...(keywords.length > 0 && { keywords }),
    ...(timeZone !== undefined && { timeZone }),
    ...(accessGroups.length > 0 && { accessGroups }),
  };
}

function sampleOf(sample: NonNullable<UserFile['sample']>): SampleDescription {
  const { name, identifier, atom_types: atomTypes, preparation_date: preparationDate, physical_form: form } = sample;
  return {
    ...(name !== undefined && { name }),
    ...(identifier !== undefined && { identifier }),
    ...(atomTypes !== undefined && { atomTypes }),
    ...(preparationDate !== undefined && { preparationDate }),
    ...(form !== undefined && { physicalForm: form }),
  };
}
