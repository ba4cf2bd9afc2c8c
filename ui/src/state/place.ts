// Places in the navigation pane and what each narrows the list to.
import type { Filter, Overview } from '../bridge/generated';

export type Place =
  | { kind: 'all' }
  | { kind: 'today' }
  | { kind: 'downloaded' }
  | { kind: 'not_yet' }
  | { kind: 'source'; source: string }
  | { kind: 'case'; case: string };

export const ALL: Place = { kind: 'all' };

export function samePlace(a: Place, b: Place): boolean {
  if (a.kind === 'source') return b.kind === 'source' && a.source === b.source;
  if (a.kind === 'case') return b.kind === 'case' && a.case === b.case;
  return a.kind === b.kind;
}

/** The user's filter within a place. The place wins where both say something. */
export function within(place: Place, filter: Filter, overview: Overview | null): Filter {
  switch (place.kind) {
    case 'all':
      return filter;
    case 'today':
      return { ...filter, from_ms: Math.max(filter.from_ms ?? 0, overview?.today_from_ms ?? 0) };
    case 'downloaded':
      return { ...filter, audio: 'cached' };
    case 'not_yet':
      return { ...filter, audio: 'not_yet' };
    case 'source':
      return { ...filter, source: place.source };
    case 'case':
      return { ...filter, case: place.case };
  }
}

/** Without fields that are undefined or blank, so that equal filters look equal. */
export function tidy(filter: { [K in keyof Filter]?: Filter[K] | undefined }): Filter {
  const kept = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(kept) as Filter;
}

export function isNarrowed(filter: Filter): boolean {
  return Object.keys(filter).length > 0;
}
