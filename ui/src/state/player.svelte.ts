// The player as the window knows it: the last reported state, field by field so that only what changed is drawn again,
// the position between two reports, and the call that is open in it.
// Invariants: an answer or report that belongs to an earlier wish (another recording, a position before the last seek) is
// ignored; a report that only moves the position touches no reactive value but `state.position_ms`.
// Deliberately absent: any timer. Who paints asks `positionNow()` and watches `jumps`.
import { backend, type AppEvent, type Backend } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CallRow, CallView, PlayerCommand, PlayerState } from '../bridge/generated';
import { Position } from './position';

/** The speeds offered; the keys step through them. */
export const SPEEDS: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

export interface OpenOptions {
  /** One of the call's recordings; the first if absent. */
  recording?: string;
  /** Where to stand, milliseconds; the beginning if absent. */
  atMs?: number;
  play: boolean;
}

/** A recording on its way into the player. */
export interface Opening {
  call: string;
  options: OpenOptions;
}

export class PlayerController {
  /** The last report, with `position_ms` as reported; see `positionNow` for now. */
  readonly state: PlayerState = $state({
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
  });
  /** Counts the moments at which the position went elsewhere than expected: paint at once. */
  jumps = $state(0);
  /** What is being fetched and opened. */
  opening: Opening | null = $state.raw(null);
  /** Why the last wish was not fulfilled; gone with the next one. */
  failure: Fault | null = $state.raw(null);
  /** The call in the player in the list's terms, for its label. */
  row: CallRow | null = $state.raw(null);
  /** The call in the player with its transcript, for the lanes; arrives a moment after the recording. */
  view: CallView | null = $state.raw(null);
  /** Whether sound is wanted and possible now. */
  readonly running = $derived(this.state.phase === 'playing' && this.state.problem === null);

  private readonly position = new Position();
  private asked = 0;
  private wanted: { call: CallRow | CallView; options: OpenOptions } | null = null;
  private audible = 1;

  constructor(
    private readonly app: Backend,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The source of the call that is wanted or was refused. */
  get wantedSource(): string | null {
    return this.wanted ? rowOf(this.wanted.call).source : null;
  }

  /** Listens to the application until the returned function is called. */
  start(): () => void {
    return this.app.listen((event) => this.hear(event));
  }

  /** Where the sound is now, in milliseconds of the recording. */
  positionNow(): number {
    return this.position.at(this.now());
  }

  /** Whether this call is the one in the player. */
  has(call: string): boolean {
    return this.state.call === call && this.state.phase !== 'empty';
  }

  /** Opens a call's recording. Answers whether it is open; a wish overtaken by a later one is not. */
  async open(call: CallRow | CallView, options: OpenOptions): Promise<boolean> {
    const ticket = ++this.asked;
    const id = rowOf(call).id;
    this.wanted = { call, options };
    this.opening = { call: id, options };
    this.failure = null;
    try {
      await this.app.call('open_recording', {
        call: id,
        play: options.play,
        ...(options.recording === undefined ? {} : { recording: options.recording }),
        ...(options.atMs === undefined ? {} : { at_ms: Math.max(0, Math.round(options.atMs)) }),
      });
    } catch (error) {
      if (ticket === this.asked) {
        this.opening = null;
        this.failure = asFault(error);
        if (this.failure.code === 'cancelled') this.failure = null;
      }
      return false;
    }
    if (ticket !== this.asked) return false;
    this.opening = null;
    this.wanted = null;
    this.learn(call);
    return true;
  }

  /** Tries the last wish again after a failure. */
  retry(): void {
    if (this.wanted) void this.open(this.wanted.call, this.wanted.options);
    else this.failure = null;
  }

  /** Takes the words about the last failure away. */
  dismiss(): void {
    this.failure = null;
    this.wanted = null;
  }

  /** Passes a command on; a seek or skip is shown at once. */
  command(command: PlayerCommand): void {
    const now = this.now();
    if (this.state.phase !== 'empty') {
      if (command.do === 'seek') this.seekTo(command.to_ms, now);
      if (command.do === 'skip') this.seekTo((this.position.pending(now) ?? this.position.at(now)) + command.by_ms, now);
    }
    if (command.do === 'speed') this.state.speed = command.to;
    if (command.do === 'volume') this.state.volume = command.to;
    this.app.call('player', command).catch((error: unknown) => {
      this.failure = asFault(error);
    });
  }

  /** Plays from a place: in the player if the call is there, by opening it otherwise. */
  playFrom(call: CallRow | CallView, atMs: number): void {
    if (this.has(rowOf(call).id) && this.opening === null) {
      this.command({ do: 'seek', to_ms: atMs });
      if (this.state.phase !== 'playing') this.command({ do: 'play' });
    } else {
      void this.open(call, { atMs, play: true });
    }
  }

  /** One step faster (1) or slower (-1). */
  nudgeSpeed(by: 1 | -1): void {
    const to = by > 0 ? SPEEDS.find((speed) => speed > this.state.speed) : SPEEDS.filter((speed) => speed < this.state.speed).at(-1);
    if (to !== undefined) this.command({ do: 'speed', to });
  }

  /** Back to the speed of life. */
  resetSpeed(): void {
    this.command({ do: 'speed', to: 1 });
  }

  /** Silences the sound, or gives it back as loud as it was. */
  toggleMute(): void {
    if (this.state.volume > 0) {
      this.audible = this.state.volume;
      this.command({ do: 'volume', to: 0 });
    } else {
      this.command({ do: 'volume', to: this.audible });
    }
  }

  private seekTo(ms: number, now: number): void {
    this.position.seek(ms, now);
    this.jumps += 1;
  }

  private hear(event: AppEvent): void {
    if (event.event !== 'player') return;
    const report = event.data;
    const state = this.state;
    const now = this.now();
    const another = report.call !== state.call || report.recording !== state.recording;
    if (another) this.position.reset();
    const late = this.position.isLate(report.position_ms, now);
    state.call = report.call;
    state.recording = report.recording;
    state.phase = report.phase;
    state.duration_ms = report.duration_ms;
    state.speed = report.speed;
    state.volume = report.volume;
    if (!sameProblem(state.problem, report.problem)) state.problem = report.problem;
    if (!late) {
      state.position_ms = report.position_ms;
      state.turn = report.turn;
      state.word = report.word;
    }
    const running = report.phase === 'playing' && report.problem === null;
    const jumped = this.position.report({ ...report, running }, now);
    if (jumped || another) this.jumps += 1;
    if (another) this.learnAbout(report.call);
  }

  /** The label and lanes of the call that is now in the player. */
  private learn(call: CallRow | CallView): void {
    this.row = rowOf(call);
    if ('row' in call) this.view = call;
    else if (this.view?.row.id !== call.id) void this.fetchView(call.id);
  }

  private learnAbout(call: string | null): void {
    if (this.wanted && rowOf(this.wanted.call).id === call) return this.learn(this.wanted.call);
    if (this.row?.id === call) return;
    this.row = null;
    this.view = null;
    if (call !== null) void this.fetchView(call);
  }

  private async fetchView(call: string): Promise<void> {
    if (this.view?.row.id !== call) this.view = null;
    try {
      const view = await this.app.call('show_call', { call });
      if (this.state.call !== call) return;
      this.view = view;
      this.row = view.row;
    } catch {
      // The bar has no lanes then; the call's own pane says why it cannot be shown.
    }
  }
}

/** The one player of the window. */
export const player = new PlayerController(backend);

function rowOf(call: CallRow | CallView): CallRow {
  return 'row' in call ? call.row : call;
}

function sameProblem(a: PlayerState['problem'], b: PlayerState['problem']): boolean {
  return a?.code === b?.code && a?.message === b?.message;
}
