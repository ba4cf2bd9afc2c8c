// How the audio of a call is doing, in sentences: why it is not here, what happens of itself, until when the source has it.
import type { AttemptView, CallView, RecordingView } from '../bridge/generated';
import { sentence } from '../text/cut';
import { dayKey, longDay, shortDay, timeOfDay, withLocalTimes } from '../text/moment';

const DAY = 86_400_000;

/** One sentence about the audio, and what can be done about it. */
export interface Standing {
  tone: 'quiet' | 'warn' | 'bad';
  words: string;
  /** What the button beside it says; it fetches. */
  fetch: string | null;
}

const OUTCOMES: Record<string, string> = {
  ok: 'fetched',
  not_found: 'not there',
  not_yet: 'not there yet',
  gone: 'deleted there',
  denied: 'refused',
  expired: 'the link ran out',
  rate_limited: 'asked us to wait',
  invalid: 'not sound audio',
  unsupported: 'cannot be read',
  too_large: 'too large',
  network: 'connection failed',
  offline: 'offline, not asked',
  cancelled: 'stopped',
};

const TIERS: Record<string, string> = {
  local: 'this machine',
  provider: 'the source',
  legacy: 'an older address',
};

export function outcomeWords(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome.replaceAll('_', ' ');
}

export function tierWords(tier: string): string {
  return TIERS[tier] ?? tier;
}

/** Where the recording is, why it is not here, and what happens next. `null` while it is here and there is nothing to say. */
export function standingOf(recording: RecordingView, offline: boolean, now: number): Standing | null {
  const last = recording.attempts.at(-1);
  switch (recording.audio) {
    case 'cached':
      return null;
    case 'available':
      return offline
        ? { tone: 'quiet', words: 'Not here, and you are offline.', fetch: 'Download when online' }
        : { tone: 'quiet', words: 'Not here yet. Playing it fetches it.', fetch: 'Download' };
    case 'pending':
      return { tone: 'quiet', words: `Not there yet at the source; ${again(recording, now)}.`, fetch: offline ? null : 'Try now' };
    case 'failed':
      return { tone: 'warn', words: `${met(last, now)} It is ${again(recording, now)}.`, fetch: offline ? null : 'Try again' };
    default:
      return { tone: 'bad', words: evidence(recording, now), fetch: null };
  }
}

/** Until when the source has it, where it says so and that matters: `Expires at the source in 12 days.` */
export function expiryOf(call: CallView, now: number): Standing | null {
  const here = call.row.audio === 'cached';
  if (call.row.vanished_ms !== null) {
    const since = `since ${longDay(call.row.vanished_ms, now).replace(/^(Today|Yesterday)$/, (day) => day.toLowerCase())}`;
    return { tone: 'warn', words: `Gone at the source ${since}${here ? '; kept here' : ''}.`, fetch: null };
  }
  const moments = call.recordings.filter((each) => each.audio !== 'unavailable').map((each) => each.expires_ms);
  const expires = Math.min(...moments.filter((ms) => ms !== null));
  if (!Number.isFinite(expires)) return null;
  if (expires <= now) {
    const words = here ? `Gone at the source since ${shortDay(expires, now)}; kept here.` : 'It should be gone at the source by now.';
    return { tone: 'warn', words, fetch: null };
  }
  const days = Math.floor((expires - now) / DAY);
  return { tone: !here && days < 7 ? 'warn' : 'quiet', words: `Expires at the source ${until(expires, days, now)}.`, fetch: null };
}

/** The recording that speaks for a call whose audio is not all here. */
export function missingOf(call: CallView): RecordingView | undefined {
  const missing = call.recordings.filter((each) => each.audio !== 'cached');
  return missing.find((each) => each.audio === call.row.audio) ?? missing[0];
}

/** Whether fetching could bring anything. */
export function canFetch(call: CallView): boolean {
  return call.recordings.some((each) => each.audio !== 'cached' && each.audio !== 'unavailable');
}

/** `in 12 days`, `tomorrow`, `today at 17:40` */
function until(ms: number, days: number, now: number): string {
  if (dayKey(ms) === dayKey(now)) return `today at ${timeOfDay(ms)}`;
  if (days === 0) return 'tomorrow';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}

/** `tried again at 10:42`, or that it is not. */
function again(recording: RecordingView, now: number): string {
  const next = recording.next_try_ms;
  if (next === null) return recording.audio === 'failed' ? 'not tried again of itself' : 'looked for again at the next sync';
  if (next <= now) return 'tried again in a moment';
  const day = dayKey(next) === dayKey(now) ? '' : `on ${shortDay(next, now)} `;
  return `tried again ${day}at ${timeOfDay(next)}`;
}

function evidence(recording: RecordingView, now: number): string {
  const last = recording.attempts.at(-1);
  if (recording.expires_ms !== null && recording.expires_ms <= now) return `Gone: the source kept it until ${shortDay(recording.expires_ms, now)}.`;
  if (!last) return 'Gone at the source.';
  return `Gone: ${met(last, now)} Last asked ${shortDay(last.at_ms, now)} ${timeOfDay(last.at_ms)}.`;
}

/** What an attempt met, as a sentence. */
function met(attempt: AttemptView | undefined, now: number): string {
  if (!attempt) return 'It could not be fetched.';
  return sentence(withLocalTimes(attempt.detail ?? `${outcomeWords(attempt.outcome)} at ${tierWords(attempt.tier)}`, now));
}
