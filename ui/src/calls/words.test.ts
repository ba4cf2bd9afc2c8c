import { beforeEach, describe, expect, it } from 'vitest';
import type { CallRow } from '../bridge/generated';
import { startOfDay, useTimeZone } from '../text/moment';
import { chipsOf } from './chips';
import { audioName, datePresets, ends, handledBy, otherParty, rangeWords } from './words';

function row(change: Partial<CallRow>): CallRow {
  return {
    id: 'c',
    source: 's',
    source_name: 'Dental',
    started_ms: 0,
    zone_assumed: false,
    duration_ms: 1,
    direction: 'inbound',
    from: '+15125550143',
    to: 'Sarah',
    agent: 'Sarah',
    status: null,
    title: null,
    has_transcript: false,
    turns: 0,
    audio: 'cached',
    vanished_ms: null,
    in_case: false,
    ...change,
  };
}

const NOW = Date.UTC(2025, 10, 12, 12);

describe('who is on the other end', () => {
  it('is the caller of an inbound call and the called of an outbound one', () => {
    expect(otherParty(row({})), 'inbound').toBe('+15125550143');
    expect(otherParty(row({ direction: 'outbound', from: 'Sarah', to: '+1' })), 'outbound').toBe('+1');
  });

  it('is whoever is not the agent where the direction is unknown', () => {
    expect(otherParty(row({ direction: null, from: 'Sarah', to: 'Dana' })), 'Sarah is the agent').toBe('Dana');
    expect(ends(row({ direction: null, from: 'Sarah', to: 'Dana' })), 'she called').toEqual(['Sarah', 'Dana']);
  });

  it('falls back on the title, and on plain words', () => {
    expect(otherParty(row({ from: null, to: null, title: 'visit.wav' })), 'the title').toBe('visit.wav');
    expect(otherParty(row({ from: null, to: null })), 'nothing known').toBe('Unknown party');
  });

  it('does not name one person twice', () => {
    expect(handledBy(row({ agent: null, from: 'Dana', to: null })), 'nobody else is known').toBeNull();
    expect(ends(row({ agent: null, from: 'Dana', to: null })), 'one end').toEqual(['Dana', null]);
  });
});

describe('audio', () => {
  it('takes a state it does not know for none', () => {
    expect(audioName('cached'), 'known').toBe('cached');
    expect(audioName('teleported'), 'unknown').toBe('none');
  });
});

describe('dates', () => {
  beforeEach(() => useTimeZone('UTC'));

  const day = (text: string): number => startOfDay(text) ?? 0;

  it('says a range as a person would', () => {
    expect(rangeWords(day('2025-11-12'), day('2025-11-13'), NOW), 'one day').toBe('Today');
    expect(rangeWords(day('2025-11-06'), undefined, NOW), 'open').toBe('Since 6 Nov');
    expect(rangeWords(day('2025-11-03'), day('2025-11-06'), NOW), 'the end is exclusive').toBe('3 Nov – 5 Nov');
    expect(rangeWords(undefined, day('2025-01-01'), NOW), 'until').toBe('Until 31 Dec 24');
  });

  it('counts today among the last seven days', () => {
    const week = datePresets(NOW).find((preset) => preset.words === 'Last 7 days');
    expect(week?.from, 'six days back and today').toBe('2025-11-06');
  });
});

describe('chips', () => {
  it('take away exactly what they say', () => {
    const chips = chipsOf(
      { source: 's1', min_duration_ms: 60_000, max_duration_ms: 90_000, has_transcript: false, audio: 'failed' },
      () => 'Dental',
      NOW,
    );
    expect(chips.map((chip) => chip.words), 'in words').toEqual([
      'Dental',
      'Audio: failed',
      'Without transcript',
      '1 min to 1.5 min',
    ]);
    expect(chips[3]?.without, 'both ends of a range go together').toEqual({
      min_duration_ms: undefined,
      max_duration_ms: undefined,
    });
  });
});
