-- Schema version 1. Frozen: a shipped text is never edited, the next version adds a file.
-- Times are UTC milliseconds; `*_original` is the text at the source and `*_zone_assumed` says that it named no zone.

CREATE TABLE source (
    key      INTEGER PRIMARY KEY,
    id       BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    settings TEXT    NOT NULL,                       -- JSON
    cursor   TEXT,                                   -- where the source has been read to
    added_ms INTEGER NOT NULL,
    removed  INTEGER NOT NULL DEFAULT 0              -- 1: no longer synchronised; its calls stay and keep its name
) STRICT;
CREATE UNIQUE INDEX source_by_name ON source (name) WHERE removed = 0;

-- What the list shows and narrows by, one narrow row per call. The key grows with the start (see call_key.rs).
CREATE TABLE call (
    key          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL CHECK (length(id) = 16),
    source_key   INTEGER NOT NULL REFERENCES source (key),
    remote_id    TEXT    NOT NULL,
    started_ms   INTEGER,
    start_order  INTEGER NOT NULL,                   -- the start, or the least integer if it is unknown
    zone_assumed INTEGER NOT NULL,
    length_ms    INTEGER NOT NULL,                   -- the call's own length, else its longest recording's, else -1
    direction    TEXT,
    from_number  TEXT,
    from_name    TEXT,
    to_number    TEXT,
    to_name      TEXT,
    agent        TEXT,
    status       TEXT,
    title        TEXT,
    sentiment    TEXT,
    turns        INTEGER NOT NULL,
    audio        TEXT    NOT NULL,                   -- none, cached, available, pending, failed, unavailable
    vanished_ms  INTEGER,                            -- when the source was first seen without it
    people       TEXT    NOT NULL,                   -- folded numbers and names, one per line
    digits       TEXT    NOT NULL,                   -- digits of the numbers, one number per line
    digest       BLOB    NOT NULL                    -- of the record as it was kept; equal means unchanged
) STRICT;
CREATE UNIQUE INDEX call_by_id ON call (id);
CREATE UNIQUE INDEX call_by_remote_id ON call (source_key, remote_id);
CREATE INDEX call_by_start ON call (start_order);
CREATE INDEX call_by_source ON call (source_key, start_order);
CREATE INDEX call_by_length ON call (length_ms);
CREATE INDEX call_by_agent ON call (agent, start_order);
CREATE INDEX call_by_status ON call (status, start_order);
CREATE INDEX call_by_sentiment ON call (sentiment, start_order);
CREATE INDEX call_by_audio ON call (audio, start_order);

-- The rest of a call, read when it is opened.
CREATE TABLE detail (
    call_key            INTEGER PRIMARY KEY REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    started_original    TEXT,
    ended_ms            INTEGER,
    ended_original      TEXT,
    ended_zone_assumed  INTEGER,
    duration_ms         INTEGER,
    tenant              TEXT,
    campaign            TEXT,
    outcome             TEXT,
    cost_amount         TEXT,
    cost_unit           TEXT,
    external_ids        TEXT    NOT NULL,            -- JSON object
    metadata            TEXT    NOT NULL,            -- JSON object, keys in the source's order
    has_transcript      INTEGER NOT NULL,
    transcript_origin   TEXT,
    transcript_format   TEXT,
    transcript_language TEXT
) STRICT;

CREATE TABLE turn (
    call_key   INTEGER NOT NULL REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    seq        INTEGER NOT NULL,
    speaker    TEXT,
    role       INTEGER,                              -- 1 agent, 2 customer, 3 system, 4 tool
    start_ms   INTEGER,
    end_ms     INTEGER,
    timing     INTEGER NOT NULL,                     -- 0 none, 1 source, 2 derived, 3 estimated
    confidence REAL,
    text       TEXT    NOT NULL,
    words      TEXT,                                 -- JSON [[text, start_ms, end_ms], ...]
    PRIMARY KEY (call_key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE recording (
    key                  INTEGER PRIMARY KEY,
    id                   BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    call_key             INTEGER NOT NULL REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    seq                  INTEGER NOT NULL,
    remote_id            TEXT    NOT NULL,
    storage_path         TEXT,
    legacy_url           TEXT,
    started_ms           INTEGER,
    started_original     TEXT,
    started_zone_assumed INTEGER,
    claimed              TEXT    NOT NULL,           -- JSON: what the source says about the audio
    probed               TEXT,                       -- JSON: what its bytes say, where they could be looked at
    state                TEXT    NOT NULL,           -- cached, available, pending, failed, unavailable
    next_try_ms          INTEGER
) STRICT;
CREATE INDEX recording_by_call ON recording (call_key, seq);

-- A verified file in the audio cache. The row is written after the file is in place and deleted before it goes.
CREATE TABLE cached_file (
    recording_key INTEGER PRIMARY KEY REFERENCES recording (key) ON DELETE CASCADE,
    path          TEXT    NOT NULL UNIQUE,           -- relative to the cache
    format        TEXT,
    codec         TEXT,
    sample_rate   INTEGER,
    channels      INTEGER,
    duration_ms   INTEGER,
    bytes         INTEGER,
    sha256        TEXT,
    tier          TEXT    NOT NULL,
    fetched_ms    INTEGER NOT NULL
) STRICT;

CREATE TABLE attempt (
    key           INTEGER PRIMARY KEY,
    recording_key INTEGER NOT NULL REFERENCES recording (key) ON DELETE CASCADE,
    at_ms         INTEGER NOT NULL,
    tier          TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    detail        TEXT
) STRICT;
CREATE INDEX attempt_by_recording ON attempt (recording_key, key);

CREATE TABLE insights (
    call_key        INTEGER PRIMARY KEY REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    summary         TEXT,
    has_sentiment   INTEGER NOT NULL,
    sentiment       TEXT,
    sentiment_score REAL,
    topics          TEXT    NOT NULL,                -- JSON array
    action_items    TEXT    NOT NULL,                -- JSON array
    intent          TEXT
) STRICT;

-- The topics again, one row each, to narrow by.
CREATE TABLE topic (
    topic    TEXT    NOT NULL,
    call_key INTEGER NOT NULL REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    PRIMARY KEY (topic, call_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX topic_by_call ON topic (call_key);

CREATE TABLE metric (
    call_key        INTEGER NOT NULL REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    seq             INTEGER NOT NULL,
    at_ms           INTEGER,
    at_original     TEXT,
    at_zone_assumed INTEGER,
    name            TEXT    NOT NULL,
    value           REAL,                            -- NULL: not a number
    PRIMARY KEY (call_key, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_run (
    key           INTEGER PRIMARY KEY,
    source_key    INTEGER NOT NULL REFERENCES source (key) ON DELETE CASCADE,
    at_ms         INTEGER NOT NULL,
    elapsed_ms    INTEGER NOT NULL,
    seen          INTEGER NOT NULL,
    added         INTEGER NOT NULL,
    updated       INTEGER NOT NULL,
    unchanged     INTEGER NOT NULL,
    vanished      INTEGER NOT NULL,
    rejected      INTEGER NOT NULL,
    pages         INTEGER NOT NULL,
    requests      INTEGER NOT NULL,
    complete      INTEGER NOT NULL,
    error_code    TEXT,
    error_message TEXT,
    problems      TEXT    NOT NULL                   -- JSON array of {item, reason}
) STRICT;
CREATE INDEX sync_run_by_source ON sync_run (source_key, key);

CREATE TABLE setting (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Grows with every transaction that changed a call, so that what was computed from the calls can tell it is stale.
CREATE TABLE revision (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    value    INTEGER NOT NULL
) STRICT;
INSERT INTO revision VALUES (1, 0);

-- What was said, one row per call; rowid = call.key, so that newest first needs no sorting. The text comes already folded
-- and split into words (search/said.rs): the tokenizer only has to split at spaces.
CREATE VIRTUAL TABLE said USING fts5 (
    words,
    content = '', contentless_delete = 1, detail = full, prefix = '2 3', tokenize = 'ascii'
);
INSERT INTO said (said, rank) VALUES ('automerge', 16), ('crisismerge', 64), ('hashsize', 16777216);
