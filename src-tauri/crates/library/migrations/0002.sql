-- Servers: what tells a call again, what expires, and what is to be kept at hand.

-- What the source says about a call whenever it lists it; equal means that its details need not be asked for.
ALTER TABLE call ADD COLUMN revision TEXT;

-- When the source deletes the audio, if it says so.
ALTER TABLE recording ADD COLUMN expires_ms INTEGER;
ALTER TABLE recording ADD COLUMN expires_original TEXT;
ALTER TABLE recording ADD COLUMN expires_zone_assumed INTEGER;

-- When a cached file was last played, and when its bytes were last found to be what they were.
ALTER TABLE cached_file ADD COLUMN played_ms INTEGER;
ALTER TABLE cached_file ADD COLUMN verified_ms INTEGER;

-- Calls whose audio is to stay here.
CREATE TABLE pin (
    call_key INTEGER PRIMARY KEY REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    at_ms    INTEGER NOT NULL
) STRICT;

-- Searches and filters whose calls are to stay here, also those that come later.
CREATE TABLE pinned_search (
    key    INTEGER PRIMARY KEY,
    name   TEXT    NOT NULL UNIQUE,
    query  TEXT    NOT NULL,                         -- words to search for; empty: the filter alone
    filter TEXT    NOT NULL,                         -- JSON
    at_ms  INTEGER NOT NULL
) STRICT;

-- Recordings that were asked for and are not here yet, in the order in which they are fetched.
CREATE TABLE download (
    recording_key INTEGER PRIMARY KEY REFERENCES recording (key) ON DELETE CASCADE,
    seq           INTEGER NOT NULL
) STRICT;
CREATE INDEX download_by_seq ON download (seq);
