import { z } from 'zod';

const text = z.string().min(1).optional();

/** A person who answers for the data; `orcid` as 16 digits with hyphens, its check character verified. */
export const Creator = z.strictObject({ name: text, orcid: text, email: text, affiliation: text });
export type Creator = z.infer<typeof Creator>;

export const SampleDescription = z.strictObject({
  name: text,
  identifier: z.strictObject({ value: z.string().min(1), type: z.string().min(1) }).optional(),
  /** Chemical symbols of all elements of the specimen. */
  atomTypes: z.array(z.string()).min(1).optional(),
  /** ISO 8601: a date, or a date with a time, with or without an offset. */
  preparationDate: text,
  physicalForm: text,
});
export type SampleDescription = z.infer<typeof SampleDescription>;

/** What people say of their pictures, in files beside them. Absent is absent. */
export const UserMetadata = z.strictObject({
  project: text,
  sample: SampleDescription.optional(),
  creators: z.array(Creator).min(1).optional(),
  licence: text,
  keywords: z.array(z.string().min(1)).min(1).optional(),
  /** Zone of the microscope's clock for these pictures, in the place of the configured one. */
  timeZone: text,
  accessGroups: z.array(z.string().min(1)).min(1).optional(),
});
export type UserMetadata = z.infer<typeof UserMetadata>;
