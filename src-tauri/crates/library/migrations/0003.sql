-- Evidence: cases, and the audit log.

CREATE TABLE case_file (
    key     INTEGER PRIMARY KEY,
    id      BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    name    TEXT    NOT NULL UNIQUE,
    number  TEXT    NOT NULL,
    purpose TEXT    NOT NULL,
    person  TEXT    NOT NULL,
    made_ms INTEGER NOT NULL
) STRICT;

-- What is in a case is held: the call cannot be deleted.
CREATE TABLE case_call (
    case_key INTEGER NOT NULL REFERENCES case_file (key) ON DELETE CASCADE,
    call_key INTEGER NOT NULL REFERENCES call (key) ON DELETE RESTRICT ON UPDATE CASCADE,
    at_ms    INTEGER NOT NULL,
    PRIMARY KEY (case_key, call_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_by_call ON case_call (call_key);

CREATE TRIGGER held_file_stays BEFORE DELETE ON cached_file
WHEN EXISTS (SELECT 1 FROM case_call JOIN recording ON recording.call_key = case_call.call_key
             WHERE recording.key = OLD.recording_key)
BEGIN SELECT raise(ABORT, 'what is in a case is held'); END;

-- Who did what, one entry after another. An entry's hash is computed from its columns; the edge sums up the hash tree
-- over all entries up to and including this one, so that the next can be appended without reading them all.
CREATE TABLE audit (
    seq       INTEGER PRIMARY KEY,
    at_ms     INTEGER NOT NULL,
    user      TEXT    NOT NULL,
    person    TEXT,
    action    TEXT    NOT NULL,
    object    TEXT,
    detail    TEXT    NOT NULL,                      -- JSON object, byte for byte as it was hashed
    edge      BLOB    NOT NULL,                      -- hashes of the complete subtrees, largest first, 32 bytes each
    signature BLOB                                   -- where a key was at hand: its number (8 bytes), and its signature of the checkpoint here
) STRICT;
CREATE INDEX audit_by_object ON audit (object, seq) WHERE object IS NOT NULL;

CREATE TRIGGER audit_is_appended BEFORE INSERT ON audit
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit)
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only appended to'); END;
