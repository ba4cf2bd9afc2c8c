// A player without sound: it counts time with a timer and says what the real one would say.
import type { PlayerCommand, PlayerState, TurnView } from '../generated';

const TICK_MS = 120;

export const EMPTY: PlayerState = {
  call: null,
  recording: null,
  phase: 'empty',
  position_ms: 0,
  duration_ms: 0,
  speed: 1,
  volume: 1,
  turn: null,
  word: null,
  problem: null,
};

export class FakePlayer {
  state: PlayerState = EMPTY;
  private turns: TurnView[] = [];
  private timer: ReturnType<typeof setInterval> | null = null;
  private lastTick = 0;

  constructor(private readonly say: (state: PlayerState) => void) {}

  open(call: string, recording: string, turns: TurnView[], duration_ms: number, at_ms: number, play: boolean): void {
    this.turns = turns;
    this.set({ ...this.state, call, recording, duration_ms, phase: play ? 'playing' : 'paused', problem: null }, at_ms);
  }

  command(command: PlayerCommand): void {
    const state = this.state;
    if (state.phase === 'empty' && !('to' in command)) return;
    switch (command.do) {
      case 'play':
        return this.set({ ...state, phase: 'playing' }, state.phase === 'ended' ? 0 : state.position_ms);
      case 'pause':
        return this.set({ ...state, phase: 'paused' }, state.position_ms);
      case 'toggle':
        return this.command({ do: state.phase === 'playing' ? 'pause' : 'play' });
      case 'seek':
        return this.set(state.phase === 'ended' ? { ...state, phase: 'paused' } : state, command.to_ms);
      case 'skip':
        return this.command({ do: 'seek', to_ms: state.position_ms + command.by_ms });
      case 'turn': {
        const to = this.turns[Math.max(0, (this.turnAt(state.position_ms) ?? 0) + command.by)];
        if (to?.start_ms != null) this.command({ do: 'seek', to_ms: to.start_ms });
        return;
      }
      case 'speed':
        return this.set({ ...state, speed: command.to }, state.position_ms);
      case 'volume':
        return this.set({ ...state, volume: command.to }, state.position_ms);
      case 'close':
        return this.set({ ...EMPTY, speed: state.speed, volume: state.volume }, 0);
    }
  }

  private set(next: PlayerState, position: number): void {
    const position_ms = Math.round(Math.min(Math.max(0, position), next.duration_ms));
    const turn = this.turnAt(position_ms);
    const word = turn === null ? null : this.wordAt(turn, position_ms);
    const ended = next.phase === 'playing' && next.duration_ms > 0 && position_ms >= next.duration_ms;
    this.state = { ...next, phase: ended ? 'ended' : next.phase, position_ms, turn, word };
    this.run(this.state.phase === 'playing');
    this.say(this.state);
  }

  private run(on: boolean): void {
    if (on && this.timer === null) {
      this.lastTick = performance.now();
      this.timer = setInterval(() => {
        const now = performance.now();
        const passed = (now - this.lastTick) * this.state.speed;
        this.lastTick = now;
        this.set(this.state, this.state.position_ms + passed);
      }, TICK_MS);
    } else if (!on && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
    }
  }

  private turnAt(ms: number): number | null {
    let found: number | null = null;
    for (let i = 0; i < this.turns.length; i += 1) {
      const start = this.turns[i]?.start_ms;
      if (start == null || start > ms) break;
      found = i;
    }
    return found;
  }

  private wordAt(turn: number, ms: number): number | null {
    const words = this.turns[turn]?.words ?? [];
    const index = words.findIndex((word) => word.start_ms != null && word.end_ms != null && ms < word.end_ms);
    return index < 0 ? null : index;
  }
}
