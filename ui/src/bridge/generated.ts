// Made from src-tauri/crates/bridge/src/api.rs. Do not edit: run `cargo test -p turnstone-bridge` to renew it.

/**
 * What the About box and a bug report need.
 */
export type About = { 
/**
 * The product's version.
 */
version: string, 
/**
 * The library's directory.
 */
library: string, 
/**
 * SQLite's version.
 */
sqlite: string, 
/**
 * The user's time zone, such as `America/Chicago`.
 */
time_zone: string, 
/**
 * The sound output in use, or why there is none.
 */
sound: string, 
/**
 * Whether recordings can be dragged out of the window on this system.
 */
drags_out: boolean, };

/**
 * One try at getting audio.
 */
export type AttemptView = { 
/**
 * When, Unix milliseconds.
 */
at_ms: number, 
/**
 * The tier asked.
 */
tier: string, 
/**
 * How it went.
 */
outcome: string, 
/**
 * In words.
 */
detail: string | null, };

/**
 * One entry of the audit log.
 */
export type AuditEntryView = { 
/**
 * Its place in the log.
 */
seq: number, 
/**
 * When, Unix milliseconds.
 */
at_ms: number, 
/**
 * Who: the person and the user of the operating system.
 */
actor: string, 
/**
 * What was done, such as `open`.
 */
action: string, 
/**
 * To what, as the log has it.
 */
object: string | null, 
/**
 * To what, in words a person reads: a call's parties and time, a case's name.
 */
object_words: string | null, 
/**
 * The call it concerns, if it is one that is in the library.
 */
call: string | null, 
/**
 * Further facts.
 */
detail: JsonValue, };

/**
 * Whether the audit log is whole.
 */
export type AuditHealth = { 
/**
 * How many entries it has.
 */
entries: number, 
/**
 * What is wrong with it, each with the entry it concerns; empty if it is whole.
 */
problems: Array<AuditProblem>, 
/**
 * The checkpoint of all of it, to keep elsewhere.
 */
checkpoint: string | null, 
/**
 * The fingerprint of the key the newest checkpoint is signed with.
 */
signed_by: string | null, };

/**
 * A page of the audit log.
 */
export type AuditPage = { 
/**
 * The entries, newest first.
 */
entries: Array<AuditEntryView>, 
/**
 * What to give as `before` for the next page; `null` on the last.
 */
next: number | null, };

/**
 * One thing that is wrong with the audit log.
 */
export type AuditProblem = { 
/**
 * The entry; `null` where it concerns the log as a whole.
 */
seq: number | null, 
/**
 * What is wrong, in words.
 */
problem: string, };

/**
 * Entries of the audit log, newest first.
 */
export type AuditQuery = { 
/**
 * Only this action, such as `export`.
 */
action: string | null, 
/**
 * Only what concerns this call.
 */
call: string | null, 
/**
 * Only entries in which this text occurs, whatever its case.
 */
text: string | null, 
/**
 * Only from this moment on, Unix milliseconds.
 */
from_ms: number | null, 
/**
 * Only before this moment, Unix milliseconds.
 */
to_ms: number | null, 
/**
 * Only before this entry, for the next page.
 */
before: number | null, 
/**
 * At most this many.
 */
limit: number, };

/**
 * The audio cache.
 */
export type CacheView = { 
/**
 * Recordings in it.
 */
files: number, 
/**
 * Their bytes.
 */
bytes: number, 
/**
 * How many bytes it may have; `null`: as many as there are.
 */
limit: number | null, 
/**
 * Calls whose audio is to stay.
 */
pinned: number, 
/**
 * The names of the pinned searches.
 */
searches: Array<string>, };

/**
 * One page of calls.
 */
export type CallPage = { 
/**
 * The rows.
 */
rows: Array<CallRow>, 
/**
 * Where to continue; `null` on the last page.
 */
next: string | null, };

/**
 * Names a call.
 */
export type CallRef = { 
/**
 * Its id.
 */
call: string, };

/**
 * A call as the list shows it.
 */
export type CallRow = { 
/**
 * The call.
 */
id: string, 
/**
 * Its source's id.
 */
source: string, 
/**
 * Its source's name.
 */
source_name: string, 
/**
 * When it began, Unix milliseconds.
 */
started_ms: number | null, 
/**
 * Whether the time zone had to be assumed.
 */
zone_assumed: boolean, 
/**
 * Its length.
 */
duration_ms: number | null, 
/**
 * `inbound` or `outbound`.
 */
direction: string | null, 
/**
 * The calling party's name or number.
 */
from: string | null, 
/**
 * The called party's name or number.
 */
to: string | null, 
/**
 * The agent.
 */
agent: string | null, 
/**
 * The source's word for its state.
 */
status: string | null, 
/**
 * Its title.
 */
title: string | null, 
/**
 * Whether there is a transcript.
 */
has_transcript: boolean, 
/**
 * How many turns it has.
 */
turns: number, 
/**
 * `cached`, `available`, `pending`, `failed`, `unavailable` or `none`.
 */
audio: string, 
/**
 * When its source was first seen without it, Unix milliseconds; `null` while it is there.
 */
vanished_ms: number | null, 
/**
 * Whether it is in a case.
 */
in_case: boolean, };

/**
 * Everything known about one call.
 */
export type CallView = { 
/**
 * As in the list.
 */
row: CallRow, 
/**
 * When it ended, Unix milliseconds.
 */
ended_ms: number | null, 
/**
 * Calling and called party with number and name.
 */
parties: Array<PartyView>, 
/**
 * The organisation.
 */
tenant: string | null, 
/**
 * The campaign.
 */
campaign: string | null, 
/**
 * How it ended for the business.
 */
outcome: string | null, 
/**
 * The cost with its unit, such as `0.12 USD`.
 */
cost: string | null, 
/**
 * The start as the source wrote it.
 */
started_original: string | null, 
/**
 * Ids at the source, by the source's names for them.
 */
external_ids: Array<NamedValue>, 
/**
 * Whether its audio is to stay here.
 */
pinned: boolean, 
/**
 * The cases it is in.
 */
cases: Array<CaseName>, 
/**
 * The audio files.
 */
recordings: Array<RecordingView>, 
/**
 * What was said.
 */
transcript: TranscriptView | null, 
/**
 * What a machine concluded.
 */
insights: InsightsView | null, 
/**
 * What was measured.
 */
metrics: Array<MetricView>, 
/**
 * What the source said that has no field of its own.
 */
metadata: { [key in string]: JsonValue }, };

/**
 * How many calls that changed.
 */
export type CallsMoved = { 
/**
 * How many calls were put in that were not in it before, or taken out.
 */
calls: number, };

/**
 * Calls to put into a case or take out of it.
 */
export type CaseCalls = { 
/**
 * The case's id.
 */
case: string, 
/**
 * Which calls.
 */
which: SomeCalls, };

/**
 * What the user says about a case.
 */
export type CaseFacts = { 
/**
 * The user's name for it; unique.
 */
name: string, 
/**
 * The number it has elsewhere; may be empty.
 */
number: string, 
/**
 * What it is for; may be empty.
 */
purpose: string, 
/**
 * Who is responsible for it; may be empty.
 */
person: string, };

/**
 * A case as a call names it.
 */
export type CaseName = { 
/**
 * Its id.
 */
id: string, 
/**
 * The user's name for it.
 */
name: string, };

/**
 * Names a case.
 */
export type CaseRef = { 
/**
 * Its id.
 */
case: string, };

/**
 * A case: a named basket of calls that are handed over as evidence.
 */
export type CaseView = { 
/**
 * Its id.
 */
id: string, 
/**
 * The user's name for it.
 */
name: string, 
/**
 * The number it has elsewhere; may be empty.
 */
number: string, 
/**
 * What it is for; may be empty.
 */
purpose: string, 
/**
 * Who is responsible for it; may be empty.
 */
person: string, 
/**
 * When it was made, Unix milliseconds.
 */
made_ms: number, 
/**
 * How many calls are in it.
 */
calls: number, };

/**
 * Changes what is said about a case.
 */
export type ChangeCase = { 
/**
 * The case's id.
 */
case: string, 
/**
 * What it is from now on.
 */
facts: CaseFacts, };

/**
 * Changes what a source was configured with.
 */
export type ChangeSource = { 
/**
 * Its id.
 */
source: string, 
/**
 * Settings by key; an empty value removes one, what is not named stays.
 */
set: { [key in string]: string }, };

/**
 * How much of some calls' audio is here; the numbers add up to `calls`.
 */
export type Completeness = { 
/**
 * Calls in all.
 */
calls: number, 
/**
 * All of the call's audio is here.
 */
here: number, 
/**
 * Some of it is not here but may come.
 */
to_fetch: number, 
/**
 * Some of it is gone at the source, and nothing more is to come.
 */
gone: number, 
/**
 * The call was never recorded.
 */
never_recorded: number, };

/**
 * What waits to be fetched.
 */
export type DownloadStatus = { 
/**
 * Recordings in the queue.
 */
queued: number, 
/**
 * Whether the queue rests until it is told to go on.
 */
paused: boolean, 
/**
 * Whether it is being worked off now.
 */
running: boolean, };

/**
 * What the application tells the window without being asked.
 */
export type Event = { "event": "player", "data": PlayerState } | { "event": "job", "data": JobProgress } | { "event": "library_changed" } | { "event": "network_changed" } | { "event": "sources_changed" } | { "event": "cases_changed" } | { "event": "files_dropped", "data": Array<string> } | { "event": "menu", "data": string };

/**
 * What to export, where to and how.
 */
export type ExportOrder = { 
/**
 * Which calls.
 */
which: SomeCalls, 
/**
 * The case's id, if they are exported for a case.
 */
case: string | null, 
/**
 * The folder that the export is put into, under a name of its own.
 */
to: string, 
/**
 * `bag`, `zip` (a bag in one file) or `folder` (plain files).
 */
form: string, 
/**
 * `original`, `wav` (for a bag: the originals and copies for listening) or `none`.
 */
audio: string, 
/**
 * Which documents: `vcon`, `vtt`, `srt`, `txt`, `csv`.
 */
documents: Array<string>, 
/**
 * Whether the vCons hold their audio themselves instead of naming its file.
 */
inline_audio: boolean, 
/**
 * Why; may be empty.
 */
reason: string, };

/**
 * What an export would be.
 */
export type ExportPlan = { 
/**
 * How much of the calls' audio is here.
 */
completeness: Completeness, 
/**
 * How many calls whose audio is not here have it on this machine's disks, from where an export takes it.
 */
at_hand: number, 
/**
 * Whether the folder to put it into is there.
 */
is_there: boolean, 
/**
 * About how many bytes would be written.
 */
bytes: number, 
/**
 * Bytes free where it would be put; `null` if that cannot be told.
 */
free_bytes: number | null, 
/**
 * The fingerprint of the key it would be signed with; `null`: it would not be signed.
 */
key: string | null, 
/**
 * Why it would not be signed, in words.
 */
unsigned_because: string | null, };

/**
 * One thing that is wrong with an export.
 */
export type ExportProblem = { 
/**
 * The file within it.
 */
path: string, 
/**
 * What is wrong, in words.
 */
problem: string, };

/**
 * An export that was made.
 */
export type Exported = { 
/**
 * Where it is: a folder or a file.
 */
path: string, 
/**
 * How many calls are in it.
 */
calls: number, 
/**
 * How many files.
 */
files: number, 
/**
 * How many bytes.
 */
bytes: number, 
/**
 * The one hash that stands for all of it, SHA-512 as hex: that of its tag manifest; `null` for plain files.
 */
tagmanifest: string | null, 
/**
 * The fingerprint of the key it was signed with.
 */
signed_by: string | null, 
/**
 * Why it is not signed, in words, if it is not.
 */
unsigned_because: string | null, 
/**
 * Why the proofs of the audit log are not in it, in words, if they are not.
 */
log_left_out: string | null, 
/**
 * Calls without all of their audio, and why.
 */
missing: Array<MissingAudio>, };

/**
 * What the filters can offer.
 */
export type Facets = { 
/**
 * Agents that occur.
 */
agents: Array<string>, 
/**
 * Statuses that occur.
 */
statuses: Array<string>, 
/**
 * Sentiments that occur.
 */
sentiments: Array<string>, 
/**
 * Topics that occur, most frequent first, at most 200.
 */
topics: Array<string>, };

/**
 * What the list is narrowed to; an absent field narrows nothing.
 */
export type Filter = { 
/**
 * Sources, by id.
 */
source?: string, 
/**
 * Calls that started at or after this moment (Unix milliseconds).
 */
from_ms?: number, 
/**
 * Calls that started before this moment (Unix milliseconds).
 */
to_ms?: number, 
/**
 * Digits or text within a party's number or name.
 */
number?: string, 
/**
 * The agent's name.
 */
agent?: string, 
/**
 * `inbound` or `outbound`.
 */
direction?: string, 
/**
 * The call's status.
 */
status?: string, 
/**
 * At least this long.
 */
min_duration_ms?: number, 
/**
 * At most this long.
 */
max_duration_ms?: number, 
/**
 * With or without a transcript.
 */
has_transcript?: boolean, 
/**
 * `cached`, `available`, `pending`, `failed`, `unavailable`, `none`, or `not_yet` for what may still come.
 */
audio?: string, 
/**
 * The overall sentiment.
 */
sentiment?: string, 
/**
 * A topic.
 */
topic?: string, 
/**
 * Calls in this case, by its id.
 */
case?: string, };

/**
 * A call to show as soon as the window is there.
 */
export type FirstCall = { 
/**
 * The call.
 */
call: string, 
/**
 * Whether to play it.
 */
play: boolean, };

/**
 * What a machine concluded.
 */
export type InsightsView = { 
/**
 * A few sentences.
 */
summary: string | null, 
/**
 * The mood.
 */
sentiment: string | null, 
/**
 * The mood on the source's scale.
 */
sentiment_score: number | null, 
/**
 * What it was about.
 */
topics: Array<string>, 
/**
 * What to do next.
 */
action_items: Array<string>, 
/**
 * What the caller wanted.
 */
intent: string | null, };

/**
 * A background job.
 */
export type JobProgress = { 
/**
 * Names the job while it runs.
 */
job: number, 
/**
 * `sync`, `fetch`, `export` or `verify`.
 */
kind: string, 
/**
 * The source it works on.
 */
source: string | null, 
/**
 * What it is doing, in words.
 */
words: string, 
/**
 * Items looked at.
 */
done: number, 
/**
 * Items in all, once known.
 */
total: number | null, 
/**
 * Until when it does nothing, Unix milliseconds, if it waits.
 */
waiting_until_ms: number | null, 
/**
 * Why it waits, in words that go after "waiting 40 s: ".
 */
waiting_why: string | null, 
/**
 * Whether it has ended.
 */
ended: boolean, 
/**
 * How it ended, in words.
 */
result: string | null, 
/**
 * Whether it ended with something to look at.
 */
failed: boolean, };

/**
 * Names a job.
 */
export type JobRef = { 
/**
 * The number it was announced with.
 */
job: number, };

export type JsonValue = number | string | boolean | Array<JsonValue> | { [key in string]: JsonValue } | null;

/**
 * Rows at an absolute position.
 */
export type ListAt = { 
/**
 * Narrowed to these.
 */
filter: Filter, 
/**
 * In this order.
 */
sort: Sort, 
/**
 * Zero-based position of the first row.
 */
position: number, 
/**
 * At most this many rows.
 */
limit: number, };

/**
 * A page of the list.
 */
export type ListQuery = { 
/**
 * Narrowed to these.
 */
filter: Filter, 
/**
 * In this order.
 */
sort: Sort, 
/**
 * Continue after this cursor from an earlier page.
 */
after: string | null, 
/**
 * At most this many rows.
 */
limit: number, };

/**
 * One measurement.
 */
export type MetricView = { 
/**
 * When, Unix milliseconds.
 */
at_ms: number | null, 
/**
 * Name with its unit.
 */
name: string, 
/**
 * The value.
 */
value: number, };

/**
 * A call whose audio is not, or not all, in an export.
 */
export type MissingAudio = { 
/**
 * The call.
 */
call: string, 
/**
 * The call as people know it: who, and when.
 */
words: string, 
/**
 * Why, in words.
 */
reason: string, };

/**
 * A name with a value.
 */
export type NamedValue = { 
/**
 * The name.
 */
name: string, 
/**
 * The value.
 */
value: string, };

/**
 * Whether anything may be asked over the network.
 */
export type NetworkState = { 
/**
 * The user's switch.
 */
offline: boolean, 
/**
 * There is no network now; servers on this machine can be asked all the same.
 */
away: boolean, };

/**
 * A source to add.
 */
export type NewSource = { 
/**
 * The kind's name.
 */
kind: string, 
/**
 * The user's name for it; derived from the folder or address if empty.
 */
name: string, 
/**
 * The folder.
 */
path: string | null, 
/**
 * The server's address.
 */
url: string | null, 
/**
 * Further settings by key.
 */
set: { [key in string]: string }, 
/**
 * The parts of its secret by key; one part with an empty key is the whole secret. Empty: none is given now.
 */
secret: { [key in string]: string }, };

/**
 * No arguments, or no answer.
 */
export type Nothing = Record<symbol, never>;

/**
 * Opens a recording in the player.
 */
export type OpenRecording = { 
/**
 * The call.
 */
call: string, 
/**
 * One of its recordings; the first if absent.
 */
recording?: string, 
/**
 * Where to stand, milliseconds.
 */
at_ms?: number, 
/**
 * Whether to start at once.
 */
play: boolean, };

/**
 * What was opened.
 */
export type Opened = { 
/**
 * The recording.
 */
recording: string, 
/**
 * Its exact length.
 */
duration_ms: number, 
/**
 * The tier it came from: `local` or `provider`.
 */
tier: string, };

/**
 * Numbers for the navigation.
 */
export type Overview = { 
/**
 * Calls in the library.
 */
calls: number, 
/**
 * Calls that began today in the user's zone.
 */
today: number, 
/**
 * Calls whose audio is in the cache.
 */
downloaded: number, 
/**
 * Calls whose audio is not here yet.
 */
not_yet: number, 
/**
 * When today began in the user's zone, Unix milliseconds.
 */
today_from_ms: number, };

/**
 * Somebody in a call.
 */
export type PartyView = { 
/**
 * `from` or `to`.
 */
side: string, 
/**
 * The number as written at the source.
 */
number: string | null, 
/**
 * The name.
 */
name: string | null, };

/**
 * A file or folder on this machine.
 */
export type PathRef = { 
/**
 * Where it is.
 */
path: string, };

/**
 * Has the queue rest, or go on.
 */
export type PauseDownloads = { 
/**
 * Whether it is to rest.
 */
paused: boolean, };

/**
 * Has calls' audio stay here, or no longer.
 */
export type PinCalls = { 
/**
 * The calls.
 */
calls: Array<string>, 
/**
 * Whether it is to stay.
 */
pinned: boolean, };

/**
 * A search whose calls' audio is to stay here, also of those that come later.
 */
export type PinSearch = { 
/**
 * The user's name for it.
 */
name: string, 
/**
 * Words to search for; empty: the filter alone.
 */
query: string, 
/**
 * Which calls.
 */
filter: Filter, };

/**
 * Names a pinned search.
 */
export type PinnedSearchRef = { 
/**
 * The user's name for it.
 */
name: string, };

/**
 * A command to the player.
 */
export type PlayerCommand = { "do": "play" } | { "do": "pause" } | { "do": "toggle" } | { "do": "seek", 
/**
 * Milliseconds in the recording.
 */
to_ms: number, } | { "do": "skip", 
/**
 * Milliseconds.
 */
by_ms: number, } | { "do": "turn", 
/**
 * How many turns on.
 */
by: number, } | { "do": "speed", 
/**
 * 1 is normal.
 */
to: number, } | { "do": "volume", 
/**
 * 1 is full.
 */
to: number, } | { "do": "close" };

/**
 * What the player is doing.
 */
export type PlayerPhase = "empty" | "loading" | "paused" | "playing" | "ended";

/**
 * Why nothing is heard.
 */
export type PlayerProblem = { 
/**
 * `no_device`, `device_lost`, `unsupported`, `unreadable` or `missing`.
 */
code: string, 
/**
 * In words for people.
 */
message: string, };

/**
 * The player as the window shows it. The window interpolates the position between two of these.
 */
export type PlayerState = { 
/**
 * The open recording's call.
 */
call: string | null, 
/**
 * The open recording.
 */
recording: string | null, 
/**
 * What the player is doing.
 */
phase: PlayerPhase, 
/**
 * Position in the recording, milliseconds, of the sound leaving the device now.
 */
position_ms: number, 
/**
 * Length of the recording, milliseconds.
 */
duration_ms: number, 
/**
 * Playing speed; 1 is normal.
 */
speed: number, 
/**
 * 0 to 1.
 */
volume: number, 
/**
 * The turn being spoken, by its index in the transcript.
 */
turn: number | null, 
/**
 * The word being spoken, by its index in that turn, where words have times.
 */
word: number | null, 
/**
 * Why nothing is heard, in words; `null` while all is well.
 */
problem: PlayerProblem | null, };

/**
 * Names a recording.
 */
export type RecordingRef = { 
/**
 * Its call's id.
 */
call: string, 
/**
 * Its id.
 */
recording: string, };

/**
 * One audio file of a call.
 */
export type RecordingView = { 
/**
 * Its id.
 */
id: string, 
/**
 * The name at the source.
 */
remote_id: string, 
/**
 * The container.
 */
format: string | null, 
/**
 * The codec in words.
 */
codec: string | null, 
/**
 * Samples per second.
 */
sample_rate: number | null, 
/**
 * Number of channels.
 */
channels: number | null, 
/**
 * Its length.
 */
duration_ms: number | null, 
/**
 * Size in bytes.
 */
bytes: number | null, 
/**
 * SHA-256 of the cached file.
 */
sha256: string | null, 
/**
 * `cached`, `available`, `pending`, `failed` or `unavailable`.
 */
audio: string, 
/**
 * The tier it was found in.
 */
tier: string | null, 
/**
 * When the source deletes it, or deleted it, Unix milliseconds, if it says so.
 */
expires_ms: number | null, 
/**
 * Not before this moment is it tried again of itself, Unix milliseconds.
 */
next_try_ms: number | null, 
/**
 * Every attempt to get it, newest last.
 */
attempts: Array<AttemptView>, };

/**
 * Removes a source.
 */
export type RemoveSource = { 
/**
 * Its id.
 */
source: string, 
/**
 * Whether its calls go too.
 */
forget_calls: boolean, };

/**
 * Asks a server to send a code.
 */
export type RequestCode = { 
/**
 * The source.
 */
source: string, 
/**
 * Where to send it.
 */
email: string, };

/**
 * Suggests a name in a dialog that asks where to save a file.
 */
export type SaveAs = { 
/**
 * The name.
 */
name: string, };

/**
 * Writes entries of the audit log into a file.
 */
export type SaveAudit = { 
/**
 * Which entries; its `before` and `limit` are of no account.
 */
query: AuditQuery, 
/**
 * The file: `.csv`, or `.jsonl` with the entries as they were hashed.
 */
file: string, };

/**
 * How much a search finds in all.
 */
export type SearchCount = { 
/**
 * Calls.
 */
calls: number, 
/**
 * Turns.
 */
turns: number, };

/**
 * A turn in which something was found.
 */
export type SearchHit = { 
/**
 * Its call.
 */
call: string, 
/**
 * The turn's index.
 */
turn: number, 
/**
 * Where the turn begins in the recording.
 */
start_ms: number | null, 
/**
 * Who speaks.
 */
speaker: string | null, 
/**
 * `agent`, `customer`, …
 */
role: string | null, 
/**
 * Plain text around the match.
 */
snippet: string, 
/**
 * What matched: ranges in `snippet`, in UTF-16 units as JavaScript counts.
 */
matches: Array<[number, number]>, 
/**
 * When the call began, Unix milliseconds.
 */
call_started_ms: number | null, 
/**
 * The call's parties as the list shows them.
 */
call_from: string | null, 
/**
 * The called party.
 */
call_to: string | null, 
/**
 * The call's agent.
 */
call_agent: string | null, 
/**
 * The call's title.
 */
call_title: string | null, };

/**
 * Some hits.
 */
export type SearchPage = { 
/**
 * The hits, newest call first, turns in order.
 */
hits: Array<SearchHit>, 
/**
 * Where to continue; `null` on the last page.
 */
next: string | null, 
/**
 * Why the query was read as plain words, if it was.
 */
note: string | null, };

/**
 * A search over everything said.
 */
export type SearchQuery = { 
/**
 * Words, `"phrases"`, `OR`, `-not`, `prefix*`, `speaker:agent`.
 */
text: string, 
/**
 * Narrowed to these calls.
 */
filter: Filter, 
/**
 * Continue after this cursor.
 */
after: string | null, 
/**
 * At most this many hits.
 */
limit: number, };

/**
 * Sets how many bytes the cache may have.
 */
export type SetCacheLimit = { 
/**
 * `null`: as many as there are.
 */
bytes: number | null, };

/**
 * The user's switch.
 */
export type SetOffline = { 
/**
 * Whether nothing is to be asked over the network.
 */
offline: boolean, };

/**
 * The settings of this library.
 */
export type Settings = { 
/**
 * How far playing steps back after a pause, milliseconds.
 */
resume_back_ms: number, 
/**
 * `system`, `light` or `dark`.
 */
theme: string, 
/**
 * The speed new recordings start with.
 */
speed: number, 
/**
 * The volume, 0 to 1.
 */
volume: number, 
/**
 * Who works here, for the audit log and exports; may be empty.
 */
person: string, };

/**
 * Gives a source a new secret.
 */
export type SignIn = { 
/**
 * Its id.
 */
source: string, 
/**
 * The parts of its secret by key, as in [`NewSource`].
 */
secret: { [key in string]: string }, };

/**
 * The key that exports are signed with.
 */
export type SigningKeyView = { 
/**
 * The public key as minisign takes it; `null` if there is none.
 */
public_key: string | null, 
/**
 * Its fingerprint.
 */
fingerprint: string | null, 
/**
 * Why there is none, in words.
 */
because: string | null, };

/**
 * Which calls' audio is meant.
 */
export type SomeCalls = { 
/**
 * These; if absent, all that the filter leaves.
 */
calls: Array<string> | null, 
/**
 * Which calls, if none are named.
 */
filter: Filter, };

/**
 * The list's order.
 */
export type Sort = "started_at" | "duration";

/**
 * The address of a server.
 */
export type SourceAddress = { 
/**
 * What to enter.
 */
hint: string, 
/**
 * The address that is used if none is given.
 */
usual: string | null, };

/**
 * One line of a source's self-test.
 */
export type SourceCheck = { 
/**
 * Whether this works.
 */
ok: boolean, 
/**
 * In words; for a failure also what to do.
 */
words: string, };

/**
 * A kind of source and what it needs.
 */
export type SourceKind = { 
/**
 * Its name on the command line and in the database.
 */
kind: string, 
/**
 * Its name for people.
 */
label: string, 
/**
 * What it is, in a sentence.
 */
words: string, 
/**
 * Whether it can read a folder.
 */
wants_folder: boolean, 
/**
 * The address it is asked at, if it can be asked over the network.
 */
address: SourceAddress | null, 
/**
 * What it is signed in to with.
 */
secret: SourceSecret | null, 
/**
 * Further settings of its own.
 */
settings: Array<SourceSetting>, 
/**
 * Settings that every server understands; none for a folder.
 */
server_settings: Array<SourceSetting>, };

/**
 * Names a source.
 */
export type SourceRef = { 
/**
 * Its id.
 */
source: string, };

/**
 * What removing a source left.
 */
export type SourceRemoved = { 
/**
 * How many of its calls stay; of those that were to be forgotten, the ones that a case holds.
 */
calls_left: number, };

/**
 * What a source is signed in to with.
 */
export type SourceSecret = { 
/**
 * Where to find it.
 */
words: string, 
/**
 * What to enter.
 */
parts: Array<SourceSecretPart>, 
/**
 * Whether a code sent by e-mail does instead.
 */
email_code: boolean, 
/**
 * Whether it can be left out.
 */
optional: boolean, };

/**
 * One part of a secret.
 */
export type SourceSecretPart = { 
/**
 * Its key; empty if it is the whole secret.
 */
key: string, 
/**
 * Its name for people.
 */
label: string, 
/**
 * Whether it is shown while it is typed.
 */
visible: boolean, };

/**
 * One setting of a kind of source.
 */
export type SourceSetting = { 
/**
 * Its key.
 */
key: string, 
/**
 * Its name for people.
 */
label: string, 
/**
 * What to enter.
 */
hint: string, };

/**
 * A configured source.
 */
export type SourceView = { 
/**
 * Its id.
 */
id: string, 
/**
 * The kind's name, as in [`SourceKind`].
 */
kind: string, 
/**
 * The user's name for it.
 */
name: string, 
/**
 * The folder or address it reads.
 */
place: string, 
/**
 * Whether it reads this machine's disks only.
 */
local: boolean, 
/**
 * What it was configured with besides its place.
 */
set: { [key in string]: string }, 
/**
 * How many of its calls are in the library.
 */
calls: number, 
/**
 * Whether a sync runs now.
 */
syncing: boolean, 
/**
 * Whether new calls are noticed as they appear.
 */
watching: boolean, 
/**
 * The last finished run.
 */
last_run: SyncRun | null, };

/**
 * An item that could not be read.
 */
export type SyncProblem = { 
/**
 * A path or an id.
 */
item: string, 
/**
 * Why, in words.
 */
reason: string, };

/**
 * One finished sync.
 */
export type SyncRun = { 
/**
 * When it began, Unix milliseconds.
 */
at_ms: number, 
/**
 * How long it took.
 */
elapsed_ms: number, 
/**
 * Calls looked at.
 */
seen: number, 
/**
 * New calls.
 */
added: number, 
/**
 * Changed calls.
 */
updated: number, 
/**
 * Calls no longer at the source.
 */
vanished: number, 
/**
 * Items that could not be read.
 */
rejected: number, 
/**
 * Calls that were as before.
 */
unchanged: number, 
/**
 * Pages of the source's list.
 */
pages: number, 
/**
 * Requests that were sent.
 */
requests: number, 
/**
 * Whether it went through to the end.
 */
complete: boolean, 
/**
 * Why it did not, in words.
 */
error: string | null, 
/**
 * The code of that error, such as `needs_credentials`.
 */
error_code: string | null, 
/**
 * The first items that could not be read, with reasons; at most 100.
 */
problems: Array<SyncProblem>, };

/**
 * Begins a sync.
 */
export type SyncSource = { 
/**
 * Its id; every source if absent.
 */
source: string | null, 
/**
 * Whether to look at everything again.
 */
full: boolean, };

/**
 * What tidying did or would do.
 */
export type Tidied = { 
/**
 * Files that belonged to nothing, and old beginnings of files.
 */
stray: number, 
/**
 * Recordings whose file was missing, cut off or damaged; they can be fetched again.
 */
broken: number, 
/**
 * Files that were looked at byte by byte and are sound.
 */
sound: number, 
/**
 * Recordings that their source's rule no longer keeps.
 */
expired: number, 
/**
 * The bytes of those.
 */
expired_bytes: number, };

/**
 * Tidies the cache, or says what that would do.
 */
export type TidyCache = { 
/**
 * Whether it only says what it would do.
 */
rehearsal: boolean, };

/**
 * What was said.
 */
export type TranscriptView = { 
/**
 * The turns in order.
 */
turns: Array<TurnView>, 
/**
 * Whether any turn has a time.
 */
timed: boolean, 
/**
 * The format it was read from.
 */
format: string | null, 
/**
 * The language tag.
 */
language: string | null, 
/**
 * Where the source keeps it.
 */
origin: string | null, };

/**
 * One speaker's stretch of speech.
 */
export type TurnView = { 
/**
 * The speaker as written at the source.
 */
speaker: string | null, 
/**
 * `agent`, `customer`, `system` or `tool`.
 */
role: string | null, 
/**
 * What was said.
 */
text: string, 
/**
 * Start in the recording.
 */
start_ms: number | null, 
/**
 * End in the recording.
 */
end_ms: number | null, 
/**
 * `source`, `derived`, `estimated` or `none`.
 */
timing: string, 
/**
 * Words with times: text, start, end.
 */
words: Array<WordView>, };

/**
 * What verifying an export found.
 */
export type Verified = { 
/**
 * Where it is.
 */
path: string, 
/**
 * Whether everything is as it was sealed.
 */
valid: boolean, 
/**
 * What is not, each with the file it concerns.
 */
problems: Array<ExportProblem>, 
/**
 * How many files were looked at.
 */
files: number, 
/**
 * How many bytes.
 */
bytes: number, 
/**
 * The hash of its tag manifest, SHA-512 as hex.
 */
tagmanifest: string | null, 
/**
 * The fingerprint of the key it is signed with; `null`: it is not signed.
 */
signed_by: string | null, 
/**
 * Whether that is this library's own key.
 */
own_key: boolean, };

/**
 * Signs in with a code that was sent.
 */
export type VerifyCode = { 
/**
 * The source.
 */
source: string, 
/**
 * Where it was sent.
 */
email: string, 
/**
 * The code.
 */
code: string, };

/**
 * Names an export to verify.
 */
export type VerifyExport = { 
/**
 * A bag, or a bag in a zip file.
 */
path: string, };

/**
 * One word with its own time.
 */
export type WordView = { 
/**
 * The word with punctuation.
 */
text: string, 
/**
 * Start in the recording.
 */
start_ms: number | null, 
/**
 * End in the recording.
 */
end_ms: number | null, };

/** Every command of the application with its arguments and answer. */
export interface Commands {
  /** The calls matching a filter, a page at a time, in the list's order. */
  list_calls: { args: ListQuery; answer: CallPage };
  /** Up to `limit` rows starting at an absolute position in the list, for jumping with the scroll bar. */
  list_calls_at: { args: ListAt; answer: Array<CallRow> };
  /** How many calls match a filter. */
  count_calls: { args: Filter; answer: number };
  /** What the filters can offer: agents, statuses, sentiments, topics and sources that occur. */
  facets: { args: Nothing; answer: Facets };
  /** Everything known about one call. */
  show_call: { args: CallRef; answer: CallView };
  /** Hits in what was said, newest call first. */
  search: { args: SearchQuery; answer: SearchPage };
  /** How many calls and turns a search finds in all; may take longer than a page. */
  count_search: { args: SearchQuery; answer: SearchCount };
  /** Numbers for the navigation: calls in all, today, downloaded, not yet. */
  overview: { args: Nothing; answer: Overview };
  /** Opens a call's recording in the player, fetching it into the cache first if needed. Does not start it. */
  open_recording: { args: OpenRecording; answer: Opened };
  /** A command to the player. */
  player: { args: PlayerCommand; answer: Nothing };
  /** Asks for the audio of calls; what is not here is fetched in the background, and the job tells how far that is. */
  download_calls: { args: SomeCalls; answer: DownloadStatus };
  /** What waits to be fetched. */
  download_status: { args: Nothing; answer: DownloadStatus };
  /** Has the downloads rest, or go on; they rest also after the window was closed. */
  pause_downloads: { args: PauseDownloads; answer: DownloadStatus };
  /** Forgets what waits to be fetched. What came stays. */
  clear_downloads: { args: Nothing; answer: DownloadStatus };
  /** Has calls' audio stay here, fetching what is not, or no longer. */
  pin_calls: { args: PinCalls; answer: Nothing };
  /** Has the audio of all that a search finds stay here, now and later. */
  pin_search: { args: PinSearch; answer: Nothing };
  /** Forgets a pinned search. */
  unpin_search: { args: PinnedSearchRef; answer: Nothing };
  /** How much is in the cache, and how much may be. */
  cache: { args: Nothing; answer: CacheView };
  /** Sets how much may be in the cache; what is too much leaves at once, what was played longest ago first. */
  set_cache_limit: { args: SetCacheLimit; answer: CacheView };
  /** Tidies the cache: stray files, broken ones, and what sources' rules no longer keep. */
  tidy_cache: { args: TidyCache; answer: Tidied };
  /** The cases, newest first. */
  list_cases: { args: Nothing; answer: Array<CaseView> };
  /** Makes a case. */
  make_case: { args: CaseFacts; answer: CaseView };
  /** Changes what is said about a case. */
  change_case: { args: ChangeCase; answer: CaseView };
  /** Removes a case; its calls stay and are held no longer. */
  remove_case: { args: CaseRef; answer: Nothing };
  /** Puts calls into a case. */
  put_in_case: { args: CaseCalls; answer: CallsMoved };
  /** Takes calls out of a case. */
  take_from_case: { args: CaseCalls; answer: CallsMoved };
  /** How much of some calls' audio is here. */
  completeness: { args: SomeCalls; answer: Completeness };
  /** What an export would be. */
  plan_export: { args: ExportOrder; answer: ExportPlan };
  /** Exports calls and verifies what was written; a job tells how far that is and can be cancelled. */
  export_calls: { args: ExportOrder; answer: Exported };
  /** Verifies an export; a job tells how far that is and can be cancelled. */
  verify_export: { args: VerifyExport; answer: Verified };
  /** The key that exports are signed with; made if there is a keychain and no key yet. */
  signing_key: { args: Nothing; answer: SigningKeyView };
  /** Has the pointer, whose button is held, drag a recording's audio out of the window as a file; answers when it is dropped. */
  drag_recording_out: { args: RecordingRef; answer: Nothing };
  /** Entries of the audit log, newest first, a page at a time. */
  audit_log: { args: AuditQuery; answer: AuditPage };
  /** Whether the audit log is whole. */
  check_audit_log: { args: Nothing; answer: AuditHealth };
  /** Writes entries of the audit log into a file. */
  save_audit_log: { args: SaveAudit; answer: Nothing };
  /** The configured sources with their last result. */
  list_sources: { args: Nothing; answer: Array<SourceView> };
  /** The kinds of source that can be added and what each needs. */
  source_kinds: { args: Nothing; answer: Array<SourceKind> };
  /** Adds a source and begins its first sync. */
  add_source: { args: NewSource; answer: SourceView };
  /** Changes what a source was configured with. */
  change_source: { args: ChangeSource; answer: SourceView };
  /** Gives a source a new secret and has it looked at again. */
  sign_in: { args: SignIn; answer: SourceView };
  /** Has a server send a code by e-mail. */
  request_code: { args: RequestCode; answer: Nothing };
  /** Signs in with that code. */
  verify_code: { args: VerifyCode; answer: SourceView };
  /** What works and what is missing at a source. */
  test_source: { args: SourceRef; answer: Array<SourceCheck> };
  /** Removes a source; its calls stay unless they are to be forgotten too, and are in no case. */
  remove_source: { args: RemoveSource; answer: SourceRemoved };
  /** Begins a sync in the background; its progress comes as events. */
  sync_source: { args: SyncSource; answer: Nothing };
  /** Asks a running job to stop. */
  cancel_job: { args: JobRef; answer: Nothing };
  /** The jobs running now. */
  jobs: { args: Nothing; answer: Array<JobProgress> };
  /** The last sync runs of a source, newest first. */
  sync_history: { args: SourceRef; answer: Array<SyncRun> };
  /** Whether anything may be asked over the network. */
  network: { args: Nothing; answer: NetworkState };
  /** The user's switch: nothing is asked over the network any more, or again. */
  set_offline: { args: SetOffline; answer: NetworkState };
  /** The call the program was asked to open when it was started. */
  first_call: { args: Nothing; answer: FirstCall | null };
  /** Lets the user choose a folder in the system's dialog; nothing if they change their mind. */
  choose_folder: { args: Nothing; answer: string | null };
  /** Lets the user choose a file in the system's dialog. */
  choose_file: { args: Nothing; answer: string | null };
  /** Lets the user choose where to save a file. */
  choose_save_place: { args: SaveAs; answer: string | null };
  /** Shows a file or folder where the system's file manager has it. */
  show_in_folder: { args: PathRef; answer: Nothing };
  /** The settings of this library. */
  settings: { args: Nothing; answer: Settings };
  /** Changes the settings. */
  change_settings: { args: Settings; answer: Settings };
  /** What the About box and a bug report need. */
  about: { args: Nothing; answer: About };
}
