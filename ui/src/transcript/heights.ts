// The heights of a long list whose rows are measured only when they are seen.
//
// Each row begins with an estimate and gets its true height once it has been on the screen. The sums are kept in a
// binary indexed tree, so that a change, a row's top and the row at a point all cost O(log n). Pure arithmetic.
export class Heights {
  readonly count: number;
  private readonly heights: Float64Array;
  private readonly tree: Float64Array;

  constructor(count: number, estimate: (row: number) => number) {
    this.count = count;
    this.heights = new Float64Array(count);
    this.tree = new Float64Array(count + 1);
    for (let row = 0; row < count; row++) {
      const height = estimate(row);
      this.heights[row] = height;
      this.tree[row + 1] = (this.tree[row + 1] ?? 0) + height;
      const parent = row + 1 + ((row + 1) & -(row + 1));
      if (parent <= count) this.tree[parent] = (this.tree[parent] ?? 0) + (this.tree[row + 1] ?? 0);
    }
  }

  /** The height of all rows. */
  get total(): number {
    return this.top(this.count);
  }

  /** The height of one row. */
  height(row: number): number {
    return this.heights[row] ?? 0;
  }

  /** The distance from the top of the list to the top of a row. */
  top(row: number): number {
    let sum = 0;
    for (let at = Math.min(Math.max(row, 0), this.count); at > 0; at -= at & -at) sum += this.tree[at] ?? 0;
    return sum;
  }

  /** Takes a measured height and answers by how much the row grew. */
  set(row: number, height: number): number {
    if (row < 0 || row >= this.count) return 0;
    const grown = height - (this.heights[row] ?? 0);
    if (grown === 0) return 0;
    this.heights[row] = height;
    for (let at = row + 1; at <= this.count; at += at & -at) this.tree[at] = (this.tree[at] ?? 0) + grown;
    return grown;
  }

  /** The row at a distance from the top; the first or last one beyond the ends. */
  at(y: number): number {
    if (this.count === 0) return 0;
    let row = 0;
    let left = Math.max(0, y);
    let step = 1;
    while (step * 2 <= this.count) step *= 2;
    for (; step > 0; step >>= 1) {
      const next = row + step;
      const sum = this.tree[next];
      if (next <= this.count && sum !== undefined && sum <= left) {
        row = next;
        left -= sum;
      }
    }
    return Math.min(row, this.count - 1);
  }

  /** The rows to draw for a view, first and one past the last, with some to spare on both sides. */
  range(viewTop: number, viewHeight: number, spare: number): { first: number; end: number } {
    if (this.count === 0) return { first: 0, end: 0 };
    const first = this.at(viewTop - spare);
    return { first, end: Math.min(this.count, this.at(viewTop + viewHeight + spare) + 1) };
  }
}

/** What a row's height depends on before it is measured. */
export interface RowMetrics {
  /** The width of the text in pixels. */
  textWidth: number;
  lineHeight: number;
  /** The mean width of a character. */
  characterWidth: number;
  /** Space above and below the text, and a line for the speaker where it stands above it. */
  extra: number;
}

/** The height of a text that has not been on the screen yet. */
export function estimateHeight(length: number, metrics: RowMetrics): number {
  const perLine = Math.max(8, Math.floor(metrics.textWidth / metrics.characterWidth));
  return Math.max(1, Math.ceil((length * 1.03) / perLine)) * metrics.lineHeight + metrics.extra;
}
