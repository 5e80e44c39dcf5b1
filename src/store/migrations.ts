/**
 * The schema of STATE's SQLite file, one entry a version (PRAGMA user_version = entries applied). Entries are history:
 * never change one that was released, append.
 *
 * - `files`: the ledger, one row a path. `mtime_ms` is what stat said, bit for bit; times are ms since 1970. Since
 *   version 2 `sidecars` (JSON) and `user_digest` say what stood beside the picture when its record was last looked at;
 *   NULL in older rows means that nobody knows, and the record itself is asked.
 * - `documents`, `document_labels`, `document_text`, `vector_bits`, `vectors`: the embedded search index, one `doc` a
 *   record. Numbers are SI; `acquired_s` is the clock on the instrument's wall read as if it were UTC.
 * - Vectors are plain BLOBs: with 20,000 of 1,280 dimensions a pass over the bits takes 5 ms (vec0 table: 16 ms) and
 *   the int8 distances of the best 500 take 1.6 ms (vec0: 9 ms), and any filter can be joined. The bits have a table of
 *   their own, so that the first pass reads nothing else.
 * - `document_issues`: the codes of a record's issues, for filters. Records indexed before version 2 have none there
 *   until they are written again, as reprocess does.
 * - `outbox`: what a target is to have of a record, one row a target and record; `outbox_targets`: the targets, those of
 *   the last run `configured`. An index row is `blocked` until every publishing target has the files of its revision.
 *   `next_try_at` of a wish never tried is its age, so that one index gives the due rows, the oldest first.
 * - `meanings`: the directions of the records' texts, one byte a dimension. Records indexed before this version have none
 *   until they are written again, and are found by words as before.
 * - `documents_by_range`: all columns that a range limits, and the time that lists are ordered by, so that such a filter
 *   reads no row: of 100,000 documents 5 to 9 ms for 17 to 20.
 * - `label_changes`: records whose answer in the index is newer than that of their record.json, with the whole of it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE files (
    file INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    inbox TEXT,
    bytes INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    error_code TEXT,
    content_hash TEXT,
    harvest_version INTEGER,
    convert_version INTEGER,
    model_sha256 TEXT,
    record_revision INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    first_seen_at INTEGER NOT NULL,
    state_since INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX files_by_hash ON files (content_hash) WHERE content_hash IS NOT NULL;
  CREATE INDEX files_by_state ON files (state, file);

  CREATE TABLE documents (
    doc INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    name TEXT NOT NULL,
    picture TEXT,
    vendor TEXT,
    instrument TEXT,
    instrument_id TEXT,
    detector TEXT,
    decision TEXT NOT NULL,
    classifier TEXT,
    acquired_at TEXT,
    acquired_s REAL,
    acceleration_voltage_v REAL,
    working_distance_m REAL,
    magnification REAL,
    field_width_m REAL,
    pixel_size_m REAL,
    probe_current_a REAL,
    dwell_time_s REAL,
    stage_tilt_rad REAL,
    chamber_pressure_pa REAL
  ) STRICT;
  CREATE INDEX documents_by_time ON documents (acquired_s);

  CREATE TABLE labels (label INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE document_labels (
    doc INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    rank INTEGER NOT NULL,
    label INTEGER NOT NULL REFERENCES labels,
    score REAL NOT NULL,
    PRIMARY KEY (doc, rank)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX document_labels_by_label ON document_labels (label, score, doc, rank);

  CREATE VIRTUAL TABLE document_text USING fts5 (
    name, subject, instrument, header, issues,
    content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
  );

  CREATE TABLE vector_spaces (space INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL) STRICT;
  CREATE TABLE vector_bits (
    doc INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    space INTEGER NOT NULL REFERENCES vector_spaces,
    bits BLOB NOT NULL
  ) STRICT;
  CREATE TABLE vectors (
    doc INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    int8 BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE document_issues (
    code TEXT NOT NULL,
    doc INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    PRIMARY KEY (code, doc)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX document_issues_by_doc ON document_issues (doc);
  `,
  `
  ALTER TABLE files ADD COLUMN sidecars TEXT;
  ALTER TABLE files ADD COLUMN user_digest TEXT;
  `,
  // The outbox.
  `
  CREATE TABLE outbox_targets (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    configured INTEGER NOT NULL,
    paused_until INTEGER,
    pause_code TEXT,
    pause_reason TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outbox (
    item INTEGER PRIMARY KEY,
    target TEXT NOT NULL REFERENCES outbox_targets,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    tombstone TEXT,
    delivered_revision INTEGER,
    state TEXT NOT NULL,
    blocked INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    since INTEGER NOT NULL,
    error_code TEXT,
    error_message TEXT,
    UNIQUE (target, id)
  ) STRICT;
  CREATE INDEX outbox_due ON outbox (target, blocked, next_try_at, item) WHERE state = 'due';
  CREATE INDEX outbox_by_state ON outbox (target, state, since);
  `,
  `
  CREATE TABLE meanings (
    doc INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    space INTEGER NOT NULL REFERENCES vector_spaces,
    int8 BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE INDEX documents_by_range ON documents (
    acceleration_voltage_v, pixel_size_m, working_distance_m, field_width_m, magnification, stage_tilt_rad,
    chamber_pressure_pa, dwell_time_s, probe_current_a, acquired_s
  );
  `,
  `
  CREATE TABLE label_changes (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    classification TEXT NOT NULL,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    error_message TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX label_changes_by_age ON label_changes (attempts, since, id);
  ALTER TABLE documents ADD COLUMN human_label TEXT;
  `,
];
