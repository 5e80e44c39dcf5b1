import { z } from 'zod';
import { isChemicalElement } from '../../domain/chemical-elements.ts';
import { normalOrcid } from '../../domain/orcid.ts';
import { TimeZone } from '../../domain/time-zone.ts';
import type { Creator } from '../../domain/user-metadata.ts';

const MOST_CHARACTERS = 500;
const MOST_ENTRIES = 100;

const TEXT = `text of 1 to ${MOST_CHARACTERS} characters`;
const Text = z.string(`expected ${TEXT}`).trim().min(1, `expected ${TEXT}`).max(MOST_CHARACTERS, `expected ${TEXT}`);
const Texts = z.array(Text, 'expected a list of texts').max(MOST_ENTRIES, `expected at most ${MOST_ENTRIES} entries`);

const Orcid = z.string('expected an ORCID iD').transform((value, context) => {
  const orcid = normalOrcid(value);
  if (orcid !== undefined) return orcid;
  context.addIssue('expected an ORCID iD of 16 digits whose check character is right, such as 0000-0002-1825-0097');
  return z.NEVER;
});

/** A local part, "@", and a host with a dot: what can be told without sending a letter. */
const Email = Text.refine((value) => /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(value), 'expected an e-mail address');

const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;
const DATE_EXPECTED = 'expected a date such as 2024-03-01 or 2024-03-01T09:30:00+01:00';
const DateOrTime = z.string(DATE_EXPECTED).trim().refine(isDate, DATE_EXPECTED);

function isDate(value: string): boolean {
  if (!DATE.test(value)) return false;
  const day = value.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Date.parse turns 30 February into 2 March.
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(day)) return false;
  return !Number.isNaN(Date.parse(value.replace(' ', 'T')));
}

const ELEMENTS_EXPECTED = 'expected the symbols of chemical elements, such as [Zn, O]';
const AtomTypes = z
  .union([z.string().transform((list) => list.split(',').map((symbol) => symbol.trim())), z.array(z.string())], {
    error: ELEMENTS_EXPECTED,
  })
  .pipe(z.array(z.string().refine(isChemicalElement, ELEMENTS_EXPECTED)).min(1, ELEMENTS_EXPECTED))
  .transform((symbols) => [...new Set(symbols)]);

const Person = z.strictObject(
  { name: Text.optional(), orcid: Orcid.optional(), email: Email.optional(), affiliation: Text.optional() },
  'expected a person with name, orcid, email or affiliation',
);
const People = z
  .array(Person, 'expected a list of people')
  .max(MOST_ENTRIES, `expected at most ${MOST_ENTRIES} people`);

const Identifier = z.strictObject({ value: Text, type: Text }, 'expected an identifier with value and type');

const Sample = z.strictObject(
  {
    name: Text.optional(),
    identifier: Identifier.optional(),
    atom_types: AtomTypes.optional(),
    preparation_date: DateOrTime.optional(),
    physical_form: Text.optional(),
  },
  'expected a sample with name, identifier, atom_types, preparation_date or physical_form',
);

/** One `semantiff.yml` as people write it. `user` is one more creator. */
export const UserFile = z.strictObject(
  {
    project: Text.optional(),
    sample: Sample.optional(),
    creators: People.optional(),
    user: Person.optional(),
    licence: Text.optional(),
    keywords: Texts.optional(),
    time_zone: TimeZone.optional(),
    access_groups: Texts.optional(),
  },
  'expected a table of names and values',
);
export type UserFile = z.infer<typeof UserFile>;

/** The people of a file without those of whom nothing is left, in the order in which they stand. */
export function creatorsOf({ creators = [], user }: UserFile): Creator[] {
  const everyone = user ? [...creators, user] : creators;
  return everyone.filter((person) => Object.keys(person).length > 0);
}
