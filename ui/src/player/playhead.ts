// When the player bar must be painted again. Where compositing is done in software every painting costs the whole window,
// a few per cent of a core at one a second and a whole core at every frame. So the playhead moves together with the second
// that is shown, and twice a second only where a second would make it leap.

/** A leap of more pixels than this is done in two. */
export const LEAP_PX = 8;
/** Timers end a little early; what is nearer than this is waited for once more, and not at once. */
const GRAIN_MS = 20;

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
  const leap = durationMs > 0 ? (width / durationMs) * 1000 : 0;
  const step = leap > LEAP_PX ? 500 : 1000;
  return Math.max(GRAIN_MS, (step - (positionMs % step)) / Math.max(speed, 0.1));
}
