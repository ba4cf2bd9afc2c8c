// Hits drawn as ranges over the text that stands there, without touching the document: the CSS Custom Highlight API.
// Where the engine lacks it (`canMark` is false) the rows draw `<mark>` elements themselves.

const ALL = 'turnstone-hit';
const CURRENT = 'turnstone-hit-current';

/** Whether the engine can draw ranges. */
export function canMark(): boolean {
  return typeof Highlight === 'function' && typeof CSS !== 'undefined' && 'highlights' in CSS;
}

/** Draws these ranges and no others. */
export function mark(all: Range[], current: Range[]): void {
  if (!canMark()) return;
  put(ALL, all, 0);
  put(CURRENT, current, 1);
}

/** The range of a stretch of an element's text, however many text nodes it is made of; `null` if it is not all there. */
export function rangeIn(element: Element, start: number, end: number): Range | null {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let passed = 0;
  let open = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = (node as Text).length;
    if (!open && start < passed + length) {
      range.setStart(node, start - passed);
      open = true;
    }
    if (open && end <= passed + length) {
      range.setEnd(node, end - passed);
      return range;
    }
    passed += length;
  }
  return null;
}

function put(name: string, ranges: Range[], priority: number): void {
  if (ranges.length === 0) {
    CSS.highlights.delete(name);
    return;
  }
  const highlight = new Highlight(...ranges);
  highlight.priority = priority;
  CSS.highlights.set(name, highlight);
}
