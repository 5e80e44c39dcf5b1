import { createHash } from 'node:crypto';
import { ContentHash } from '../../src/domain/ids.ts';
import type { Acquisition, Header, Instrument, MicrographRecord } from '../../src/domain/record.ts';

/** What a test says about a record; everything else is filled in. */
export interface RecordSketch {
  name: string;
  path?: string;
  revision?: number;
  instrument?: Instrument;
  acquisition?: Acquisition;
  terms?: Header['terms'];
  labels?: Record<string, number>;
  decision?: MicrographRecord['classification']['decision'];
  issues?: MicrographRecord['issues'];
  aliases?: MicrographRecord['source']['aliases'];
  user?: MicrographRecord['user'];
  model?: MicrographRecord['classification']['model'];
  artefacts?: MicrographRecord['artefacts'];
  host?: string;
}

/** The id a record of this name gets: the hash of the name. */
export function idOf(name: string): ContentHash {
  return ContentHash.parse(createHash('sha256').update(name).digest('hex'));
}

/** A whole, valid record from a sketch. Labels are ranked in the order given. */
export function makeRecord(sketch: RecordSketch): MicrographRecord {
  const { name, revision = 1, instrument = {}, acquisition = {}, terms, labels = {}, issues = [] } = sketch;
  const id = idOf(name);
  const header: Header = { vendor: 'FEI', place: 'tag 34682', encoding: 'latin1', terms: terms ?? [] };
  return {
    schemaVersion: 1,
    id,
    revision,
    source: { name, path: sketch.path ?? name, bytes: 1, sha256: id, aliases: sketch.aliases ?? [], sidecars: [] },
    image: {
      widthPx: 64,
      heightPx: 48,
      bitsPerSample: 8,
      sampleFormat: 'uint',
      samplesPerPixel: 1,
      photometric: 'min-is-black',
      pages: 1,
    },
    instrument,
    acquisition,
    ...(terms === undefined ? {} : { header }),
    ...(sketch.user && { user: sketch.user }),
    classification: {
      ...(sketch.model && { model: sketch.model }),
      labels: Object.entries(labels).map(([label, score], index) => ({ label, score, rank: index + 1 })),
      decision: sketch.decision ?? 'review',
      reason: 'a test says so',
    },
    issues,
    artefacts: sketch.artefacts ?? [
      { role: 'jpeg', path: 'picture.jpg', bytes: 1, sha256: id, mediaType: 'image/jpeg' },
    ],
    provenance: {
      software: 'semantiff',
      version: '0.0.0',
      harvestVersion: 1,
      convertVersion: 1,
      startedAt: '2024-01-01T00:00:00+00:00',
      endedAt: '2024-01-01T00:00:01+00:00',
      ...(sketch.host !== undefined && { host: sketch.host }),
    },
  };
}
