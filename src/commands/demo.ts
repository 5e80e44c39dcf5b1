import { join, relative, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { ContentHash } from '../domain/ids.ts';
import type { MicrographRecord } from '../domain/record.ts';
import { EXIT_OK } from '../domain/states.ts';
import { formatQuantity } from '../domain/units.ts';
import { createLog } from '../log.ts';
import { backfill } from '../pipeline/backfill.ts';
import { openSession, type Session } from '../pipeline/session.ts';
import { readRecord } from '../publish/read-record.ts';
import { packageEmbedder } from '../search/meaning.ts';
import type { SearchOptions } from '../search/parse-query.ts';
import { searchRecords } from '../search/search-records.ts';
import { PACKAGE_ROOT } from '../software.ts';
import { createView, exitCode, summaryText } from './backfill.ts';
import { type Invocation, text } from './invocation.ts';
import { answerText } from './search.ts';
import { table } from './table.ts';

/** `semantiff demo`: the main job on the simulated micrographs of the package, then three searches. */
export async function run({ values, cwd, signal }: Invocation): Promise<number> {
  const repo = resolve(cwd, text(values, 'out') ?? 'demo-out');
  const inbox = join(PACKAGE_ROOT, 'demo');
  const { config } = await loadConfig({ flags: { 'instrument.timeZone': 'Europe/Rome' }, env: {}, cwd: inbox });
  const session = await openSession(config, { repo, state: join(repo, '.state') }, 'batch', createLog('error'));
  const ids: ContentHash[] = [];
  const view = createView(false);
  try {
    const summary = await backfill({
      session,
      inbox,
      signal,
      log: createLog('error'),
      onListed: view.listed,
      onReport: (report) => {
        view.report(report);
        if (report.id !== undefined) ids.push(ContentHash.parse(report.id));
      },
    });
    view.end();
    if (signal.aborted) return exitCode(summary);
    const records = await readAll(repo, ids);
    process.stdout.write(`${summaryText(summary)}\n${recordTable(records)}\n`);
    await showSearches(session, records);
    process.stdout.write(farewell(relative(cwd, repo) || '.', records[0]));
    return EXIT_OK;
  } finally {
    view.end();
    await session.close();
  }
}

async function readAll(repo: string, ids: ContentHash[]): Promise<MicrographRecord[]> {
  const records: MicrographRecord[] = [];
  for (const id of ids) {
    const stored = await readRecord(repo, id);
    if (stored) records.push(stored.record);
  }
  return records.toSorted((a, b) => (a.source.name < b.source.name ? -1 : 1));
}

function recordTable(records: MicrographRecord[]): string {
  return table(
    [
      { title: 'file', max: 30 },
      { title: 'instrument', max: 30 },
      { title: 'pixel size', align: 'right' },
      { title: 'kV', align: 'right' },
      { title: 'top label' },
      { title: 'score', align: 'right' },
      { title: 'decision' },
    ],
    records.map(({ source, instrument, acquisition, classification }) => {
      const { pixelSizeXM, accelerationVoltageV } = acquisition;
      const [top] = classification.labels;
      return [
        source.name,
        [instrument.vendor, instrument.model].filter(Boolean).join(' '),
        pixelSizeXM === undefined ? '' : formatQuantity(pixelSizeXM, 'length'),
        accelerationVoltageV === undefined ? '' : String(accelerationVoltageV / 1000),
        top?.label ?? '',
        top?.score.toFixed(2) ?? '',
        classification.decision,
      ];
    }),
  );
}

async function showSearches(session: Session, records: MicrographRecord[]): Promise<void> {
  const like = records.find(({ source }) => source.name.includes('GaAs_wires'));
  const searches: { typed: string; request: SearchOptions & { like?: string } }[] = [
    { typed: '"scaffold for bone"', request: { text: 'scaffold for bone', limit: 3 } },
    { typed: '"wires below 20 nm/px at 2-10 kV"', request: { text: 'wires below 20 nm/px at 2-10 kV', limit: 3 } },
    ...(like ? [{ typed: `--like ${like.id.slice(0, 12)}…`, request: { like: like.id, limit: 3 } }] : []),
  ];
  const deps = { index: session.store.index, texts: packageEmbedder() };
  for (const { typed, request } of searches) {
    const answer = await searchRecords(request, deps);
    process.stdout.write(`$ semantiff search ${typed}\n${answerText(answer, session.repo)}\n`);
  }
}

function farewell(out: string, first: MicrographRecord | undefined): string {
  const example = first
    ? join(out, 'records', first.id.slice(0, 2), first.id.slice(2, 4), first.id)
    : join(out, 'records');
  return [
    'These pictures are simulated, and the network was trained on pictures of the same simulator: their labels show',
    'that the program works, and prove nothing about real micrographs.',
    '',
    `A record:      ${example}`,
    'Your own:      semantiff backfill FOLDER --out RECORDS',
    'As they come:  semantiff init, then semantiff watch',
    'Your labels:   semantiff retrain CLASS_FOLDERS --name my-lab --out RECORDS',
    '',
  ].join('\n');
}
