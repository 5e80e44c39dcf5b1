import { isIngestError } from '../domain/errors.ts';
import type { ContentHash } from '../domain/ids.ts';
import { crateExporter } from './export/export-crate.ts';
import { documentExporter } from './export/export-documents.ts';
import { nomadExporter } from './export/export-nomad.ts';
import type { Exported, Exporter, ExporterOptions } from './export/exporter.ts';
import { readRecord } from './read-record.ts';

/** The standards that a record can be written in. */
export const EXPORT_FORMATS = ['datacite', 'ro-crate', 'prov', 'schema-org', 'scicat', 'nomad'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions extends ExporterOptions {
  repo: string;
  format: ExportFormat;
  /** Records to export, in this order; each is looked at when its turn comes. */
  ids: AsyncIterable<ContentHash> | Iterable<ContentHash>;
  signal: AbortSignal;
  onReport: (report: ExportReport) => void;
}

/** What became of one record; `name` is that of its picture. */
export type ExportReport =
  | ({ kind: 'exported'; id: ContentHash; name: string } & Exported)
  | { kind: 'withdrawn' | 'failed'; id: ContentHash; reason: string };

export interface ExportSummary {
  exported: number;
  withdrawn: number;
  failed: number;
  /** How many records lack what the standard demands, by its name there. */
  missing: Map<string, number>;
  stopped: boolean;
}

/**
 * Writes records in the words of a standard, one after the other. A record that cannot be exported is reported and the
 * others follow; a withdrawn one is left out and told of. Only a failure of the target's disk, or a fault of the program,
 * is thrown. Whole records only: what an interrupted run has written stands, and the next run writes it again.
 */
export async function exportRecords(options: ExportOptions): Promise<ExportSummary> {
  const { ids, signal, onReport } = options;
  const exporter = exporterOf(options);
  const summary: ExportSummary = { exported: 0, withdrawn: 0, failed: 0, missing: new Map(), stopped: false };
  for await (const id of ids) {
    if (signal.aborted) {
      summary.stopped = true;
      break;
    }
    const report = await exportOne(id, options, exporter);
    summary[report.kind] += 1;
    if (report.kind === 'exported') {
      for (const name of report.missing) summary.missing.set(name, (summary.missing.get(name) ?? 0) + 1);
    }
    onReport(report);
  }
  await exporter.end();
  return summary;
}

function exporterOf(options: ExportOptions): Exporter {
  switch (options.format) {
    case 'ro-crate':
      return crateExporter(options);
    case 'nomad':
      return nomadExporter(options);
    case 'datacite':
    case 'prov':
    case 'schema-org':
    case 'scicat':
      return documentExporter(options.format, options);
  }
}

async function exportOne(id: ContentHash, { repo }: ExportOptions, exporter: Exporter): Promise<ExportReport> {
  try {
    const stored = await readRecord(repo, id);
    if (!stored) return { kind: 'failed', id, reason: 'REPO has no such record' };
    return { kind: 'exported', id, name: stored.record.source.name, ...(await exporter.add(stored)) };
  } catch (error) {
    if (isIngestError(error, 'publish/withdrawn')) return { kind: 'withdrawn', id, reason: error.message };
    if (!isIngestError(error, 'publish/folder', 'publish/source')) throw error;
    return { kind: 'failed', id, reason: error.message };
  }
}
