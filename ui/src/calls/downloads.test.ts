import { describe, expect, it } from 'vitest';
import { queueWords, rateWords } from './downloads';

const ONLINE = { offline: false, away: false };

describe('the queue of downloads', () => {
  it('says what it waits for', () => {
    const left = { queued: 37, paused: false, running: false };
    expect(queueWords({ ...left, paused: true }, ONLINE)).toBe('Downloads paused · 37 left');
    expect(queueWords(left, { offline: true, away: false })).toBe('Offline: 37 wait to be downloaded');
    expect(queueWords(left, { offline: false, away: true })).toBe('No network: 37 wait to be downloaded');
    expect(queueWords({ ...left, queued: 1 }, ONLINE)).toBe('1 waits to be tried again');
    expect(queueWords({ ...left, queued: 0 }, ONLINE), 'nothing to say').toBeNull();
  });

  it('has bytes and time from the words of the job', () => {
    expect(rateWords('Downloading: 12 of 214, 45 MB, about 3 minutes left')).toBe('45 MB, about 3 minutes left');
    expect(rateWords('Downloading'), 'nothing yet').toBeNull();
  });
});
