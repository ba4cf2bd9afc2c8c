// The filters in force as chips: words, and the change that takes each away.
import type { Filter } from '../bridge/generated';
import { isNumber, readableNumber } from '../text/number';
import { AUDIO_STATES, audioName, directionWord, rangeWords } from './words';

export type FilterChange = { [K in keyof Filter]?: Filter[K] | undefined };

export interface Chip {
  id: string;
  words: string;
  without: FilterChange;
}

export function chipsOf(filter: Filter, sourceName: (id: string) => string, now: number): Chip[] {
  const chips: Chip[] = [];
  const add = (id: string, words: string, without: FilterChange): void => void chips.push({ id, words, without });

  if (filter.from_ms !== undefined || filter.to_ms !== undefined) {
    add('date', rangeWords(filter.from_ms, filter.to_ms, now), { from_ms: undefined, to_ms: undefined });
  }
  if (filter.source !== undefined) add('source', sourceName(filter.source), { source: undefined });
  if (filter.agent !== undefined) add('agent', filter.agent, { agent: undefined });
  if (filter.number !== undefined) {
    add('number', isNumber(filter.number) ? readableNumber(filter.number) : `“${filter.number}”`, { number: undefined });
  }
  if (filter.direction !== undefined) add('direction', directionWord(filter.direction), { direction: undefined });
  if (filter.status !== undefined) add('status', `Status: ${filter.status}`, { status: undefined });
  if (filter.audio !== undefined) {
    add('audio', `Audio: ${AUDIO_STATES[audioName(filter.audio)].word.toLowerCase()}`, { audio: undefined });
  }
  if (filter.has_transcript !== undefined) {
    add('transcript', filter.has_transcript ? 'With transcript' : 'Without transcript', { has_transcript: undefined });
  }
  if (filter.min_duration_ms !== undefined || filter.max_duration_ms !== undefined) {
    add('duration', lengthWords(filter.min_duration_ms, filter.max_duration_ms), {
      min_duration_ms: undefined,
      max_duration_ms: undefined,
    });
  }
  if (filter.sentiment !== undefined) add('sentiment', `Sentiment: ${filter.sentiment}`, { sentiment: undefined });
  if (filter.topic !== undefined) add('topic', `Topic: ${filter.topic}`, { topic: undefined });
  return chips;
}

/** A name for what a search and a filter find, proposed where it is to be kept. */
export function nameFor(query: string, filter: Filter, sourceName: (id: string) => string, now: number): string {
  const words = chipsOf(filter, sourceName, now).map((chip) => chip.words);
  const named = [query === '' ? null : query, ...words].filter((part) => part !== null);
  return named.length > 0 ? named.join(', ') : 'All calls';
}

function lengthWords(least: number | undefined, most: number | undefined): string {
  const minutes = (ms: number): string => `${Number((ms / 60_000).toFixed(2))} min`;
  if (least === undefined) return `At most ${minutes(most ?? 0)}`;
  if (most === undefined) return `At least ${minutes(least)}`;
  return `${minutes(least)} to ${minutes(most)}`;
}
