import { z } from 'zod';
import { ContentHash } from './ids.ts';

/** `record.json` of a record that was withdrawn: that there was one, and why it is no more. The only file of its folder. */
export const Tombstone = z.strictObject({
  schemaVersion: z.int().positive(),
  id: ContentHash,
  /** One more than that of the record. */
  revision: z.int().positive(),
  /** ISO 8601 with offset. */
  withdrawnAt: z.iso.datetime({ offset: true }),
  reason: z.string().min(1),
});
export type Tombstone = z.infer<typeof Tombstone>;
