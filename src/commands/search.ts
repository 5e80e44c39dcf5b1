import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openModel } from '../classify/open-model.ts';
import { errorMessage, IngestError } from '../domain/errors.ts';
import { EXIT_OK } from '../domain/states.ts';
import { formatQuantity } from '../domain/units.ts';
import { networkImage } from '../pipeline/embed-files.ts';
import { configuredModel } from '../pipeline/model-in-use.ts';
import { embeddingSpace } from '../pipeline/settle-results.ts';
import type { EmbeddedPicture } from '../search/document.ts';
import { explainHit } from '../search/explain-hit.ts';
import type { SearchHit, SearchIndex } from '../search/index-interface.ts';
import { packageEmbedder } from '../search/meaning.ts';
import type { SearchQuery } from '../search/query.ts';
import { type AnsweredSearch, searchRecords } from '../search/search-records.ts';
import type { Taxonomy } from '../search/taxonomy.ts';
import { type Invocation, type OptionValues, text, wholeNumber } from './invocation.ts';
import { openIndex } from './open-index.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { table } from './table.ts';
import { taxonomyOf } from './taxonomy-of.ts';
import { textsOf } from './texts-of.ts';

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
  const taxonomy = taxonomyOf(settings.config);
  const texts = await textsOf(settings.config);
  const { index, close } = await openIndex(settings, here.state);
  try {
    const like = text(values, 'like');
    const answer = await searchRecords(
      {
        rank: settings.config.search.rank,
        text: operands.join(' '),
        ...filters(values),
        ...(like !== undefined && { like }),
      },
      {
        index,
        embed: (file) => embedFile(resolve(cwd, file), settings, here.state),
        texts: texts.queries,
        taxonomy,
      },
    );
    await warnOfOtherSpaces(answer, index);
    const why = values['explain'] === true ? explainer(answer, taxonomy) : undefined;
    if (values['json'] === true) printJson(answer, here.repo, why);
    else process.stdout.write(answerText(answer, here.repo, why));
    return EXIT_OK;
  } finally {
    await close();
    await texts.close();
  }
}

/** What was indexed with another embedder is not found by meaning, and nobody would know why. */
async function warnOfOtherSpaces({ query: { meaning } }: AnsweredSearch, index: SearchIndex): Promise<void> {
  if (meaning === undefined) return;
  const spaces = await index.meaningSpaces();
  if (spaces.every((space) => space === meaning.space)) return;
  process.stderr.write('records were indexed with other word vectors; run semantiff index rebuild\n');
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
  const rank = text(values, 'rank');
  const drop = values['drop'];
  return {
    ...(rank !== undefined && { rank }),
    ...(values['literal'] === true && { literal: true }),
    ...(Array.isArray(drop) && { drop: drop.map((field) => camelCase(String(field))) }),
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
  const image = await networkImage(await readFile(file), file, configured.manifest.inputSize).catch(
    (error: unknown) => {
      throw new IngestError('usage', `--like ${file}: ${errorMessage(error)}`, { cause: error });
    },
  );
  const model = await openModel(configured.folder);
  try {
    return { space: embeddingSpace(model.embeddingOrigin), vector: await model.backend.embed(image, 1) };
  } finally {
    await model.close();
  }
}

/** "pixel-size" as "pixelSize". */
function camelCase(option: string): string {
  return option.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

type Explain = (hit: SearchHit) => string[];

function explainer({ query }: AnsweredSearch, taxonomy: Taxonomy): Explain {
  const deps = { words: packageEmbedder(), taxonomy };
  return (hit) => explainHit(hit, query, deps);
}

function printJson({ hits, total, chips }: AnsweredSearch, repo: string, why: Explain | undefined): void {
  for (const hit of hits) {
    const line = {
      ...hit,
      ...(why && { why: why(hit) }),
      record: join(repo, hit.recordPath),
      total,
      understood: chips,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  }
}

/** Results as a table for people, before it what was understood of the words. */
export function answerText({ hits, total, chips, query }: AnsweredSearch, repo: string, why?: Explain): string {
  const understood = chips.map(
    ({ field, label, text: typed }) => `understood "${typed}": ${label} (without it: --drop ${kebabCase(field)})\n`,
  );
  if (hits.length === 0) return `${understood.join('')}Nothing found.\n`;
  const rows = table(
    [
      ...scoreColumns(query).map(({ title }) => ({ title, align: 'right' as const })),
      { title: 'name', max: 36 },
      { title: 'label', max: 34 },
      { title: 'instrument', max: 24 },
      { title: 'kV', align: 'right' },
      { title: 'pixel', align: 'right' },
      { title: 'width', align: 'right' },
      { title: 'date' },
      { title: 'record' },
    ],
    hits.map((hit) => [
      ...scoreColumns(query).map(({ of }) => of(hit)?.toFixed(2) ?? ''),
      ...hitCells(hit),
      hit.id.slice(0, 12),
    ]),
  );
  const shown = hits.length < total ? `${hits.length} of ${total}` : `${total}`;
  const reasons = why === undefined ? '' : hits.map((hit) => reasonText(hit, why(hit))).join('');
  return `${understood.join('')}${rows}\n${shown} records, below ${join(repo, 'records')}\n${reasons}`;
}

/** A fused score only orders; people see what it comes from. */
function scoreColumns({ rankBy }: SearchQuery): { title: string; of: (hit: SearchHit) => number | undefined }[] {
  if (rankBy === 'fused') {
    return [
      { title: 'words', of: ({ matched }) => matched.words },
      { title: 'meaning', of: ({ matched }) => matched.meaning },
    ];
  }
  return [{ title: rankBy === 'meaning' ? 'meaning' : 'score', of: ({ score }) => score }];
}

function reasonText({ id, name }: SearchHit, lines: readonly string[]): string {
  return `\n${id.slice(0, 12)} ${name}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** "pixelSize" as "pixel-size". */
function kebabCase(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function labelCell({ labels: [top], humanLabel, decision }: SearchHit): string {
  if (humanLabel !== undefined) return `${humanLabel} (by a person)`;
  return top ? `${top.label} ${top.score.toFixed(2)} (${decision})` : decision;
}

function hitCells(hit: SearchHit): string[] {
  return [
    hit.name,
    labelCell(hit),
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
