// Which calls of a list are chosen: single ones with a range of places that is being drawn, or all of the list but some.
// All of a long list is never written down call by call. Pure; the controller in chosen.svelte.ts knows the ids.

/** Places in the list, both ends included; `to` may be above `anchor`. */
export interface Range {
  anchor: number;
  to: number;
}

export type Choice =
  | { all: false; ids: ReadonlySet<string>; range: Range | null }
  | { all: true; except: ReadonlySet<string> };

export const NONE: Choice = { all: false, ids: new Set(), range: null };
export const ALL_OF_IT: Choice = { all: true, except: new Set() };

export function bounds(range: Range): { first: number; last: number } {
  return { first: Math.min(range.anchor, range.to), last: Math.max(range.anchor, range.to) };
}

export function inRange(range: Range | null, place: number): boolean {
  if (range === null) return false;
  const { first, last } = bounds(range);
  return place >= first && place <= last;
}

/** Whether a call is chosen. A row that has not been loaded yet has no id; its place tells. */
export function isChosen(choice: Choice, place: number, id: string | undefined): boolean {
  if (choice.all) return id === undefined || !choice.except.has(id);
  return inRange(choice.range, place) || (id !== undefined && choice.ids.has(id));
}

/** One call more or less. A range must have become ids before. */
export function toggled(choice: Choice, id: string): Choice {
  if (choice.all) return { all: true, except: flipped(choice.except, id) };
  return { all: false, ids: flipped(choice.ids, id), range: choice.range };
}

/** A range from an anchor beside what was chosen before. A range over the whole list is all of it. */
export function extended(choice: Choice, range: Range, count: number): Choice {
  const { first, last } = bounds(range);
  if (first === 0 && last === count - 1 && count > 1) return ALL_OF_IT;
  return { all: false, ids: choice.all ? new Set() : choice.ids, range };
}

/** The range as ids, so that it holds whatever happens to the places. */
export function settled(choice: Choice, idAt: (place: number) => string | undefined): Choice {
  if (choice.all || choice.range === null) return choice;
  const ids = new Set(choice.ids);
  const { first, last } = bounds(choice.range);
  for (let place = first; place <= last; place += 1) {
    const id = idAt(place);
    if (id !== undefined) ids.add(id);
  }
  return { all: false, ids, range: null };
}

/** How many calls are chosen. `placeOf` tells which single ones lie in the range and must not be counted twice. */
export function sizeOf(choice: Choice, count: number, placeOf: (id: string) => number | undefined): number {
  if (choice.all) return Math.max(0, count - choice.except.size);
  if (choice.range === null) return choice.ids.size;
  const { first, last } = bounds(choice.range);
  let outside = 0;
  for (const id of choice.ids) if (!inRange(choice.range, placeOf(id) ?? -1)) outside += 1;
  return outside + last - first + 1;
}

function flipped(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}
