// The transcript on the screen: which turns are shown and who speaks, which one is being spoken, whether the view moves
// along, what is being looked for. No rendering: the view registers itself and is asked to bring a turn into sight.
// Invariants: a turn is active only while its own call is in the player and it has a time; words of a search arrive with
// the call they belong to and are dropped if another call is shown first.
import type { CallView, TurnView } from '../bridge/generated';
import { findAll, firstFrom, fold, MAX_HITS, type Folded, type Hit, type Sought } from './find';
import { follow, followButton, type Follow, type FollowEvent, type Whereabouts } from './follow';
import { player, type PlayerController } from './player.svelte';
import { isSpeech, speakersOf, type Speaker } from './speakers';

/** What the pane that draws the turns can be asked to do. */
export interface TranscriptPane {
  /** Brings a turn into sight, and gives it the keyboard if asked. */
  reveal(turn: number, focus: boolean): void;
  /** Puts the keyboard into the find field, its text selected. */
  focusFind(): void;
  /** Puts the keyboard to the turns, where they are. */
  focusTurns(): void;
  /** The first turn that can be read now. */
  topTurn(): number;
}

/** Where to arrive in a call that is about to be shown. */
export interface Arrival {
  turn?: number;
  /** Words a search found, marked as hits. */
  words?: string[];
}

/** How the times of a transcript came about. */
export type Timing = 'none' | 'source' | 'derived' | 'estimated';

export class TranscriptController {
  call: CallView | null = $state.raw(null);
  /** Whether notes of the machine are shown between the turns. */
  showSystem = $state(false);
  following: Follow = $state('on');
  /** Where the active turn is from the reader's point of view; the pane keeps it up to date. */
  where: Whereabouts | null = $state(null);
  /** The turn the keyboard is at. */
  cursor: number | null = $state(null);
  findOpen = $state(false);
  sought: Sought = $state.raw({ kind: 'text', text: '' });
  /** The current hit, an index of `hits`; -1 before the first. */
  current = $state(-1);

  readonly turns: readonly TurnView[] = $derived(this.call?.transcript?.turns ?? []);
  readonly speakers: readonly Speaker[] = $derived(speakersOf(this.turns));
  /** The turns that are shown, by index. */
  readonly rows: readonly number[] = $derived(shownTurns(this.turns, this.showSystem));
  readonly systemTurns: number = $derived(this.turns.reduce((sum, turn) => sum + (turn.role === 'system' ? 1 : 0), 0));
  readonly timing: Timing = $derived(timingOf(this.turns));
  /** Whether the call on the screen is the one in the player. */
  readonly live: boolean = $derived.by(() => this.call !== null && this.player.has(this.call.row.id));
  /** The turn being spoken. */
  readonly active: number | null = $derived.by(() => {
    const turn = this.live ? this.player.state.turn : null;
    return turn !== null && hasTime(this.turns[turn]) ? turn : null;
  });
  /** The last turn that has begun: what lies after it is still to come. */
  readonly reached: number | null = $derived.by(() => {
    if (this.active !== null || !this.live || this.timing === 'none') return this.active;
    return lastBegun(this.turns, this.player.state.position_ms);
  });
  readonly hits: readonly Hit[] = $derived.by(() => {
    const shown = new Set(this.rows);
    return findAll(this.folded, this.sought).filter((hit) => shown.has(hit.turn));
  });
  /** The arrow of the Follow button; `null` while there is no such button. */
  readonly followArrow: 'up' | 'down' | null = $derived(
    followButton(this.following, this.active === null ? null : this.where),
  );

  private readonly folded: readonly Folded[] = $derived(this.turns.map((turn) => fold(turn.text)));
  private pane: TranscriptPane | null = null;
  private expected: { call: string; arrival: Arrival } | null = null;

  constructor(private readonly player: PlayerController) {}

  /** Shows a call. Marks and cursor of another call are gone; a newer view of the same call keeps them. */
  show(call: CallView | null): void {
    const another = call?.row.id !== this.call?.row.id;
    this.call = call;
    if (another) {
      this.cursor = null;
      this.where = null;
      this.closeFind();
      this.happened({ type: 'opened' });
    }
    const expected = this.expected;
    if (call && expected?.call === call.row.id) {
      this.expected = null;
      this.arrive(expected.arrival);
    }
  }

  /** Where to arrive once this call is shown; at once if it is. */
  expect(call: string, arrival: Arrival): void {
    if (this.call?.row.id === call) return this.arrive(arrival);
    this.expected = { call, arrival };
  }

  /** The pane that draws the turns; the returned function takes it away again. */
  attach(pane: TranscriptPane): () => void {
    this.pane = pane;
    const turn = this.current >= 0 ? this.hits[this.current]?.turn : undefined;
    if (turn !== undefined) pane.reveal(turn, false);
    else if (this.cursor !== null && this.active === null) pane.reveal(this.cursor, false);
    return () => {
      if (this.pane === pane) this.pane = null;
    };
  }

  /** Plays from a turn. A turn without a time is only given the keyboard. */
  choose(turn: number): void {
    const chosen = this.turns[turn];
    if (!this.call || !chosen) return;
    this.cursor = turn;
    if (chosen.start_ms === null || chosen.timing === 'none') return;
    this.happened({ type: 'chose' });
    this.player.playFrom(this.call, chosen.start_ms);
  }

  /** Moves the keyboard by so many shown turns. */
  moveCursor(by: number): void {
    const from = this.cursor ?? this.active ?? this.pane?.topTurn() ?? 0;
    const row = this.cursor === null && this.active === null ? this.rowOf(from) : this.rowOf(from) + by;
    this.cursorTo(row);
  }

  /** Puts the keyboard at a shown turn, counted from the first (0) or last (-1). */
  cursorTo(row: number): void {
    const turn = this.rows.at(row < 0 ? (row === -1 ? -1 : 0) : Math.min(row, this.rows.length - 1));
    if (turn === undefined) return;
    this.cursor = turn;
    this.pane?.reveal(turn, true);
  }

  /** The row of a turn among the shown ones; the nearest one before it if it is not shown. */
  rowOf(turn: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle] ?? 0) <= turn) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** Something that concerns following happened. */
  happened(event: FollowEvent): void {
    this.following = follow(this.following, event);
  }

  /** Following on or off. */
  toggleFollow(): void {
    this.happened({ type: 'toggled' });
  }

  /** Back to the active turn. */
  resumeFollow(): void {
    this.happened({ type: 'pressed' });
  }

  /** Opens the find bar, or goes back to it. */
  openFind(): void {
    if (this.turns.length === 0) return;
    this.findOpen = true;
    this.pane?.focusFind();
  }

  /** Closes the find bar and takes the marks away. */
  closeFind(): void {
    this.findOpen = false;
    this.sought = { kind: 'text', text: '' };
    this.current = -1;
  }

  /** Closes the find bar and gives the keyboard back to the turns. */
  leaveFind(): void {
    this.closeFind();
    this.pane?.focusTurns();
  }

  /** Looks for a text as it is typed; the first hit at or below what is being read becomes the current one. */
  find(text: string): void {
    const from = this.hits[this.current]?.turn ?? this.pane?.topTurn() ?? 0;
    this.sought = { kind: 'text', text };
    this.current = firstFrom(this.hits, from);
    this.revealHit();
  }

  /** The next (1) or previous (-1) hit, around the ends; opens the find bar if there is nothing to walk through. */
  nextHit(by: 1 | -1): void {
    const count = this.hits.length;
    if (count === 0) return this.openFind();
    if (this.current < 0) this.current = firstFrom(this.hits, this.pane?.topTurn() ?? 0);
    else this.current = (this.current + by + count) % count;
    this.revealHit();
  }

  /** "3 of 14", or what there is to say instead. */
  get findWords(): string {
    const count = this.hits.length;
    if (soughtText(this.sought).trim() === '') return '';
    if (count === 0) return 'Not found';
    const of = count >= MAX_HITS ? `${MAX_HITS.toLocaleString('en-US')}+` : count.toLocaleString('en-US');
    return this.current < 0 ? of : `${(this.current + 1).toLocaleString('en-US')} of ${of}`;
  }

  private arrive(arrival: Arrival): void {
    const words = arrival.words ?? [];
    if (words.length > 0) {
      this.sought = { kind: 'words', words };
      this.findOpen = true;
      this.current = firstFrom(this.hits, arrival.turn ?? 0);
    }
    if (arrival.turn === undefined) return this.revealHit();
    this.cursor = arrival.turn;
    this.pane?.reveal(arrival.turn, false);
  }

  private revealHit(): void {
    const hit = this.hits[this.current];
    if (!hit) return;
    this.cursor = hit.turn;
    this.pane?.reveal(hit.turn, false);
  }
}

/** The one transcript of the window. */
export const transcript = new TranscriptController(player);

/** What the find field shows. */
export function soughtText(sought: Sought): string {
  return sought.kind === 'text' ? sought.text : sought.words.join(' ');
}

function shownTurns(turns: readonly TurnView[], system: boolean): number[] {
  const rows: number[] = [];
  turns.forEach((turn, index) => {
    if (system || turn.role !== 'system') rows.push(index);
  });
  return rows;
}

function hasTime(turn: TurnView | undefined): boolean {
  return turn !== undefined && turn.start_ms !== null && turn.timing !== 'none';
}

function timingOf(turns: readonly TurnView[]): Timing {
  let timing: Timing = 'none';
  for (const turn of turns) {
    if (!isSpeech(turn) || !hasTime(turn)) continue;
    if (turn.timing === 'estimated') return 'estimated';
    if (turn.timing === 'derived') timing = 'derived';
    else if (timing === 'none') timing = 'source';
  }
  return timing;
}

function lastBegun(turns: readonly TurnView[], position: number): number | null {
  let found: number | null = null;
  for (let index = 0; index < turns.length; index++) {
    const start = turns[index]?.start_ms;
    if (start == null) continue;
    if (start > position) break;
    found = index;
  }
  return found;
}
