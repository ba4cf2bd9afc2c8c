// The reader's selection in terms of turns.
import type { Passage } from './copy';

/** The first and last turn a selection touches; `null` if it lies elsewhere. */
export function rowsSelected(list: HTMLElement): { first: number; last: number } | null {
  const selection = document.getSelection();
  const ends = [selection?.anchorNode, selection?.focusNode].map((node) => turnOf(list, node ?? null));
  const known = ends.filter((turn): turn is number => turn !== null);
  return known.length === 0 ? null : { first: Math.min(...known), last: Math.max(...known) };
}

/** What is selected of each turn, names and times left out. */
export function passagesOf(list: HTMLElement, selection: Selection): Passage[] {
  if (selection.rangeCount === 0) return [];
  const selected = selection.getRangeAt(0);
  const passages: Passage[] = [];
  for (const said of list.querySelectorAll<HTMLElement>('.said')) {
    if (!selected.intersectsNode(said)) continue;
    const part = document.createRange();
    part.selectNodeContents(said);
    if (selected.compareBoundaryPoints(Range.START_TO_START, part) > 0) {
      part.setStart(selected.startContainer, selected.startOffset);
    }
    if (selected.compareBoundaryPoints(Range.END_TO_END, part) < 0) {
      part.setEnd(selected.endContainer, selected.endOffset);
    }
    const turn = turnOf(list, said);
    if (turn !== null) passages.push({ turn, text: part.toString() });
  }
  return passages;
}

function turnOf(list: HTMLElement, node: Node | null): number | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null);
  const row = element && list.contains(element) ? element.closest<HTMLElement>('[data-turn]') : null;
  return row ? Number(row.dataset['turn']) : null;
}
