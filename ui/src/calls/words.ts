// A call in the words of the list: who is on the other end, who handled it, and what is known of its audio.
import type { CallRow } from '../bridge/generated';
import { dateTime, dayAfter, dayKey, longDay, shortDay } from '../text/moment';

/** The party on the other end, seen from the organisation. */
export function otherParty(row: CallRow): string {
  const outbound = row.direction === 'outbound' || (row.direction !== 'inbound' && row.from !== null && row.from === row.agent);
  const party = outbound ? (row.to ?? row.from) : (row.from ?? row.to);
  return party ?? row.title ?? 'Unknown party';
}

/** Who handled the call. */
export function handledBy(row: CallRow): string | null {
  if (row.agent !== null) return row.agent;
  const other = otherParty(row);
  return [row.to, row.from].find((party) => party !== null && party !== other) ?? null;
}

/** The two ends in the order of the call: who called, who was called. */
export function ends(row: CallRow): [string, string | null] {
  const other = otherParty(row);
  const own = handledBy(row);
  if (own === null) return [other, null];
  const theyWereCalled = row.direction === 'outbound' || (row.direction !== 'inbound' && row.to === other);
  return theyWereCalled ? [own, other] : [other, own];
}

/** How the audio of a call is doing: a word for the column, a sentence for the tooltip. */
export const AUDIO_STATES = {
  cached: { word: 'Downloaded', words: 'Audio is on this machine' },
  available: { word: 'At the source', words: 'Audio is at the source; it is fetched when you play it' },
  pending: { word: 'Not there yet', words: 'Audio is not there yet; it will be tried again' },
  failed: { word: 'Failed', words: 'Getting the audio failed; it will be tried again. Details shows why' },
  unavailable: { word: 'Gone', words: 'Audio is gone at the source. Details shows the evidence' },
  none: { word: 'Never recorded', words: 'This call has no recording' },
} as const;

/** What is here and was seen to be gone at the source. */
export const KEPT = { word: 'Gone at the source, kept here', words: 'Gone at the source, kept here' } as const;

export function keptOnly(row: CallRow): boolean {
  return row.audio === 'cached' && row.vanished_ms !== null;
}

export type AudioName = keyof typeof AUDIO_STATES;

export function audioName(state: string): AudioName {
  return state in AUDIO_STATES ? (state as AudioName) : 'none';
}

export function directionWord(direction: string | null): string {
  if (direction === 'inbound') return 'Inbound';
  if (direction === 'outbound') return 'Outbound';
  return 'Direction unknown';
}

/** What a screen reader says for a row. */
export function rowWords(row: CallRow): string {
  const by = handledBy(row);
  return [
    directionWord(row.direction),
    otherParty(row),
    by === null ? null : `with ${by}`,
    dateTime(row.started_ms),
    keptOnly(row) ? KEPT.word : AUDIO_STATES[audioName(row.audio)].word,
    row.has_transcript ? null : 'no transcript',
    row.in_case ? 'in a case' : null,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** A range of days as a person would say it. The end is exclusive. */
export function rangeWords(from: number | undefined, to: number | undefined, now: number): string {
  if (from === undefined && to === undefined) return 'Any date';
  if (to === undefined) return `Since ${shortDay(from ?? 0, now)}`;
  const last = to - 1;
  if (from === undefined) return `Until ${shortDay(last, now)}`;
  if (dayKey(from) === dayKey(last)) {
    const day = longDay(from, now);
    return day === 'Today' || day === 'Yesterday' ? day : shortDay(from, now);
  }
  return `${shortDay(from, now)} – ${shortDay(last, now)}`;
}

export interface DatePreset {
  words: string;
  from: string;
  /** The first day no longer in it; open towards the future if absent. */
  to?: string;
}

export function datePresets(now: number): DatePreset[] {
  const today = dayKey(now);
  return [
    { words: 'Today', from: today, to: dayAfter(today, 1) },
    { words: 'Yesterday', from: dayAfter(today, -1), to: today },
    { words: 'Last 7 days', from: dayAfter(today, -6) },
    { words: 'Last 30 days', from: dayAfter(today, -29) },
    { words: 'This year', from: `${today.slice(0, 4)}-01-01` },
  ];
}
