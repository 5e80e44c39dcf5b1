import type { MicrographRecord } from '../../domain/record.ts';

/** What people say may be done with the data. */
export interface Licence {
  /** As they wrote it. */
  text: string;
  url?: string;
  /** Identifier of the SPDX list, in its own capitals. */
  spdx?: string;
}

/** What stands in documents of records without a licence. */
export const NO_LICENCE = 'No licence is stated: ask the owner of the data before you use them.';

export const SPDX_LIST = 'https://spdx.org/licenses/';

/** Licences of data and of code that laboratories use, as https://spdx.org/licenses/ has them. */
const CREATIVE_COMMONS = ['BY', 'BY-SA', 'BY-NC', 'BY-ND', 'BY-NC-SA', 'BY-NC-ND'].flatMap((kind) =>
  ['1.0', '2.0', '2.5', '3.0', '4.0'].map((version) => `CC-${kind}-${version}`),
);
const OF_DATA = ['CC0-1.0', 'CC-PDDC', 'PDDL-1.0', 'ODC-By-1.0', 'ODbL-1.0', 'CDLA-Permissive-2.0', 'DL-DE-BY-2.0'];
const OF_CODE = ['Apache-2.0', 'MIT', 'BSD-3-Clause'];
const BY_NAME = new Map([...CREATIVE_COMMONS, ...OF_DATA, ...OF_CODE].map((id) => [id.toLowerCase(), id]));

/** The record's licence; undefined where nobody states one. */
export function licenceOf({ user }: Pick<MicrographRecord, 'user'>): Licence | undefined {
  const text = user?.licence?.trim();
  if (text === undefined || text === '') return undefined;
  const spdx = BY_NAME.get(text.toLowerCase().replaceAll(/[\s_]+/g, '-'));
  if (spdx !== undefined) return { text, spdx, url: `${SPDX_LIST}${spdx}.html` };
  return URL.canParse(text) && /^https?:/i.test(text) ? { text, url: text } : { text };
}
