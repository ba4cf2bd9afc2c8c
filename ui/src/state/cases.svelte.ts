// The cases: what calls are handed over together, which of them E puts into, and what was done last with a way back.
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CaseFacts, CaseView, Filter, SomeCalls } from '../bridge/generated';
import { plural } from '../text/cut';
import { callsOf } from './chosen.svelte';

const CURRENT = 'turnstone.case';
const SAID_MS = 12_000;
/** Beyond so many calls what was in a case before is not looked up for the way back. */
const MOST_LOOKED_UP = 20_000;

/** Calls that something is to be done with. */
export interface Target {
  count: number;
  which(): Promise<SomeCalls>;
}

/** What is asked of the user about cases. */
export type CaseQuestion =
  | { ask: 'new'; then: Target | null }
  | { ask: 'edit' | 'remove'; about: CaseView }
  | { ask: 'put'; target: Target }
  | { ask: 'take'; target: Target; among: CaseView[] }
  | { ask: 'open' };

export interface Said {
  words: string;
  undo: (() => Promise<void>) | null;
  fault: boolean;
}

/** A case as it is called in passing: by its number, else by its name. */
export function shortName(of: { name: string; number: string }): string {
  return of.number === '' ? of.name : of.number;
}

export class Cases {
  all = $state.raw<CaseView[]>([]);
  fault = $state.raw<Fault | null>(null);
  /** What was done last, for the quiet line; gone after a while. */
  said = $state.raw<Said | null>(null);
  question = $state.raw<CaseQuestion | null>(null);

  #current = $state<string | null>(null);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** The case that was used last. */
  get current(): CaseView | null {
    return this.find(this.#current ?? '') ?? null;
  }

  find(id: string): CaseView | undefined {
    return this.all.find((each) => each.id === id);
  }

  async start(): Promise<void> {
    this.#current = recalled();
    await this.load();
  }

  hear(event: AppEvent): void {
    if (event.event === 'cases_changed') void this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const all = await backend.call('list_cases', NOTHING);
      if (asked !== this.#asked) return;
      this.all = all;
      this.fault = null;
    } catch (error) {
      if (asked === this.#asked) this.fault = asFault(error);
    }
  }

  use(id: string): void {
    this.#current = id;
    try {
      window.localStorage.setItem(CURRENT, id);
    } catch {
      // It is then the current case until the window closes.
    }
  }

  /** Rejects with a fault for the dialog to show. */
  async make(facts: CaseFacts): Promise<CaseView> {
    const made = await backend.call('make_case', facts);
    this.use(made.id);
    await this.load();
    return made;
  }

  /** Rejects with a fault for the dialog to show. */
  async change(id: string, facts: CaseFacts): Promise<void> {
    await backend.call('change_case', { case: id, facts });
    await this.load();
  }

  /** Rejects with a fault for the dialog to show. */
  async remove(id: string): Promise<void> {
    await backend.call('remove_case', { case: id });
    await this.load();
  }

  /** Puts calls into a case and says so, with the way back. */
  async put(id: string, target: Target): Promise<void> {
    await this.#try(async () => {
      const which = await target.which();
      const before = target.count > 1 ? await this.#inBefore(id) : null;
      const { calls: moved } = await backend.call('put_in_case', { case: id, which });
      this.use(id);
      await this.load();
      const name = this.#nameOf(id);
      if (moved === 0) return this.#say(target.count === 1 ? `Already in case ${name}` : `All of them are in case ${name} already`, null);
      const words = target.count === 1 ? `In case ${name}` : `${plural(moved, 'call')} put into case ${name}`;
      const total = plural(this.find(id)?.calls ?? moved, 'call');
      const undoable = before !== null || moved === target.count;
      this.#say(`${words} · ${total} in all`, undoable ? () => this.#unput(id, which, before) : null);
    });
  }

  /** Takes calls out of a case and says so, with the way back. */
  async take(id: string, target: Target): Promise<void> {
    await this.#try(async () => {
      const name = this.#nameOf(id);
      const which = await target.which();
      const before = await this.#inBefore(id, which.calls === null ? which.filter : {});
      const gone = before === null ? which.calls : (which.calls ?? [...before]).filter((call) => before.has(call));
      const { calls: moved } = await backend.call('take_from_case', { case: id, which });
      await this.load();
      if (moved === 0) return this.#say(`Not in case ${name}`, null);
      const undoable = gone !== null && gone.length === moved;
      const back = (): Promise<unknown> => backend.call('put_in_case', { case: id, which: { calls: gone, filter: {} } });
      this.#say(`${plural(moved, 'call')} taken out of case ${name}`, undoable ? () => this.#back(back) : null);
    });
  }

  /** Says something in the quiet line. */
  tell(words: string): void {
    this.#say(words, null);
  }

  /** Says in the quiet line why something was not done. */
  complain(error: unknown): void {
    this.#say(asFault(error).message, null, true);
  }

  async undo(): Promise<void> {
    await this.said?.undo?.();
  }

  hush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.said = null;
  }

  #nameOf(id: string): string {
    return shortName(this.find(id) ?? { name: 'that is gone', number: '' });
  }

  /** The calls that are in a case now, for the way back; `null` if they are too many to look at. */
  async #inBefore(id: string, filter: Filter = {}): Promise<Set<string> | null> {
    const calls = this.find(id)?.calls ?? 0;
    if (calls > MOST_LOOKED_UP) return null;
    return new Set(calls === 0 ? [] : await callsOf({ ...filter, case: id }));
  }

  async #unput(id: string, which: SomeCalls, before: Set<string> | null): Promise<void> {
    await this.#back(async () => {
      const all = which.calls ?? (await callsOf({ ...which.filter, case: id }));
      const calls = before === null ? all : all.filter((call) => !before.has(call));
      await backend.call('take_from_case', { case: id, which: { calls, filter: {} } });
    });
  }

  async #back(action: () => Promise<unknown>): Promise<void> {
    this.hush();
    await this.#try(async () => {
      await action();
      await this.load();
      this.#say('Undone', null);
    });
  }

  async #try(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.complain(error);
    }
  }

  #say(words: string, undo: Said['undo'], fault = false): void {
    this.hush();
    this.said = { words, undo, fault };
    this.#timer = setTimeout(() => this.hush(), SAID_MS);
  }
}

function recalled(): string | null {
  try {
    return window.localStorage.getItem(CURRENT);
  } catch {
    return null;
  }
}

export const cases = new Cases();
