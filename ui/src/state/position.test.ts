import { describe, expect, it } from 'vitest';
import { Position, SETTLE_MS } from './position';

const playing = (position_ms: number, speed = 1) => ({ position_ms, duration_ms: 60_000, speed, running: true });
const paused = (position_ms: number) => ({ position_ms, duration_ms: 60_000, speed: 1, running: false });

describe('the position between two reports', () => {
  it('moves with the clock at the speed that is played', () => {
    const position = new Position();
    position.report(playing(10_000, 1.5), 1_000);
    expect(position.at(1_200), '200 ms at 1.5 are 300 ms of the recording').toBe(10_300);
  });

  it('stands while nothing plays and never leaves the recording', () => {
    const position = new Position();
    position.report(paused(10_000), 1_000);
    expect(position.at(9_000), 'a paused recording stands').toBe(10_000);
    position.report(playing(59_900), 10_000);
    expect(position.at(20_000), 'the end is the end').toBe(60_000);
  });

  it('is held, not moved back, when a report is a little behind', () => {
    const position = new Position();
    position.report(playing(10_000), 0);
    expect(position.at(1_000)).toBe(11_000);
    const jumped = position.report(playing(10_920), 1_000);
    expect(jumped, 'a small difference is no jump').toBe(false);
    expect(position.at(1_000), 'the shown position must not go backwards').toBe(11_000);
    expect(position.at(1_040), 'it waits until the sound has caught up').toBe(11_000);
    expect(position.at(1_200), 'and then moves on with it').toBe(11_120);
  });

  it('says that it jumped when the sound went elsewhere', () => {
    const position = new Position();
    position.report(playing(10_000), 0);
    expect(position.report(playing(30_000), 100), 'the player went to another place').toBe(true);
    expect(position.at(100)).toBe(30_000);
    expect(position.report(playing(5_000), 200), 'also backwards').toBe(true);
    expect(position.at(200)).toBe(5_000);
  });

  it('says so when playing begins or ends or the speed changes', () => {
    const position = new Position();
    expect(position.report(paused(0), 0), 'the length became known').toBe(true);
    expect(position.report(paused(0), 10), 'nothing new').toBe(false);
    expect(position.report(playing(0), 20), 'it plays').toBe(true);
    expect(position.report(playing(10, 2), 30), 'it is faster').toBe(true);
  });
});

describe('the position after a seek', () => {
  it('is the target at once and ignores what was reported before the seek', () => {
    const position = new Position();
    position.report(playing(10_000), 0);
    position.seek(40_000, 100);
    expect(position.at(100)).toBe(40_000);
    expect(position.isLate(10_120, 120), 'this report was on its way before the seek').toBe(true);
    position.report(playing(10_120), 120);
    expect(position.at(120), 'the playhead must not go back to the old place').toBe(40_020);
  });

  it('believes the report that answers it and all after that', () => {
    const position = new Position();
    position.report(playing(10_000), 0);
    position.seek(40_000, 100);
    expect(position.isLate(40_060, 150)).toBe(false);
    position.report(playing(40_030), 150);
    expect(position.isLate(10_200, 160), 'the seek is answered; what comes now is true').toBe(false);
  });

  it('believes anything again after half a second', () => {
    const position = new Position();
    position.report(playing(10_000), 0);
    position.seek(40_000, 100);
    expect(position.isLate(12_000, 100 + SETTLE_MS)).toBe(false);
    position.report(playing(12_000), 100 + SETTLE_MS);
    expect(position.at(100 + SETTLE_MS), 'the player did not go there').toBe(12_000);
  });

  it('stays within the recording', () => {
    const position = new Position();
    position.report(paused(10_000), 0);
    position.seek(-5_000, 10);
    expect(position.at(10)).toBe(0);
    position.seek(90_000, 20);
    expect(position.at(20)).toBe(60_000);
  });
});
