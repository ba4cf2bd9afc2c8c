import { beforeEach, describe, expect, it } from 'vitest';
import type { CallRow, CallView, RecordingView } from '../bridge/generated';
import { useTimeZone } from '../text/moment';
import { canFetch, expiryOf, missingOf, standingOf } from './audio';

const NOW = Date.UTC(2025, 10, 12, 10);
const DAY = 86_400_000;

function recording(change: Partial<RecordingView>): RecordingView {
  return {
    id: 'r',
    remote_id: 'R1',
    format: 'mp3',
    codec: 'MP3',
    sample_rate: 8_000,
    channels: 1,
    duration_ms: 1_000,
    bytes: 1_000,
    sha256: null,
    audio: 'available',
    tier: null,
    expires_ms: null,
    next_try_ms: null,
    attempts: [],
    ...change,
  };
}

function call(audio: string, recordings: RecordingView[], vanished_ms: number | null = null): CallView {
  const row = { id: 'c', audio, vanished_ms } as CallRow;
  return { row, recordings } as unknown as CallView;
}

const words = (change: Partial<RecordingView>, offline = false): string | undefined => standingOf(recording(change), offline, NOW)?.words;

beforeEach(() => useTimeZone('UTC'));

describe('why audio is not here', () => {
  it('is said per state, with what happens next', () => {
    expect(words({ audio: 'cached' }), 'here').toBeUndefined();
    expect(words({}), 'at the source').toBe('Not here yet. Playing it fetches it.');
    expect(words({}, true), 'out of reach').toBe('Not here, and you are offline.');
    expect(words({ audio: 'pending', next_try_ms: NOW + 42 * 60_000 }), 'later today').toBe('Not there yet at the source; tried again at 10:42.');
    expect(words({ audio: 'pending', next_try_ms: NOW + DAY }), 'another day').toBe('Not there yet at the source; tried again on 13 Nov at 10:00.');
    expect(words({ audio: 'pending' }), 'nothing planned').toBe('Not there yet at the source; looked for again at the next sync.');
  });

  it('tells a failure and what is gone in the words of the last attempt', () => {
    const attempts = [{ at_ms: NOW - DAY, tier: 'provider', outcome: 'denied', detail: 'the server refused until 2025-11-12T11:30:00Z' }];
    expect(words({ audio: 'failed', attempts, next_try_ms: NOW + 90 * 60_000 }), 'times are local ones').toBe(
      'The server refused until 11:30. It is tried again at 11:30.',
    );
    expect(words({ audio: 'unavailable', attempts }), 'the evidence').toBe('Gone: The server refused until 11:30. Last asked 11 Nov 10:00.');
    expect(words({ audio: 'unavailable', expires_ms: NOW - DAY }), 'it ran out').toBe('Gone: the source kept it until 11 Nov.');
  });

  it('offers to fetch only where that can bring anything', () => {
    expect(standingOf(recording({}), false, NOW)?.fetch).toBe('Download');
    expect(standingOf(recording({ audio: 'failed' }), false, NOW)?.fetch).toBe('Try again');
    expect(standingOf(recording({ audio: 'unavailable' }), false, NOW)?.fetch).toBeNull();
    expect(canFetch(call('unavailable', [recording({ audio: 'unavailable' })]))).toBe(false);
  });

  it('speaks of the recording that stands for the call', () => {
    const gone = recording({ id: 'gone', audio: 'unavailable' });
    const late = recording({ id: 'late', audio: 'pending' });
    expect(missingOf(call('pending', [recording({ audio: 'cached' }), gone, late]))?.id).toBe('late');
    expect(missingOf(call('cached', [recording({ audio: 'cached' })]))).toBeUndefined();
  });
});

describe('until when the source has it', () => {
  const expiry = (audio: string, expires_ms: number | null, vanished: number | null = null): string | undefined =>
    expiryOf(call(audio, [recording({ audio, expires_ms })], vanished), NOW)?.words;

  it('is counted in days', () => {
    expect(expiry('available', null), 'nothing said').toBeUndefined();
    expect(expiry('available', NOW + 12.5 * DAY)).toBe('Expires at the source in 12 days.');
    expect(expiry('available', NOW + 20 * 3_600_000)).toBe('Expires at the source tomorrow.');
    expect(expiry('available', NOW + 7_200_000)).toBe('Expires at the source today at 12:00.');
  });

  it('is over for what is kept here', () => {
    expect(expiry('cached', NOW - DAY)).toBe('Gone at the source since 11 Nov; kept here.');
    expect(expiry('cached', null, NOW - DAY)).toBe('Gone at the source since yesterday; kept here.');
    expect(expiry('cached', null, NOW - 6 * DAY)).toBe('Gone at the source since Thursday 6 November 2025; kept here.');
  });
});
