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
  const middle = height / 2;
  const lane = Math.floor(middle) - 4;
  const dense = stretches.length > 0 && width / stretches.length < 6;
  for (const block of dense ? columnsOf(stretches, durationMs, width) : blocksOf(stretches, durationMs, width)) {
    const tall = Math.max(2, Math.round(lane * block.part));
    const top = block.lane === 0 ? middle - 1 - tall : block.lane === 1 ? middle + 1 : middle - tall / 2;
    context.fillStyle = colour(block.slot);
    context.beginPath();
    context.roundRect(block.left, top, block.width, tall, Math.min(2, block.width / 2));
    context.fill();
  }
}

/** Something to draw: `part` is how much of the lane's height it takes. */
export interface Block {
  left: number;
  width: number;
  part: number;
  slot: Slot;
  lane: 0 | 1 | null;
}

/** Few stretches: each is a block. */
export function blocksOf(stretches: readonly Stretch[], durationMs: number, width: number): Block[] {
  return stretches.map(({ start, end, slot, lane }) => {
    const left = (start / durationMs) * width;
    return { left, width: Math.max(1.5, ((end - start) / durationMs) * width - 1), part: 0.8, slot, lane };
  });
}

const COLUMN = 3;

/** Many stretches: columns as tall as the part of their time in which somebody speaks. */
export function columnsOf(stretches: readonly Stretch[], durationMs: number, width: number): Block[] {
  const span = (durationMs / width) * COLUMN;
  const columns = new Map<string, Block>();
  for (const { start, end, slot, lane } of stretches) {
    for (let at = Math.floor(start / span); at * span < end; at++) {
      const key = `${at} ${slot}`;
      const block = columns.get(key) ?? { left: at * COLUMN, width: COLUMN - 1, part: 0, slot, lane };
      block.part = Math.min(1, block.part + (Math.min(end, (at + 1) * span) - Math.max(start, at * span)) / span);
      columns.set(key, block);
    }
  }
  return [...columns.values()];
}

function laneOf(slot: Slot): 0 | 1 | null {
  if (slot === 'agent') return 0;
  return slot === 'customer' ? 1 : null;
}
