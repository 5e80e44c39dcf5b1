import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openModel } from '../classify/open-model.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { formatQuantity } from '../domain/units.ts';
import { networkImage } from '../pipeline/embed-files.ts';
import { configuredModel } from '../pipeline/session.ts';
import { embeddingSpace } from '../pipeline/settle-results.ts';
import type { EmbeddedPicture } from '../search/document.ts';
import type { SearchHit } from '../search/index-interface.ts';
import { type AnsweredSearch, searchRecords } from '../search/search-records.ts';
import { openStore } from '../store/store.ts';
import { type Invocation, type OptionValues, text, wholeNumber } from './invocation.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { table } from './table.ts';

/** Options that are ranges, and the names they have in a query. */
const RANGES = {
  kv: 'kv',
  'pixel-size': 'pixelSize',
  'field-width': 'fieldWidth',
  'working-distance': 'workingDistance',
  magnification: 'magnification',
  date: 'date',
  vendor: 'vendor',
} as const;

/** `semantiff search [WORDS...]`. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, operands, cwd } = invocation;
  const settings = await loadSettings(invocation);
  const here = places(settings);
  const store = openStore(here.state, { access: 'read', durability: 'batch' });
  try {
    const like = text(values, 'like');
    const answer = await searchRecords(
      { text: operands.join(' '), ...filters(values), ...(like !== undefined && { like }) },
      { index: store.index, embed: (file) => embedFile(resolve(cwd, file), settings, here.state) },
    );
    if (values['json'] === true) printJson(answer, here.repo);
    else process.stdout.write(answerText(answer, here.repo));
    return EXIT_OK;
  } finally {
    store.close();
  }
}

function filters(values: OptionValues): Record<string, unknown> {
  const ranges = Object.entries(RANGES).flatMap(([option, name]) => {
    const value = text(values, option);
    return value === undefined ? [] : [[name, value] as const];
  });
  const label = values['label'];
  const decision = text(values, 'decision');
  const issue = values['issue'];
  const noIssue = values['no-issue'];
  const limit = wholeNumber(values, 'limit', 1);
  return {
    ...Object.fromEntries(ranges),
    ...(Array.isArray(label) && { label }),
    ...(decision !== undefined && { decision: decision.split(',') }),
    ...(Array.isArray(issue) && { issue }),
    ...(Array.isArray(noIssue) && { noIssue }),
    ...(limit !== undefined && { limit }),
  };
}

async function embedFile(file: string, { config }: Settings, state: string): Promise<EmbeddedPicture> {
  if (!existsSync(file)) {
    throw new IngestError('usage', `--like expects a picture file or the id of a record, and ${file} is neither`);
  }
  const configured = await configuredModel(config, state);
  if (!configured) throw new IngestError('usage', '--like FILE needs a model, and classification is switched off');
  const image = await networkImage(await readFile(file), file).catch((error: unknown) => {
    throw new IngestError('usage', `--like ${file}: ${errorMessage(error)}`, { cause: error });
  });
  const model = await openModel(configured.folder);
  try {
    return { space: embeddingSpace(model.embeddingOrigin), vector: await model.backend.embed(image, 1) };
  } finally {
    await model.close();
  }
}

function printJson({ hits, total }: AnsweredSearch, repo: string): void {
  for (const hit of hits)
    process.stdout.write(`${JSON.stringify({ ...hit, record: join(repo, hit.recordPath), total })}\n`);
}

/** Results as a table for people. */
export function answerText({ hits, total }: AnsweredSearch, repo: string): string {
  if (hits.length === 0) return 'Nothing found.\n';
  const rows = table(
    [
      { title: 'score', align: 'right' },
      { title: 'name', max: 36 },
      { title: 'label', max: 34 },
      { title: 'instrument', max: 24 },
      { title: 'kV', align: 'right' },
      { title: 'pixel', align: 'right' },
      { title: 'width', align: 'right' },
      { title: 'date' },
      { title: 'record' },
    ],
    hits.map((hit) => [...hitCells(hit), hit.id.slice(0, 12)]),
  );
  const shown = hits.length < total ? `${hits.length} of ${total}` : `${total}`;
  return `${rows}\n${shown} records, below ${join(repo, 'records')}\n`;
}

function hitCells(hit: SearchHit): string[] {
  const [top] = hit.labels;
  return [
    hit.score === undefined ? '' : hit.score.toFixed(2),
    hit.name,
    top ? `${top.label} ${top.score.toFixed(2)} (${hit.decision})` : hit.decision,
    [hit.vendor, hit.instrument].filter(Boolean).join(' '),
    hit.accelerationVoltageV === undefined ? '' : String(hit.accelerationVoltageV / 1000),
    lengthCell(hit.pixelSizeM),
    lengthCell(hit.fieldWidthM),
    hit.acquiredAt?.slice(0, 10) ?? '',
  ];
}

function lengthCell(valueM: number | undefined): string {
  return valueM === undefined ? '' : formatQuantity(valueM, 'length');
}
