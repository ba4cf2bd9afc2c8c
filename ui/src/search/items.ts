// Hits as the pane shows them: each call's hits under one heading. Pure.
import type { SearchHit } from '../bridge/generated';

export const HEADING_PX = 32;
export const HIT_PX = 50;

export type Item = { kind: 'call'; hit: SearchHit } | { kind: 'hit'; hit: SearchHit; index: number };

export function itemsOf(hits: readonly SearchHit[]): Item[] {
  const items: Item[] = [];
  let call: string | null = null;
  hits.forEach((hit, index) => {
    if (hit.call !== call) items.push({ kind: 'call', hit });
    call = hit.call;
    items.push({ kind: 'hit', hit, index });
  });
  return items;
}

export function heightOf(item: Item): number {
  return item.kind === 'call' ? HEADING_PX : HIT_PX;
}
