import type { MicrographRecord } from '../../domain/record.ts';
import { CRATE_CONTEXT, CRATE_DESCRIPTOR, CRATE_FILE, ref } from './crate-entities.ts';
import type { JsonObject } from './document.ts';
import { hashIri, madeAt, titleOf } from './facts.ts';
import { licenceOf, NO_LICENCE } from './licence.ts';
import { licenceEntity, licenceId } from './ro-crate.ts';

/** Where the crate of one record lies below the root, and the file that describes it. */
export interface NestedCrate {
  /** With "/". */
  folder: string;
  bytes: number;
  sha256: string;
}

/** Makes the text of a crate's root piece by piece: {@link begin}, {@link add} for each record, {@link end}. */
export interface CrateRoot {
  begin(): string;
  add(record: MicrographRecord, nested: NestedCrate): string;
  end(now: Date): string;
}

const DIFFERING = '#licences-of-records';

/** The root of a crate of records. It names each of them; their own crates say the rest. */
export function createCrateRoot(publisher?: string): CrateRoot {
  const parts: string[] = [];
  const licences = new Map<string, JsonObject>();
  return {
    begin: () => `{\n"@context": ${JSON.stringify(CRATE_CONTEXT)},\n"@graph": [\n${JSON.stringify(CRATE_DESCRIPTOR)}`,
    add(record, nested) {
      parts.push(`${nested.folder}/`);
      licences.set(licenceId(record), licenceEntity(licenceOf(record)));
      return lines(nestedEntities(record, nested));
    },
    end(now) {
      const entities = [...licences.values(), ...(licences.size === 1 ? [] : [together(licences.size)])];
      const [only] = licences.size === 1 ? licences.keys() : [DIFFERING];
      const owner = publisher === undefined ? [] : [{ '@id': '#publisher', '@type': 'Organization', name: publisher }];
      const root = {
        '@id': './',
        '@type': 'Dataset',
        name: `${parts.length} records of micrographs`,
        description: `Micrographs with their metadata and labels. Each folder is a crate of its own, described by its ${CRATE_FILE}.`,
        datePublished: now.toISOString().replace('Z', '+00:00'),
        license: ref(only ?? DIFFERING),
        ...(publisher !== undefined && { publisher: ref('#publisher') }),
        hasPart: parts.map(ref),
      };
      return `${lines([...entities, ...owner, root])}\n]\n}\n`;
    },
  };
}

function lines(entities: readonly JsonObject[]): string {
  return entities.map((entity) => `,\n${JSON.stringify(entity)}`).join('');
}

function together(count: number): JsonObject {
  const description = count === 0 ? NO_LICENCE : 'Each record states its own licence, or that it has none.';
  return { '@id': DIFFERING, '@type': 'CreativeWork', name: 'Licences of the records', description };
}

function nestedEntities(record: MicrographRecord, { folder, bytes, sha256 }: NestedCrate): JsonObject[] {
  const description = `${folder}/${CRATE_FILE}`;
  return [
    {
      '@id': `${folder}/`,
      '@type': 'Dataset',
      name: titleOf(record),
      identifier: hashIri(record.id),
      datePublished: madeAt(record).ended,
      license: ref(licenceId(record)),
      hasPart: ref(description),
      subjectOf: ref(description),
    },
    {
      '@id': description,
      '@type': 'File',
      name: CRATE_FILE,
      contentSize: String(bytes),
      sha256,
      encodingFormat: 'application/ld+json',
    },
  ];
}
