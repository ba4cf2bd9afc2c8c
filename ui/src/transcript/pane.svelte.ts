// Where the transcript's pane stands: which rows are mounted and what the scroll position is.
// Everything is said relative to an anchor, one row and its distance from the top of the view, so that measuring rows
// above it moves nothing on the screen. Whoever scrolls without having been told to by `settle` is the reader.
import { Heights, type RowMetrics, estimateHeight } from './heights';

/** Rows drawn beyond the view, and how much of that must be used up before the drawn rows are exchanged. */
const SPARE = 700;
const RESERVE = 250;
/** More rows than this are not kept because a selection begins or ends among them. */
const HELD_ROWS = 400;
/** The longest motion. */
const GLIDE_MS = 120;

/** What of the document is needed; a plain object in tests. */
export interface Scroller {
  scrollTop: number;
  readonly clientHeight: number;
}

export class Pane {
  /** The rows that are mounted, first and one past the last. */
  range = $state.raw({ first: 0, end: 0 });
  /** The heights of what is not mounted above and below. */
  above = $state(0);
  below = $state(0);

  heights = new Heights(0, () => 0);
  /** The distance from the top of what is scrolled to the first row. */
  listTop = 0;
  private anchor = { row: 0, offset: 0 };
  private ours = 0;
  private held: { first: number; end: number } | null = null;
  private glide = 0;

  constructor(
    private readonly motion: () => boolean,
    private readonly frame: (step: (now: number) => void) => number = (step) => requestAnimationFrame(step),
    private readonly cancelFrame: (id: number) => void = (id) => cancelAnimationFrame(id),
  ) {}

  private scroller: Scroller | null = null;

  /** Stands in a scroll container. */
  stand(scroller: Scroller | null): void {
    this.scroller = scroller;
  }

  /** Other rows, or the same ones in another width: every height is an estimate again, the anchor stays. */
  lay(lengths: readonly number[], metrics: RowMetrics): void {
    this.heights = new Heights(lengths.length, (row) => estimateHeight(lengths[row] ?? 0, metrics));
    if (this.anchor.row >= lengths.length) this.anchor = { row: Math.max(0, lengths.length - 1), offset: 0 };
    this.held = null;
    this.draw(true);
  }

  /** Takes the measured heights of mounted rows; answers whether any was new. */
  measured(sizes: Iterable<readonly [number, number]>): boolean {
    let changed = false;
    for (const [row, height] of sizes) if (height > 0 && this.heights.set(row, height) !== 0) changed = true;
    if (changed) this.draw(false);
    return changed;
  }

  /** Where the reader is: the row at the top of the view and its distance from it. */
  get place(): { row: number; offset: number } {
    return { ...this.anchor };
  }

  /** The first row that can be read. */
  get topRow(): number {
    const top = this.viewTop;
    const row = this.heights.at(top);
    return this.heights.top(row) + this.heights.height(row) - top < 12 ? Math.min(row + 1, this.heights.count - 1) : row;
  }

  /** The scroll position counted from the first row. */
  get viewTop(): number {
    return (this.scroller?.scrollTop ?? 0) - this.listTop;
  }

  get viewHeight(): number {
    return this.scroller?.clientHeight ?? 0;
  }

  /** Puts a row at a distance from the top of the view; near places are reached by a short motion. */
  bring(row: number, offset: number, smooth: boolean): void {
    this.stop();
    const from = this.heights.top(row) - this.viewTop;
    const near = Math.abs(from - offset) < this.viewHeight * 1.5;
    this.anchor = { row, offset: smooth && near && this.motion() ? from : offset };
    this.settle();
    this.draw(false);
    if (this.anchor.offset === offset) return;
    let began = -1;
    const step = (now: number): void => {
      if (began < 0) began = now;
      const part = Math.min(1, (now - began) / GLIDE_MS);
      this.anchor.offset = from + (offset - from) * (1 - (1 - part) ** 3);
      this.settle();
      this.draw(false);
      this.glide = part < 1 ? this.frame(step) : 0;
    };
    this.glide = this.frame(step);
  }

  /** Ends a motion where it is. */
  stop(): void {
    if (this.glide !== 0) this.cancelFrame(this.glide);
    this.glide = 0;
  }

  /** The container was scrolled; answers whether the reader did it. */
  scrolled(): boolean {
    const at = this.scroller?.scrollTop ?? 0;
    const byReader = Math.abs(at - this.ours) > 1.5;
    if (byReader) {
      this.stop();
      this.ours = at;
      const row = this.heights.at(this.viewTop);
      this.anchor = { row, offset: this.heights.top(row) - this.viewTop };
    }
    this.draw(false);
    return byReader;
  }

  /** Keeps the rows of a selection mounted, so that copying takes all of it. */
  hold(rows: { first: number; end: number } | null): void {
    this.held = rows && rows.end - rows.first <= HELD_ROWS ? rows : null;
  }

  /** Puts the anchor where it belongs after heights changed or the list was drawn anew. */
  settle(): void {
    const scroller = this.scroller;
    if (!scroller) return;
    const wanted = Math.max(0, this.listTop + this.heights.top(this.anchor.row) - this.anchor.offset);
    if (Math.abs(scroller.scrollTop - wanted) > 0.5) scroller.scrollTop = wanted;
    this.ours = scroller.scrollTop;
  }

  /** Chooses the rows to mount. They are exchanged only when the spare ones run short, not at every scroll. */
  private draw(anew: boolean): void {
    const count = this.heights.count;
    const top = this.scroller ? this.anchorTop : 0;
    const needed = this.heights.range(top, this.viewHeight, RESERVE);
    const now = this.range;
    if (anew || needed.first < now.first || needed.end > now.end || now.end > count) {
      const wide = this.heights.range(top, this.viewHeight, SPARE);
      const next = this.withHeld(wide, count);
      if (next.first !== now.first || next.end !== now.end) this.range = next;
    }
    this.above = this.heights.top(this.range.first);
    this.below = Math.max(0, this.heights.total - this.heights.top(this.range.end));
  }

  /** The top of the view as it will be once the anchor has been put in place. */
  private get anchorTop(): number {
    return this.heights.top(this.anchor.row) - this.anchor.offset;
  }

  private withHeld(range: { first: number; end: number }, count: number): { first: number; end: number } {
    const held = this.held;
    if (!held) return range;
    const first = Math.min(range.first, held.first);
    const end = Math.max(range.end, Math.min(held.end, count));
    return end - first <= HELD_ROWS ? { first, end } : range;
  }
}
