/** JSON as JSON.stringify takes it: what is undefined is left out. */
export type Json = string | number | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

/** A record in the words of a standard, and the fields it demands that the record does not state. */
export interface FormatDocument {
  document: JsonObject;
  /** Names as the standard has them; in the document stands what it provides for unknown values, or nothing. */
  missing: string[];
}

/** What a site says of all its records, where neither header nor people do. */
export interface SiteFacts {
  /** Who makes the records available. */
  publisher?: string;
  /** SciCat: owner of the data set, and the group that may see it. */
  owner?: string;
  ownerGroup?: string;
  contactEmail?: string;
  principalInvestigator?: string;
  /** SciCat: where pictures are taken, usually /site/facility/instrument. */
  creationLocation?: string;
  /** Folder or URL of REPO, as the readers of the document reach it. */
  repoRoot?: string;
}

/** The names of {@link SiteFacts}. */
export const SITE_FACTS = [
  'publisher',
  'owner',
  'ownerGroup',
  'contactEmail',
  'principalInvestigator',
  'creationLocation',
  'repoRoot',
] as const satisfies readonly (keyof SiteFacts)[];

/** The texts that are there, in order, joined. */
export function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined && part !== '').join(separator);
}

/** JSON-LD recommends the value itself in the place of a list of one. */
export function single(values: readonly JsonObject[]): JsonObject | readonly JsonObject[] {
  const [first] = values;
  return values.length === 1 && first ? first : values;
}
