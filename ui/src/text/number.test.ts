import { describe, expect, it } from 'vitest';
import { isNumber, readableNumber } from './number';

describe('readableNumber', () => {
  it.each([
    ['+15125550143', '+1 512 555 0143'],
    ['5125550143', '512 555 0143'],
    ['+442079460958', '+44 207 946 0958'],
    ['+4930901820', '+49 309 018 20'],
    ['+35315550100', '+353 155 501 00'],
    ['+79161234567', '+7 916 123 4567'],
  ])('groups %s as %s', (raw, shown) => {
    expect(readableNumber(raw), 'a number is grouped for reading').toBe(shown);
  });

  it('leaves what a person has already written alone', () => {
    expect(readableNumber('(512) 555-0143'), 'their grouping is theirs').toBe('(512) 555-0143');
    expect(readableNumber('Dana Petrovic'), 'a name is no number').toBe('Dana Petrovic');
    expect(readableNumber('sip:dana@example.org'), 'an address is no number').toBe('sip:dana@example.org');
    expect(readableNumber('1234567890123456789'), 'longer than any phone number: an id').toBe('1234567890123456789');
  });

  it('loses no digit', () => {
    for (const raw of ['+15125550143', '+4915112345678', '0301234567', '+8613912345678', '112345678']) {
      expect(readableNumber(raw).replace(/\s/g, ''), 'only spaces are added').toBe(raw);
    }
  });

  it('knows a number from a name', () => {
    expect(isNumber('+1 512 555 0143'), 'digits with signs').toBe(true);
    expect(isNumber('112'), 'a short code reads well as it is').toBe(false);
    expect(isNumber('Room 5125550143'), 'words make it a name').toBe(false);
  });
});
