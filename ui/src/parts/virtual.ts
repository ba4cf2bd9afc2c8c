// The arithmetic of long lists. A layout says where rows lie; a scroll map fits more pixels than an engine can scroll
// into a scroll bar of bounded height. Pure.

/** Engines lose precision or stop scrolling somewhere above 16 million pixels; WebKit is exact well beyond this. */
export const MAX_SCROLL_PX = 8_000_000;

export interface Layout {
  count: number;
  /** Height of all rows. */
  total: number;
  /** The smallest height of a row: with it the pool of rows is measured. */
  smallest: number;
  top(index: number): number;
  height(index: number): number;
  /** The row at a distance from the top, within the rows there are. */
  at(px: number): number;
}

export function evenLayout(count: number, height: number): Layout {
  return {
    count,
    total: count * height,
    smallest: height,
    top: (index) => index * height,
    height: () => height,
    at: (px) => clamp(Math.floor(px / height), 0, Math.max(0, count - 1)),
  };
}

/** Rows of different heights; their tops are kept, so it is meant for thousands, not millions. */
export function stackedLayout(heights: readonly number[]): Layout {
  const tops = new Float64Array(heights.length + 1);
  let smallest = Number.POSITIVE_INFINITY;
  heights.forEach((height, i) => {
    tops[i + 1] = (tops[i] ?? 0) + height;
    smallest = Math.min(smallest, height);
  });
  return {
    count: heights.length,
    total: tops[heights.length] ?? 0,
    smallest: Number.isFinite(smallest) ? smallest : 1,
    top: (index) => tops[clamp(index, 0, heights.length)] ?? 0,
    height: (index) => heights[index] ?? 0,
    at: (px) => {
      let low = 0;
      let high = heights.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((tops[middle] ?? 0) <= px) low = middle;
        else high = middle - 1;
      }
      return Math.max(0, low);
    },
  };
}

/** The rows to draw, both included; `last` is -1 without rows. */
export function visibleRows(layout: Layout, offset: number, height: number, margin = 3): { first: number; last: number } {
  if (layout.count === 0) return { first: 0, last: -1 };
  return {
    first: Math.max(0, layout.at(offset) - margin),
    last: Math.min(layout.count - 1, layout.at(offset + Math.max(0, height - 1)) + margin),
  };
}

/** How many row elements are enough at any scroll position. */
export function poolSize(layout: Layout, height: number, margin = 3): number {
  return Math.min(layout.count, Math.ceil(height / layout.smallest) + 1 + 2 * margin);
}

/** The row a pooled element shows: each element keeps its row until the row leaves the view. */
export function indexOfSlot(slot: number, first: number, size: number): number {
  if (size <= 0) return first;
  return first + ((((slot - first) % size) + size) % size);
}

/** Where the list stands: `offset` in pixels of the rows, `scrollTop` in pixels of the scroll bar. */
export interface Scroll {
  offset: number;
  scrollTop: number;
}

/** The height the scrolled element gets. */
export function scrollHeight(total: number): number {
  return Math.min(total, MAX_SCROLL_PX);
}

/** The scroll bar's place for an offset. */
export function scrollTopFor(offset: number, total: number, view: number): number {
  const bar = scrollHeight(total) - view;
  const all = total - view;
  if (all <= 0 || bar <= 0) return 0;
  return all <= bar ? offset : (offset / all) * bar;
}

/**
 * The list after the scroll bar moved to `scrollTop`. A short way (wheel, arrow) moves the rows by just that way,
 * a long one (dragging, clicking in the bar) goes to the proportional place.
 */
export function scrolled(before: Scroll, scrollTop: number, total: number, view: number): Scroll {
  const bar = scrollHeight(total) - view;
  const all = Math.max(0, total - view);
  if (all <= bar || bar <= 0) return { offset: clamp(scrollTop, 0, all), scrollTop };
  const way = scrollTop - before.scrollTop;
  if (scrollTop <= 0) return { offset: 0, scrollTop };
  if (scrollTop >= bar) return { offset: all, scrollTop };
  if (Math.abs(way) <= view * 2) return { offset: clamp(before.offset + way, 0, all), scrollTop };
  return { offset: (scrollTop / bar) * all, scrollTop };
}

/** The offset that shows a row whole, moving as little as possible. */
export function offsetToShow(layout: Layout, index: number, offset: number, view: number): number {
  const top = layout.top(index);
  const bottom = top + layout.height(index);
  if (top < offset) return top;
  if (bottom > offset + view) return Math.max(0, bottom - view);
  return offset;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}
