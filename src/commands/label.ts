import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import { type LabelRequest, LabelText, parseLabelList } from '../pipeline/label-list.ts';
import { type LabelOutcome, labelRecords } from '../pipeline/label-records.ts';
import { createRecordMeaning } from '../search/meaning.ts';
import { openStore } from '../store/store.ts';
import { followIfAsked, whenTheyFollow } from './follow-if-asked.ts';
import { type Invocation, type OptionValues, text } from './invocation.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';
import { taxonomyOf } from './taxonomy-of.ts';
import { textsOf } from './texts-of.ts';

/** `semantiff label RECORD... LABEL`, or `--import FILE`. May run beside a watch. */
export async function run(invocation: Invocation): Promise<number> {
  const requests = await requestsOf(invocation);
  const settings = await loadSettings(invocation);
  const outcomes = await noteLabels(requests, invocation, settings);
  const json = invocation.values['json'] === true;
  process.stdout.write(json ? jsonLines(outcomes) : outcomesText(outcomes, invocation.values));
  await followIfAsked(invocation, settings);
  return outcomes.some(({ state: became }) => became === 'refused') ? EXIT_QUARANTINED : EXIT_OK;
}

async function noteLabels(
  requests: readonly LabelRequest[],
  { values }: Invocation,
  settings: Settings,
): Promise<LabelOutcome[]> {
  const { repo, state } = places(settings);
  const { config } = settings;
  const texts = await textsOf(config);
  const store = openStore(state, { access: 'write', durability: 'record' });
  try {
    return await labelRecords(requests, {
      repo,
      store,
      meaningOf: createRecordMeaning(texts.records, taxonomyOf(config)),
      indexedHere: config.index.kind === 'sqlite',
      now: new Date(),
      dryRun: values['dry-run'] === true,
    });
  } finally {
    store.close();
    await texts.close();
  }
}

async function requestsOf({ operands, values, cwd }: Invocation): Promise<LabelRequest[]> {
  const file = text(values, 'import');
  const by = text(values, 'by');
  if (file !== undefined) {
    if (operands.length > 0) throw new IngestError('usage', '--import takes the place of RECORD and LABEL');
    const said = by === undefined ? {} : { by };
    return parseLabelList(await read(resolve(cwd, file)), basename(file)).map((request) => ({ ...said, ...request }));
  }
  const label = LabelText.safeParse(operands.at(-1));
  if (operands.length < 2 || !label.success) {
    throw new IngestError('usage', 'say which and what: semantiff label RECORD... LABEL, or --import FILE');
  }
  return operands.slice(0, -1).map((record) => ({ record, label: label.data, ...(by !== undefined && { by }) }));
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new IngestError('usage', `${path}: expected a list of labels, found: ${errorMessage(cause)}`, { cause });
  }
}

function jsonLines(outcomes: readonly LabelOutcome[]): string {
  return outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join('');
}

function outcomesText(outcomes: readonly LabelOutcome[], values: OptionValues): string {
  const refused = outcomes.flatMap((one) =>
    one.state === 'refused' ? [oneLine(`${one.record}: not labelled ${one.label}, because ${one.reason}`)] : [],
  );
  const labelled = outcomes.filter(({ state }) => state === 'labelled').length;
  const unchanged = outcomes.filter(({ state }) => state === 'unchanged').length;
  const said = unchanged === 0 ? '' : `, ${unchanged} said so already`;
  const verb = values['dry-run'] === true ? 'would be labelled' : 'labelled';
  const counts = `${labelled} records ${verb}${said}.\n`;
  return `${refused.map((line) => `${line}\n`).join('')}${counts}${whenTheyFollow(labelled, values)}`;
}
