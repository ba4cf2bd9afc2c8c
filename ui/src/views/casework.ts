// What is done with calls for a case: which calls are meant, into which case they go, and the way to the export.
import type { SomeCalls } from '../bridge/generated';
import { cases, type CaseQuestion, type Target } from '../state/cases.svelte';
import { chosen } from '../state/chosen.svelte';
import { exporting } from '../state/exporting.svelte';
import { keeping } from '../state/keeping.svelte';
import { library } from '../state/library.svelte';
import { search } from '../state/searching';
import { selection } from '../state/selection.svelte';
import { app } from '../state/window.svelte';

const one = (call: string): Target => ({ count: 1, which: () => Promise.resolve({ calls: [call], filter: {} }) });

/** The calls that are meant: the hit's call, else those selected in the list, else the open one, else the keyboard's row. */
export function target(): Target | null {
  const hit = search.active ? search.hits[search.cursor] : undefined;
  if (hit) return one(hit.call);
  if (!search.active && chosen.size > 0) return { count: chosen.size, which: () => chosen.which() };
  const call = selection.callId ?? library.row(library.cursor)?.id;
  return call === undefined ? null : one(call);
}

export function ask(question: CaseQuestion): void {
  cases.question = question;
  app.sheet = 'case';
}

/** Puts what is meant into the case used last; asks which if there is none. */
export function putIntoCase(): void {
  const calls = target();
  if (calls === null) return;
  const current = cases.current;
  if (current) void cases.put(current.id, calls);
  else ask({ ask: 'put', target: calls });
}

export function putIntoOtherCase(): void {
  const calls = target();
  if (calls) ask({ ask: 'put', target: calls });
}

/** Takes what is meant out of the case on the screen, or the only one it is in; asks where it is in several. */
export async function takeFromCase(): Promise<void> {
  const calls = target();
  if (calls === null) return;
  if (library.place.kind === 'case' && !search.active) return cases.take(library.place.case, calls);
  const among = holding(calls);
  const [only] = among;
  if (among.length > 1) ask({ ask: 'take', target: calls, among });
  else if (only) await cases.take(only.id, calls);
  else cases.tell(calls.count === 1 ? 'Not in any case' : 'None of them is in a case');
}

/** Cases that may hold the calls: exactly those of the open call, else all that have calls. */
function holding(calls: Target): typeof cases.all {
  const open = selection.call;
  const isOpen = calls.count === 1 && chosen.size === 0 && !search.active && open !== null;
  if (isOpen) return cases.all.filter((each) => open.cases.some((of) => of.id === each.id));
  return cases.all.filter((each) => each.calls > 0);
}

/** Opens the export with the calls selected in the list, for the case on the screen if it is one. */
export async function exportSelected(): Promise<void> {
  const which = await selectedCalls();
  if (which === null) return;
  const of = library.place.kind === 'case' ? library.place.case : null;
  exporting.begin(which.calls === null ? { filter: which.filter, case: of } : { calls: which.calls, case: of });
  app.sheet = 'export';
}

/** Opens the export with all calls of a case. */
export function exportCase(id: string): void {
  exporting.begin({ filter: { case: id }, case: id });
  app.sheet = 'export';
}

/** Fetches what is missing of the calls selected in the list. */
export async function downloadSelected(): Promise<void> {
  const which = await selectedCalls();
  if (which) await keeping.downloadSome(which);
}

/** The selected calls; nothing if they cannot be told, which the quiet line then says. */
async function selectedCalls(): Promise<SomeCalls | null> {
  try {
    return await chosen.which();
  } catch (error) {
    cases.complain(error);
    return null;
  }
}
