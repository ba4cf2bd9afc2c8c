import { describe, expect, it } from 'vitest';
import { ALL_OF_IT, bounds, extended, isChosen, NONE, settled, sizeOf, toggled, type Choice } from './choice';

const idAt = (place: number): string => `call-${place}`;
const placeOf = (id: string): number => Number(id.slice(5));
const some = (...places: number[]): Choice => ({ all: false, ids: new Set(places.map(idAt)), range: null });

describe('choosing calls in a list', () => {
  it('adds a call and takes it away again', () => {
    const one = toggled(NONE, 'call-3');
    expect([isChosen(one, 3, 'call-3'), isChosen(one, 4, 'call-4')]).toEqual([true, false]);
    expect(sizeOf(toggled(one, 'call-3'), 10, placeOf)).toBe(0);
  });

  it('draws a range upwards as well as downwards', () => {
    expect(bounds({ anchor: 7, to: 3 })).toEqual({ first: 3, last: 7 });
    const up = extended(NONE, { anchor: 7, to: 3 }, 100);
    expect([2, 3, 7, 8].map((place) => isChosen(up, place, idAt(place)))).toEqual([false, true, true, false]);
    expect(sizeOf(up, 100, placeOf)).toBe(5);
  });

  it('counts a row in the range that has not been loaded yet', () => {
    const far = extended(NONE, { anchor: 10, to: 60_000 }, 100_000);
    expect([isChosen(far, 50_000, undefined), sizeOf(far, 100_000, placeOf)]).toEqual([true, 59_991]);
  });

  it('keeps what was chosen before beside the range and counts nothing twice', () => {
    const both = extended(some(1, 5), { anchor: 4, to: 6 }, 100);
    expect(sizeOf(both, 100, placeOf), 'call-5 lies in it').toBe(4);
    expect(isChosen(both, 1, 'call-1')).toBe(true);
    const shorter = extended(both, { anchor: 4, to: 4 }, 100);
    expect(isChosen(shorter, 6, 'call-6'), 'a range that shrinks lets go').toBe(false);
  });

  it('takes a range over the whole list for all of it', () => {
    expect(extended(NONE, { anchor: 0, to: 99_999 }, 100_000)).toBe(ALL_OF_IT);
    expect(extended(NONE, { anchor: 99, to: 0 }, 100)).toBe(ALL_OF_IT);
    expect(extended(NONE, { anchor: 0, to: 0 }, 1).all, 'one row is one row').toBe(false);
  });

  it('is all but some after one of all was let go', () => {
    const most = toggled(ALL_OF_IT, 'call-9');
    expect([isChosen(most, 9, 'call-9'), isChosen(most, 8, 'call-8'), isChosen(most, 8, undefined)]).toEqual([false, true, true]);
    expect(sizeOf(most, 100_000, placeOf)).toBe(99_999);
  });

  it('turns a range into ids, which hold when places change', () => {
    const held = settled(extended(some(1), { anchor: 3, to: 4 }, 100), idAt);
    expect(held).toEqual(some(1, 3, 4));
    expect(settled(ALL_OF_IT, idAt), 'all stays all').toBe(ALL_OF_IT);
  });
});
