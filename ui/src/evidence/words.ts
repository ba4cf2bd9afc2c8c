// Evidence in words: what the audit log's codes mean, what an export holds, what a verification proves. Pure.
import type { AuditEntryView, CaseView, Exported, ExportPlan, JobProgress, JsonValue, Verified } from '../bridge/generated';
import type { Audio, Document, Form } from '../state/exporting.svelte';
import { bytes, count, plural } from '../text/cut';
import { clock } from '../text/duration';
import { exactTime } from '../text/moment';

const COUNTABLE = 100_000;

export const FORMS: readonly { id: Form; words: string; hint: string }[] = [
  { id: 'bag', words: 'Evidence bag in a folder', hint: 'Sealed with hashes that anyone can check without Turnstone.' },
  { id: 'zip', words: 'Evidence bag in one zip file', hint: 'The same bag, in one file that is easy to hand over.' },
  { id: 'folder', words: 'Plain files', hint: 'Not sealed: for your own use, not for handing over as evidence.' },
];

export const AUDIO: readonly { id: Audio; words: string; plain: string }[] = [
  { id: 'original', words: 'Originals', plain: 'As it came' },
  { id: 'wav', words: 'Originals, and copies for listening (WAV)', plain: 'For listening (WAV)' },
  { id: 'none', words: 'None', plain: 'None' },
];

export const DOCUMENT_WORDS: Readonly<Record<Document, { words: string; hint: string }>> = {
  vcon: { words: 'vCon', hint: 'Everything known about the call, in the IETF’s format (JSON)' },
  vtt: { words: 'WebVTT', hint: 'Captions with speakers, for players and browsers' },
  srt: { words: 'SRT', hint: 'Captions for video programs' },
  txt: { words: 'Text', hint: 'The transcript to read and print' },
  csv: { words: 'CSV', hint: 'One row per turn, for a spreadsheet' },
};

/** What is done and to what, for every action of the log. */
export const ACTIONS: Readonly<Record<string, string>> = {
  begin: 'Began the log',
  open: 'Opened',
  play: 'Played',
  render: 'Made a copy for listening',
  search: 'Searched',
  export: 'Exported',
  seal: 'Completed an export',
  delete: 'Deleted',
  settings: 'Changed settings',
  source: 'Set up a source',
  sign_in: 'Signed in',
  sync: 'Synchronised',
  case: 'Changed a case',
  key: 'Made a signing key',
  restore: 'Restored from a backup',
};

/** An action of a newer Turnstone is shown by its code. */
export function actionWords(action: string): string {
  return ACTIONS[action] ?? action.replaceAll('_', ' ');
}

type Detail = Readonly<Record<string, JsonValue>>;

/** How single facts of a detail are said. A fact that is not here is said by its name. */
const FACTS: Readonly<Record<string, (value: JsonValue) => string | null>> = {
  recording: () => null,
  export: () => null,
  ids: () => null,
  change: (value) => ({ made: 'made it', changed: 'changed it', put: 'put in', taken: 'took out', removed: 'removed it' })[plain(value)] ?? plain(value),
  did: (value) => plain(value),
  what: (value) => inner(value),
  set: (value) => inner(value),
  seen: (value) => some(value, 'seen'),
  added: (value) => some(value, 'added'),
  updated: (value) => some(value, 'updated'),
  vanished: (value) => some(value, 'gone'),
  rejected: (value) => some(value, 'not readable'),
  recordings: (value) => (typeof value === 'number' ? plural(value, 'recording') : null),
  complete: (value) => (value === true ? null : 'not to its end'),
  forgotten: (value) => (value === true ? 'its calls forgotten' : 'its calls stay'),
  valid: (value) => (value === true ? 'valid' : 'not valid'),
  query: (value) => quoted(value),
  text: (value) => quoted(value),
  reason: (value) => (value === '' ? null : `because: ${plain(value)}`),
  calls: (value) => (typeof value === 'number' ? plural(value, 'call') : null),
  hits: (value) => (typeof value === 'number' ? `found ${count(value)}` : null),
  turns: (value) => (typeof value === 'number' ? plural(value, 'turn') : null),
  files: (value) => (typeof value === 'number' ? plural(value, 'file') : null),
  bytes: (value) => (typeof value === 'number' ? bytes(value) : null),
  missing: (value) => (value === 0 ? null : `${plain(value)} without audio`),
  path: (value) => plain(value),
  to: (value) => (typeof value === 'object' ? inner(value) : `into ${plain(value)}`),
  from: (value) => (typeof value === 'object' ? null : `from ${plain(value)}`),
  form: (value) => ({ bag: 'as a bag', zip: 'as a bag in a zip file', folder: 'as plain files' })[plain(value)] ?? plain(value),
  audio: (value) => ({ original: 'with originals', wav: 'with copies for listening', none: 'without audio' })[plain(value)] ?? plain(value),
  tagmanifest: (value) => (typeof value === 'string' && value !== '' ? `hash ${value.slice(0, 16)}…` : null),
  signed_by: (value) => (value === null ? 'unsigned' : `signed by ${plain(value)}`),
  fingerprint: (value) => plain(value),
  outcome: (value) => plain(value),
  case: (value) => (typeof value === 'object' ? inner(value) : value === '' ? null : `for the case ${plain(value)}`),
};

/** What an entry concerns, in words. */
export function objectWords(entry: Pick<AuditEntryView, 'action' | 'object' | 'object_words'>): string {
  if (entry.object_words !== null) return entry.object_words;
  if (entry.object === null) return '';
  return entry.action === 'search' ? `“${entry.object}”` : entry.object;
}

/** The facts of an entry in a line: `0:10–2:40`, `“refund”, found 14`. */
export function detailWords(entry: Pick<AuditEntryView, 'detail'>): string {
  const detail = entry.detail;
  if (detail === null || typeof detail !== 'object') return detail === null ? '' : plain(detail);
  if (Array.isArray(detail)) return detail.map(plain).join(', ');
  const facts = detail as Detail;
  const words: string[] = [];
  const from = facts['from_ms'];
  const to = facts['to_ms'];
  const span = typeof from === 'number';
  if (span) words.push(typeof to === 'number' ? `${clock(from)}–${clock(to)}` : `from ${clock(from)} on`);
  for (const [name, value] of Object.entries(facts)) {
    if (span && (name === 'from_ms' || name === 'to_ms')) continue;
    if (value === null && name !== 'signed_by') continue;
    const say = FACTS[name];
    const said = say ? say(value) : other(name, value);
    if (said !== null && said !== '') words.push(said);
  }
  return words.join(', ');
}

function other(name: string, value: JsonValue): string | null {
  const spoken = name.replaceAll('_', ' ');
  if (value === null || value === '' || value === false) return null;
  if (value === true) return spoken;
  if (typeof value === 'object' && !Array.isArray(value) && 'old' in value && 'new' in value) {
    return `${spoken}: ${changed(value['old'])} → ${changed(value['new'])}`;
  }
  if (typeof value === 'object' && !Array.isArray(value)) {
    const within = inner(value);
    return within === '' ? null : `${spoken}: ${within}`;
  }
  return `${spoken}: ${plain(value)}`;
}

/** What is told within a fact. */
function inner(value: JsonValue): string {
  return detailWords({ detail: value });
}

/** A count, unless it is none. */
function some(value: JsonValue, words: string): string | null {
  return typeof value === 'number' && value > 0 ? `${count(value)} ${words}` : null;
}

function changed(value: JsonValue | undefined): string {
  return value === undefined || value === null || value === '' ? 'nothing' : plain(value);
}

function plain(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return count(value);
  if (Array.isArray(value)) return value.map(plain).join(' ');
  return JSON.stringify(value);
}

function quoted(value: JsonValue): string | null {
  return typeof value === 'string' && value !== '' ? `“${value}”` : null;
}

/** A hash in groups of eight for reading aloud; joined they are the hash. */
export function groupsOf(hash: string): string[] {
  return hash.match(/.{1,8}/g) ?? [];
}

/** How many calls would be without all of their audio. What this machine's disks have is taken from them. */
export function incomplete(plan: Pick<ExportPlan, 'completeness' | 'at_hand'>): number {
  return Math.max(0, plan.completeness.to_fetch - plan.at_hand) + plan.completeness.gone;
}

/** What an export does about audio that is not here; `null` where there is nothing to say. */
export function missingWords(plan: Pick<ExportPlan, 'completeness' | 'at_hand'>, audio: Audio): string | null {
  if (audio === 'none') return null;
  const n = incomplete(plan);
  const taken = plan.at_hand === 0 ? '' : `The audio of ${plural(plan.at_hand, 'call')} is taken from this machine’s disks. `;
  if (n === 0) return taken === '' ? null : taken.trimEnd();
  return n === 1
    ? `${taken}1 call will be listed as without its audio, with the reason.`
    : `${taken}${count(n)} calls will be listed as without their audio, each with the reason.`;
}

/** Room that is needed and room that there is. */
export function roomWords(plan: ExportPlan): string {
  const needed = `About ${bytes(plan.bytes)}`;
  return plan.free_bytes === null ? `${needed}.` : `${needed}; ${bytes(plan.free_bytes)} free there.`;
}

/** How many calls of an export are without all of their audio; a call can lack several recordings. */
export function lackingCalls(made: Pick<Exported, 'missing'>): number {
  return new Set(made.missing.map((each) => each.call)).size;
}

/** How far a job is: in counts, or as a part of what is too much to be counted, such as bytes. */
export function progressWords(job: Pick<JobProgress, 'done' | 'total'>): string {
  if (job.total === null) return count(job.done);
  if (job.total > COUNTABLE) return `${Math.floor((100 * job.done) / job.total)} %`;
  return `${count(job.done)} of ${count(job.total)}`;
}

/** A short text for the letter that goes with a hand-over. */
export function coverLetter(made: Exported, endedMs: number, of: CaseView | undefined): string {
  const named = of === undefined ? null : of.number === '' ? of.name : `${of.number} (${of.name})`;
  const lacking = lackingCalls(made);
  const missing = lacking === 0 ? 'all with the audio that was to be had' : `${count(lacking)} of them without all of their audio; the export lists each with the reason`;
  const lines = [
    `Export: ${fileName(made.path)}`,
    named === null ? null : `Case: ${named}`,
    `Made: ${exactTime(endedMs)}`,
    `Holds: ${plural(made.calls, 'call')}, ${missing}; ${plural(made.files, 'file')}, ${bytes(made.bytes)}`,
    made.tagmanifest === null ? 'Not sealed: plain files' : `SHA-512 of tagmanifest-sha512.txt: ${made.tagmanifest}`,
    made.signed_by === null ? 'Not signed' : `Signed with the key: ${made.signed_by}`,
  ];
  return `${lines.filter((line) => line !== null).join('\n')}\n`;
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
}

/** What verifying an export proves and what it does not. */
export function proofWords(found: Verified): string {
  if (!found.valid) {
    return 'This is not what was sealed. Keep this copy as it is and ask for the export again.';
  }
  if (found.signed_by === null) {
    return 'Every file is as it was sealed. Nobody signed it, so only the hash in the cover letter shows that the whole was not replaced.';
  }
  if (found.own_key) {
    return 'Every file is as it was sealed with this library’s key. It does not show whether the recordings were right before that.';
  }
  return 'Every file is as it was sealed by the holder of this key. Whose key it is shows only in the cover letter: compare the fingerprint and the hash.';
}

/** Whether a path that is no export may be a folder: files have an ending. */
export function mayBeFolder(path: string): boolean {
  return !/\.[A-Za-z0-9]{1,5}$/.test(fileName(path));
}
