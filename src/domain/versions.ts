/**
 * What has been done to a file is keyed by its content hash and these versions: raise one when the output of its stage
 * changes, and `semantiff reprocess` redoes the records made before.
 */
export const HARVEST_VERSION = 2;
export const CONVERT_VERSION = 3;
export const SCHEMA_VERSION = 2;
