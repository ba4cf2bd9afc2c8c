-- Servers: what tells a call again, what expires, and what is to be kept at hand.

-- What the source says about a call whenever it lists it; equal means that its details need not be asked for.
ALTER TABLE call ADD COLUMN revision TEXT;

-- When the source deletes the audio, if it says so.
ALTER TABLE recording ADD COLUMN expires_ms INTEGER;
ALTER TABLE recording ADD COLUMN expires_original TEXT;
ALTER TABLE recording ADD COLUMN expires_zone_assumed INTEGER;

-- How often in a row its audio could not be had; which doors asked not to be asked before when, as JSON [[door, ms], ...];
-- and whether the source no longer names it, so that it is kept only for its audio, which is here.
ALTER TABLE recording ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recording ADD COLUMN door_waits TEXT;
ALTER TABLE recording ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;

-- When a cached file was last played, and when its bytes were last found to be what they were.
ALTER TABLE cached_file ADD COLUMN played_ms INTEGER;
ALTER TABLE cached_file ADD COLUMN verified_ms INTEGER;

-- Searches and filters whose calls are to stay here, also those that come later.
CREATE TABLE pinned_search (
    key    INTEGER PRIMARY KEY,
    name   TEXT    NOT NULL UNIQUE,
    query  TEXT    NOT NULL,                         -- words to search for; empty: the filter alone
    filter TEXT    NOT NULL,                         -- JSON
    at_ms  INTEGER NOT NULL
) STRICT;

-- Calls whose audio is to stay here: because the user said so, or because a pinned search found them.
CREATE TABLE pin (
    call_key   INTEGER NOT NULL REFERENCES call (key) ON DELETE CASCADE ON UPDATE CASCADE,
    search_key INTEGER REFERENCES pinned_search (key) ON DELETE CASCADE,
    at_ms      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX pin_once ON pin (call_key, coalesce(search_key, 0));

-- Recordings that were asked for and are not here yet, in the order in which they are fetched.
CREATE TABLE download (
    recording_key INTEGER PRIMARY KEY REFERENCES recording (key) ON DELETE CASCADE,
    seq           INTEGER NOT NULL
) STRICT;
CREATE INDEX download_by_seq ON download (seq);
