import { describe, expect, it } from 'vitest';
import { turnsAt } from '../bridge/fake/calls';
import type { TurnView } from '../bridge/generated';
import { speakersOf } from '../state/speakers';
import { columnsOf, stretchesOf, turnAt } from './lanes';

const turn = (role: string, start_ms: number | null, end_ms: number | null): TurnView => ({
  role,
  speaker: null,
  text: 'x',
  start_ms,
  end_ms,
  timing: start_ms === null ? 'none' : 'source',
  words: [],
});
const of = (turns: TurnView[], duration: number) => stretchesOf(turns, speakersOf(turns), duration);

describe('the lanes of the seek bar', () => {
  it('show who speaks when, within the recording', () => {
    const lanes = of([turn('agent', 0, 2_000), turn('customer', 2_500, 9_000)], 8_000);
    expect(lanes.map(({ start, end, lane }) => [start, end, lane])).toEqual([
      [0, 2_000, 0],
      [2_500, 8_000, 1],
    ]);
  });

  it('show nothing that has no time and nothing that is not speech', () => {
    expect(of([turn('agent', null, null), turn('system', 0, 100), turn('tool', 100, 200)], 8_000)).toEqual([]);
  });

  it('let a turn without an end last until the next, but not for ever', () => {
    const lanes = of([turn('agent', 0, null), turn('customer', 3_000, null)], 600_000);
    expect(lanes.map((lane) => lane.end)).toEqual([3_000, 23_000]);
  });

  it('know the turn under the pointer', () => {
    const lanes = of([turn('agent', 0, 2_000), turn('customer', 2_500, 4_000)], 8_000);
    expect(turnAt(lanes, 1_000)).toBe(0);
    expect(turnAt(lanes, 2_200), 'silence').toBe(-1);
    expect(turnAt(lanes, 3_000)).toBe(1);
  });

  it('become columns as tall as there was speech, in a long call', () => {
    const columns = columnsOf(of([turn('agent', 0, 500), turn('agent', 1_000, 2_000)], 100_000), 100_000, 300);
    expect(columns.map((column) => [column.left, column.part])).toEqual([
      [0, 0.5],
      [3, 1],
    ]);
    const turns = turnsAt(3);
    const long = columnsOf(of(turns, 6_000_000), 6_000_000, 700);
    expect(long.every((column) => column.part > 0 && column.part <= 1)).toBe(true);
  });
});
