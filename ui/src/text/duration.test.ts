import { describe, expect, it } from 'vitest';
import { clock, elapsed, spokenDuration } from './duration';

describe('clock', () => {
  it.each([
    [0, '0:00'],
    [999, '0:00'],
    [161_000, '2:41'],
    [3_599_999, '59:59'],
    [3_600_000, '1:00:00'],
    [36_061_000, '10:01:01'],
    [-5, '0:00'],
  ])('writes %i ms as %s', (ms, shown) => {
    expect(clock(ms), 'seconds that have passed').toBe(shown);
  });

  it('says when there is nothing to say', () => {
    expect(clock(null), 'an unknown length is not 0:00').toBe('–:––');
    expect(clock(Number.NaN), 'nor is a broken one').toBe('–:––');
  });
});

describe('spokenDuration', () => {
  it('leaves out what is zero and uses the singular', () => {
    expect(spokenDuration(3_661_000), 'read to people').toBe('1 hour 1 minute 1 second');
    expect(spokenDuration(120_000), 'no zero seconds').toBe('2 minutes');
    expect(spokenDuration(0), 'but something is always said').toBe('0 seconds');
  });
});

describe('elapsed', () => {
  it('uses the unit that fits', () => {
    expect([elapsed(420), elapsed(4_200), elapsed(72_000)], 'ms, s, min').toEqual(['420 ms', '4.2 s', '1 min 12 s']);
  });
});
