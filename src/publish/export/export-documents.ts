import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../store/atomic-file.ts';
import { dataciteOf } from '../formats/datacite.ts';
import type { FormatDocument } from '../formats/document.ts';
import { provOf } from '../formats/prov.ts';
import { schemaOrgOf } from '../formats/schema-org.ts';
import { scicatOf } from '../formats/scicat.ts';
import type { Exporter, ExporterOptions } from './exporter.ts';

/** Formats in which a record is one JSON document. */
const WRITERS = {
  datacite: dataciteOf,
  prov: provOf,
  'schema-org': schemaOrgOf,
  scicat: scicatOf,
} as const;
export type DocumentFormat = keyof typeof WRITERS;

/** One file a record: `<id>.<format>.json`. */
export function documentExporter(format: DocumentFormat, { to, site }: ExporterOptions): Exporter {
  return {
    async add({ record }) {
      const { document, missing }: FormatDocument = WRITERS[format](record, site);
      if (to === undefined) return { files: [], missing, document };
      const file = `${record.id}.${format}.json`;
      await mkdir(to, { recursive: true });
      await writeFileAtomic(join(to, file), jsonBytes(document), { fsync: false });
      return { files: [file], missing, document };
    },
    end: () => Promise.resolve(),
  };
}

export function jsonBytes(document: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
}
