import { isAbsolute, relative, resolve } from 'node:path';
import { IngestError } from '../domain/errors.ts';
import { ContentHash } from '../domain/ids.ts';
import { EXIT_FAILED, EXIT_OK, EXIT_QUARANTINED } from '../domain/states.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportReport,
  type ExportSummary,
  exportRecords,
} from '../publish/export-records.ts';
import { SITE_FACTS, type SiteFacts } from '../publish/formats/document.ts';
import { listRecords } from '../publish/list-records.ts';
import { idsWhere } from '../search/where.ts';
import { type Invocation, type OptionValues, text } from './invocation.ts';
import { openIndex } from './open-index.ts';
import { createProgress, type Progress } from './progress.ts';
import { loadSettings, places, type Settings } from './settings.ts';
import { oneLine } from './table.ts';

/** `semantiff export`. */
export async function run(invocation: Invocation): Promise<number> {
  const { values, signal } = invocation;
  const settings = await loadSettings(invocation);
  const here = places(settings);
  const json = values['json'] === true;
  const format = formatOf(values);
  const to = targetOf(invocation, here.repo, json);
  const site = siteFacts(values);
  const ids = await chosen(invocation, settings, here);
  const bar = createProgress(process.stderr);
  let done = 0;
  const total = ids instanceof Set ? ids.size : undefined;
  const onReport = (report: ExportReport): void => {
    done += 1;
    show(report, { json, to, bar });
    bar.update(done, total, '');
  };
  const placing = values['link'] === true ? 'link' : 'copy';
  const where = to === undefined ? {} : { to };
  try {
    const all = ids ?? listRecords(here.repo);
    const options = { repo: here.repo, format, ids: all, placing, site, now: new Date(), signal, onReport } as const;
    const summary = await exportRecords({ ...options, ...where });
    bar.end();
    if (!json) process.stdout.write(summaryText(summary, format, to ?? ''));
    if (summary.stopped) return EXIT_FAILED;
    return summary.failed > 0 ? EXIT_QUARANTINED : EXIT_OK;
  } finally {
    bar.end();
  }
}

function formatOf(values: OptionValues): ExportFormat {
  const asked = text(values, 'format');
  const format = EXPORT_FORMATS.find((name) => name === asked);
  if (format) return format;
  const found = asked === undefined ? 'nothing' : `"${asked}"`;
  throw new IngestError('usage', `--format expects one of ${EXPORT_FORMATS.join(', ')}, and received ${found}`);
}

function targetOf({ values, cwd }: Invocation, repo: string, json: boolean): string | undefined {
  const given = text(values, 'to');
  if (given === undefined) {
    if (json) return undefined;
    throw new IngestError('usage', 'where to? Say --to DIR, or --json to have the documents on stdout');
  }
  const to = resolve(cwd, given);
  const below = relative(repo, to);
  if (isAbsolute(below) || below.startsWith('..')) return to;
  throw new IngestError('usage', `--to expects a folder outside REPO (${repo}), and received ${to}`);
}

/** The records that were asked for; undefined: all of REPO. */
async function chosen(
  { values, operands }: Invocation,
  settings: Settings,
  { state }: { state: string },
): Promise<Set<ContentHash> | undefined> {
  const given = values['id'];
  if (Array.isArray(given)) return new Set(given.map(idOf));
  const query = [...operands, text(values, 'where') ?? ''].join(' ').trim();
  if (query === '') return undefined;
  const { index, close } = await openIndex(settings, state);
  try {
    return await idsWhere(index, query);
  } finally {
    await close();
  }
}

function idOf(given: string | boolean): ContentHash {
  const id = ContentHash.safeParse(String(given).toLowerCase());
  if (id.success) return id.data;
  throw new IngestError('usage', `--id expects the id of a record (64 hex digits), and received "${String(given)}"`);
}

function siteFacts(values: OptionValues): SiteFacts {
  const given = values['set'];
  const facts: SiteFacts = {};
  for (const part of Array.isArray(given) ? given : []) {
    const [name, ...rest] = String(part).split('=');
    const known = SITE_FACTS.find((fact) => fact === name);
    const value = rest.join('=').trim();
    if (!known || value === '') {
      const message = `--set expects NAME=VALUE, NAME one of ${SITE_FACTS.join(', ')}, and received "${String(part)}"`;
      throw new IngestError('usage', message);
    }
    facts[known] = value;
  }
  return facts;
}

function show(report: ExportReport, { json, to, bar }: { json: boolean; to: string | undefined; bar: Progress }): void {
  if (report.kind !== 'exported') {
    bar.end();
    process.stderr.write(`${report.kind} ${report.id}: ${oneLine(report.reason)}\n`);
  }
  if (!json) return;
  const { kind, id, ...rest } = report;
  const { document, ...told } = 'document' in rest ? rest : { ...rest, document: undefined };
  process.stdout.write(`${JSON.stringify({ id, kind, ...told, ...(to === undefined && { document }) })}\n`);
}

function summaryText(
  { exported, withdrawn, failed, missing, stopped }: ExportSummary,
  format: string,
  to: string,
): string {
  const counts = [
    `${exported} records exported as ${format} to ${to}`,
    ...(withdrawn > 0 ? [`${withdrawn} withdrawn and left out`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  const lacking = [...missing].map(([name, count]) => `  ${name}: ${count} of ${exported}`);
  const note = lacking.length > 0 ? `Not stated, though the standard asks for it:\n${lacking.join('\n')}\n` : '';
  return `${stopped ? 'Stopped: ' : ''}${counts.join(', ')}.\n${note}`;
}
