// Text with marked ranges as a list of plain pieces, so that a component can render each as a text node.

export interface Piece {
  text: string;
  marked: boolean;
}

/** Splits `text` at `ranges` (UTF-16 offsets). Ranges may overlap, be unordered or reach too far; none of that loses text. */
export function pieces(text: string, ranges: readonly (readonly [number, number])[]): Piece[] {
  const clean = ranges
    .map(([from, to]) => [Math.max(0, Math.trunc(from)), Math.min(text.length, Math.trunc(to))] as const)
    .filter(([from, to]) => to > from)
    .sort((a, b) => a[0] - b[0]);
  const found: Piece[] = [];
  let at = 0;
  for (const [from, to] of clean) {
    if (to <= at) continue;
    const start = Math.max(from, at);
    if (start > at) found.push({ text: text.slice(at, start), marked: false });
    const last = found[found.length - 1];
    if (last?.marked && start === at) last.text += text.slice(start, to);
    else found.push({ text: text.slice(start, to), marked: true });
    at = to;
  }
  if (at < text.length) found.push({ text: text.slice(at), marked: false });
  return found;
}
