// The kinds of source as the user chooses among them.
import type { SourceKind } from '../bridge/generated';

export interface KindGroup {
  title: string;
  kinds: SourceKind[];
}

/** Where calls come from, nearest first: this machine, servers, and the providers behind them. */
export function inGroups(kinds: readonly SourceKind[]): KindGroup[] {
  const groups = [
    { title: 'On this machine', kinds: kinds.filter((kind) => kind.wants_folder) },
    { title: 'Recordings servers', kinds: kinds.filter((kind) => !kind.wants_folder && isServer(kind)) },
    { title: 'Providers', kinds: kinds.filter((kind) => !kind.wants_folder && !isServer(kind)) },
  ];
  return groups.filter((group) => group.kinds.length > 0);
}

/** What was entered, without what is empty and what the keys do not name. */
export function named(values: Record<string, string>, keys: readonly { key: string }[]): Record<string, string> {
  const given = keys.map(({ key }) => [key, (values[key] ?? '').trim()] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

function isServer(kind: SourceKind): boolean {
  return kind.kind.endsWith('-backend');
}
