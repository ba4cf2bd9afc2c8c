// How much of some calls' audio is here, in the words of the banner, the export and the hand-over.
import { count, plural } from './cut';

/** The numbers add up to `calls`. */
export interface Counts {
  calls: number;
  here: number;
  to_fetch: number;
  gone: number;
  never_recorded: number;
}

/** `214 calls: 198 with audio here, 9 gone at the source, 7 never recorded` */
export function completenessWords(of: Counts): string {
  const calls = plural(of.calls, 'call');
  const others = of.to_fetch + of.gone + of.never_recorded;
  if (of.calls === 0) return 'No calls';
  if (others === 0) return of.calls === 1 ? '1 call, with its audio here' : `${calls}, all with audio here`;
  const parts: [number, string][] = [
    [of.here, 'with audio here'],
    [of.to_fetch, 'not fetched yet'],
    [of.gone, 'gone at the source'],
    [of.never_recorded, 'never recorded'],
  ];
  return `${calls}: ${parts
    .filter(([n]) => n > 0)
    .map(([n, words]) => `${count(n)} ${words}`)
    .join(', ')}`;
}
