import { parseDocument } from 'yaml';
import { z } from 'zod';
import { errorMessage, IngestError } from '../domain/errors.ts';

const LabelText = z
  .string('expected the name of a label')
  .transform((text) => text.normalize('NFC').trim())
  .pipe(z.string().min(1, 'expected the name of a label, found nothing'));

/** `labels.yml`: what becomes of labels before a training. */
const LabelsMap = z.strictObject({
  /** Old name: new name. */
  rename: z.record(LabelText, LabelText).optional(),
  /** New name: the names that become it. */
  merge: z.record(LabelText, z.array(LabelText).min(1)).optional(),
  /** Labels whose pictures are not trained on. */
  drop: z.array(LabelText).optional(),
});
export type LabelsMap = z.infer<typeof LabelsMap>;

/** Some pages of text; whatever is larger is no map. */
export const MAX_LABELS_MAP_BYTES = 64 * 1024;

/** Reads a map of labels (YAML or JSON); throws `train/data` with every fault, where it is and what was expected. */
export function parseLabelsMap(text: string, name: string): LabelsMap {
  const fail = (found: string, cause?: unknown): never => {
    const expected = '"rename" (old: new), "merge" (new: [old, old]) and "drop" ([old])';
    const message = `Reading the map of labels ${name}, expected ${expected}, found: ${found}`;
    throw new IngestError('train/data', message, { cause });
  };
  let content: unknown;
  try {
    const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', version: '1.2' });
    const [fault] = document.errors;
    if (fault !== undefined) return fail(fault.message.split('\n')[0] ?? '');
    content = document.toJS({ maxAliasCount: 0 });
  } catch (cause) {
    return fail(errorMessage(cause), cause);
  }
  const parsed = LabelsMap.safeParse(content);
  if (!parsed.success) return fail(z.prettifyError(parsed.error));
  const twice = namesMappedTwice(parsed.data);
  return twice.length === 0 ? parsed.data : fail(`${twice.join(', ')} in more than one place.`);
}

function oldNames({ rename = {}, merge = {}, drop = [] }: LabelsMap): string[] {
  return [...Object.keys(rename), ...Object.values(merge).flat(), ...drop];
}

function namesMappedTwice(map: LabelsMap): string[] {
  const names = oldNames(map);
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

/**
 * The new name of every label, undefined for one that is dropped. Throws `train/data` where the map names a label that is
 * not among `labels`, or a new name is that of another class that stays: a typing error would change what is trained.
 */
export function mapLabels(map: LabelsMap, labels: readonly string[]): Map<string, string | undefined> {
  const known = new Set(labels);
  const unknown = oldNames(map).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const found = [...known].toSorted().join(', ');
    throw new IngestError(
      'train/data',
      `Mapping labels, expected names of classes that are there (${found}), found ${unknown.join(', ')}.`,
    );
  }
  const names = new Map<string, string | undefined>([...known].map((label) => [label, label]));
  for (const [old, name] of Object.entries(map.rename ?? {})) names.set(old, name);
  for (const [name, olds] of Object.entries(map.merge ?? {})) for (const old of olds) names.set(old, name);
  for (const old of map.drop ?? []) names.set(old, undefined);
  checkRenames(map, names);
  return names;
}

function checkRenames({ rename = {} }: LabelsMap, names: ReadonlyMap<string, string | undefined>): void {
  for (const [old, name] of Object.entries(rename)) {
    const other = [...names].find(([from, to]) => from !== old && to === name)?.[0];
    if (other === undefined) continue;
    throw new IngestError(
      'train/data',
      `Mapping labels, "rename" makes ${name} of ${old}, and ${other} becomes or stays ${name} too: say it under "merge".`,
    );
  }
}
