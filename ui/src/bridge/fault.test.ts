import { describe, expect, it } from 'vitest';
import { asFault, FAULTS, isFault, wordsFor } from './fault';

describe('asFault', () => {
  it('keeps what the application says', () => {
    expect(asFault({ code: 'locked', message: 'Held by process 12.' }), 'code and words').toEqual({
      code: 'locked',
      message: 'Held by process 12.',
    });
  });

  it('makes a fault of anything else, with its words', () => {
    expect(asFault(new Error('boom')), 'an error').toEqual({ code: 'io', message: 'boom' });
    expect(asFault('plain'), 'a string').toEqual({ code: 'io', message: 'plain' });
    expect(asFault(undefined).message, 'never empty').not.toBe('');
    expect(isFault({ code: 'martian', message: 'x' }), 'an unknown code is no fault').toBe(false);
  });
});

describe('the table', () => {
  it('has a heading for every code that is shown', () => {
    for (const [code, words] of Object.entries(FAULTS)) expect(words.title, code).not.toBe('');
    expect(wordsFor({ code: 'cancelled', message: '' }).severity, 'stopping on purpose needs no notice').toBe('quiet');
  });
});
