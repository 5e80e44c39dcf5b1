/** States of a file in the ledger, in `--json` and in `status`. */
export const FILE_STATES = ['waiting', 'queued', 'done', 'skipped', 'quarantined'] as const;
export type FileState = (typeof FILE_STATES)[number];

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** The run finished, but some files could not become records. */
export const EXIT_QUARANTINED = 3;
