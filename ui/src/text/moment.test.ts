import { beforeEach, describe, expect, it } from 'vitest';
import { ago, dateTime, dayAfter, dayKey, longDay, offset, shortDay, startOfDay, timeOfDay, useTimeZone } from './moment';

// 12 November 2025, 16:02 UTC
const MOMENT = Date.UTC(2025, 10, 12, 16, 2);

describe('moments in the user’s zone', () => {
  beforeEach(() => useTimeZone('America/Chicago'));

  it('shows the offset beside the time', () => {
    expect(dateTime(MOMENT), 'winter in Chicago').toBe('12 Nov 2025 10:02 (UTC−6)');
    expect(offset(Date.UTC(2025, 6, 1)), 'summer in Chicago').toBe('UTC−5');
  });

  it('writes half-hour zones and UTC itself plainly', () => {
    useTimeZone('Asia/Kolkata');
    expect(offset(MOMENT), 'half an hour counts').toBe('UTC+5:30');
    useTimeZone('UTC');
    expect(offset(MOMENT), 'no +0').toBe('UTC');
  });

  it('keeps the zone in force when a name is unknown', () => {
    useTimeZone('Mars/Olympus');
    expect(timeOfDay(MOMENT), 'still Chicago').toBe('10:02');
  });

  it('begins days where the zone does, also when the clocks change', () => {
    expect(startOfDay('2025-11-12'), 'midnight in Chicago is 06:00 UTC').toBe(Date.UTC(2025, 10, 12, 6));
    expect(startOfDay('2025-11-02'), 'the clocks go back at 02:00, so midnight is still summer time').toBe(
      Date.UTC(2025, 10, 2, 5),
    );
    expect(startOfDay('2025-11-03'), 'the day after is winter time').toBe(Date.UTC(2025, 10, 3, 6));
    expect(startOfDay('2025-03-09'), 'forward: midnight is still winter time').toBe(Date.UTC(2025, 2, 9, 6));
    expect(startOfDay('soon'), 'not a day').toBeNull();
  });

  it('puts a call just before midnight on the right day', () => {
    expect(dayKey(Date.UTC(2025, 10, 13, 5, 59)), '23:59 in Chicago').toBe('2025-11-12');
    expect(dayAfter('2025-12-31', 1), 'over the year’s end').toBe('2026-01-01');
  });

  it('names near days and dates far ones', () => {
    expect(longDay(MOMENT, MOMENT), 'the same day').toBe('Today');
    expect(longDay(MOMENT - 86_400_000, MOMENT), 'the day before').toBe('Yesterday');
    expect(longDay(MOMENT - 3 * 86_400_000, MOMENT), 'further back').toBe('Sunday 9 November 2025');
    expect(shortDay(Date.UTC(2024, 10, 12, 16), MOMENT), 'another year is named').toBe('12 Nov 24');
    expect(ago(MOMENT - 720_000, MOMENT), 'minutes').toBe('12 min ago');
  });
});
