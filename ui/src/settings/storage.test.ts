import { describe, expect, it } from 'vitest';
import { bytesOf, gigabytes, tidyWords, wouldLeave } from './storage';

describe('the room for audio', () => {
  it('is typed in gigabytes', () => {
    expect(bytesOf('20')).toBe(20e9);
    expect(bytesOf(' 1,5 '), 'with a comma').toBe(1.5e9);
    expect(['', '0', '-1', 'much'].map(bytesOf), 'no sizes').toEqual([null, null, null, null]);
    expect(gigabytes(1.5e9)).toBe('1.5');
  });

  it('warns of what would leave', () => {
    expect(wouldLeave(3e9, null), 'no limit').toBeNull();
    expect(wouldLeave(3e9, 5e9), 'room enough').toBeNull();
    expect(wouldLeave(3e9, 2e9)).toContain('About 1.00 GB would leave at once');
  });
});

describe('tidying', () => {
  const nothing = { stray: 0, broken: 0, sound: 0, expired: 0, expired_bytes: 0 };

  it('says what goes, or that nothing does', () => {
    expect(tidyWords(nothing, true)).toBe('There is nothing to tidy.');
    expect(tidyWords({ ...nothing, expired: 12, expired_bytes: 80e6, sound: 3 }, true)).toBe(
      'This would leave: 12 recordings, 80.0 MB, that their source’s rule no longer keeps. 3 looked at and sound.',
    );
    expect(tidyWords({ ...nothing, stray: 1 }, false)).toBe('Gone: 1 stray file.');
  });
});
