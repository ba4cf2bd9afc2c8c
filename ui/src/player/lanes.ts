// Who speaks when, as lanes of the seek bar: the agent above, the other party below, anybody else across both.
// This is the place the waveform will take.
import type { TurnView } from '../bridge/generated';
import type { Slot, Speaker } from '../state/speakers';

/** A stretch of speech in the bar; `lane` 0 is above, 1 below, `null` across both. */
export interface Stretch {
  turn: number;
  start: number;
  end: number;
  slot: Slot;
  lane: 0 | 1 | null;
}

/** A turn without an end lasts until the next begins, but not longer than this. */
const LONGEST_GUESS_MS = 20_000;

/** The stretches of a transcript with times; none without. */
export function stretchesOf(turns: readonly TurnView[], speakers: readonly Speaker[], durationMs: number): Stretch[] {
  const stretches: Stretch[] = [];
  turns.forEach((turn, index) => {
    const slot = speakers[index]?.slot ?? 'none';
    const start = turn.start_ms;
    if (start === null || turn.timing === 'none' || slot === 'none' || start >= durationMs) return;
    const next = turns[index + 1]?.start_ms;
    const end = turn.end_ms ?? Math.min(next ?? durationMs, start + LONGEST_GUESS_MS);
    if (end <= start) return;
    stretches.push({ turn: index, start, end: Math.min(end, durationMs), slot, lane: laneOf(slot) });
  });
  return stretches;
}

/** The turn spoken at a position, for the words beside the pointer; -1 in a silence. */
export function turnAt(stretches: readonly Stretch[], ms: number): number {
  for (let at = stretches.length - 1; at >= 0; at--) {
    const stretch = stretches[at];
    if (stretch && stretch.start <= ms && ms < stretch.end) return stretch.turn;
  }
  return -1;
}

/** Draws the lanes; `colour` gives a slot its colour in the theme. */
export function drawLanes(
  canvas: HTMLCanvasElement,
  stretches: readonly Stretch[],
  durationMs: number,
  width: number,
  height: number,
  colour: (slot: Slot) => string,
): void {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d');
  if (!context || durationMs <= 0) return;
  context.scale(ratio, ratio);
  const lane = Math.floor((height - 6) / 2);
  for (const stretch of stretches) {
    const left = (stretch.start / durationMs) * width;
    const right = (stretch.end / durationMs) * width;
    const top = stretch.lane === 1 ? height - lane - 2 : stretch.lane === 0 ? 2 : Math.round(height / 2 - lane / 2);
    context.fillStyle = colour(stretch.slot);
    context.beginPath();
    context.roundRect(left, top, Math.max(1, right - left - (right - left > 3 ? 1 : 0)), lane, Math.min(2, lane / 2));
    context.fill();
  }
}

function laneOf(slot: Slot): 0 | 1 | null {
  if (slot === 'agent') return 0;
  return slot === 'customer' ? 1 : null;
}
