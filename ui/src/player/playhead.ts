// When the player bar must be painted again. A playhead that moves on every frame costs a core where compositing is done
// in software, so it is painted when its pixel or the shown second changes, and never more often than `SHORTEST_MS`.

/** The shortest time between two paintings while a recording plays. */
export const SHORTEST_MS = 250;

/** Pixels from the left for a position. */
export function pixelAt(positionMs: number, durationMs: number, width: number): number {
  if (durationMs <= 0) return 0;
  return Math.round((Math.min(Math.max(positionMs, 0), durationMs) / durationMs) * width);
}

/** The position under a pixel. */
export function positionAt(pixel: number, durationMs: number, width: number): number {
  if (width <= 0) return 0;
  return Math.round((Math.min(Math.max(pixel, 0), width) / width) * durationMs);
}

/** Milliseconds of wall clock until something that is shown changes. */
export function nextPaintIn(positionMs: number, durationMs: number, speed: number, width: number): number {
  if (speed <= 0) return 1000;
  const toSecond = 1000 - (positionMs % 1000);
  const perPixel = width > 0 && durationMs > 0 ? durationMs / width : Number.POSITIVE_INFINITY;
  const pixel = pixelAt(positionMs, durationMs, width);
  const toPixel = Math.max(0, (pixel + 0.5) * perPixel - positionMs);
  const second = toSecond / speed;
  const wait = Math.max(SHORTEST_MS, Math.min(toPixel / speed, second));
  // A second about to end is waited for, so that both are painted at once.
  return second > wait && second - wait < SHORTEST_MS / 2 ? second : wait;
}
