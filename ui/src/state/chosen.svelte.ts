// The calls chosen in the list, beside the one that is open. A range is kept by places while it is drawn; the ids of rows
// that were never loaded are asked from the application, at the latest when something is done with them.
import { untrack } from 'svelte';
import { backend } from '../bridge/backend';
import type { Fault } from '../bridge/fault';
import type { CallRow, Completeness, Filter, SomeCalls, Sort } from '../bridge/generated';
import { ALL_OF_IT, bounds, extended, isChosen, NONE, settled, sizeOf, toggled, type Choice } from './choice';
import { library } from './library.svelte';

/** Rows asked at once. */
const PAGE = 500;
const REST_MS = 120;

/** What a choice needs to know of the list. */
export interface List {
  readonly count: number | null;
  readonly effective: Filter;
  readonly sort: Sort;
  row(place: number): CallRow | undefined;
  indexOf(id: string): number | null;
}

interface Anchor {
  place: number;
  id: string;
  /** Set by a plain click: the call is chosen as soon as another joins it. */
  lone: boolean;
}

export class Chosen {
  #choice = $state.raw<Choice>(NONE);
  #anchor: Anchor | null = null;
  /** The list it was chosen from. */
  #of = '';
  /** Ids by place and back, for the list as it stands. */
  #ids = new Map<number, string>();
  #places = new Map<string, number>();
  #frozen: { choice: Choice; anchor: string; to: string; length: number } | null = null;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly list: List) {}

  get size(): number {
    return sizeOf(this.#choice, this.list.count ?? 0, (id) => this.#places.get(id));
  }

  /** Whether all of the list is chosen, with or without exceptions. */
  get all(): boolean {
    return this.#choice.all;
  }

  has(place: number, id: string | undefined): boolean {
    return isChosen(this.#choice, place, id);
  }

  clear(): void {
    this.#take(NONE);
    this.#anchor = null;
  }

  /** A row was clicked or opened by itself: nothing else is chosen, and a range may begin here. */
  begin(place: number): void {
    this.clear();
    const row = this.list.row(place);
    if (row) this.#anchor = { place, id: row.id, lone: true };
  }

  /** The keyboard went to another row: what is chosen stays, and the next range begins where it stands then. */
  async leave(): Promise<void> {
    this.#anchor = null;
    if (!this.#choice.all && this.#choice.range !== null) await this.#settle();
  }

  async toggle(place: number): Promise<void> {
    const row = this.list.row(place);
    if (!row) return;
    await this.#settle();
    const lone = this.#anchor?.lone === true && this.size === 0 && this.#anchor.id !== row.id ? this.#anchor : null;
    if (lone) this.#know(lone.place, lone.id);
    this.#know(place, row.id);
    this.#take(toggled(lone ? toggled(NONE, lone.id) : this.#choice, row.id));
    this.#anchor = { place, id: row.id, lone: false };
  }

  /** Chooses from the anchor to a place; `from` is where the keyboard stood, if there is no anchor. */
  extend(from: number, to: number): void {
    const anchor = this.#placeOfAnchor() ?? from;
    const row = this.list.row(anchor);
    if (row) this.#anchor = { place: anchor, id: row.id, lone: false };
    this.#take(extended(this.#choice, { anchor, to }, this.list.count ?? 0));
    if (this.#remember()) return;
    // Rows far away are asked for once the hand rests.
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#resolve().catch(() => undefined), REST_MS);
  }

  everything(): void {
    this.#take((this.list.count ?? 0) > 0 ? ALL_OF_IT : NONE);
    this.#anchor = null;
  }

  /** The calls as the application takes them: ids, or the filter where all are meant. Rejects with a fault where they cannot be told. */
  async which(): Promise<SomeCalls> {
    const choice = this.#choice;
    if (choice.all) {
      const filter = this.list.effective;
      if (choice.except.size === 0) return { calls: null, filter };
      return { calls: (await callsOf(filter)).filter((id) => !choice.except.has(id)), filter: {} };
    }
    const asked = this.#asked;
    await this.#resolve();
    if (asked !== this.#asked) {
      throw { code: 'cancelled', message: 'Something else was selected meanwhile, so nothing was done.' } satisfies Fault;
    }
    const whole = settled(this.#choice, (place) => this.#ids.get(place));
    return { calls: whole.all ? [] : [...whole.ids], filter: {} };
  }

  /** How much of their audio is here. All but some is all less those. */
  async completeness(): Promise<Completeness> {
    const choice = this.#choice;
    if (!choice.all || choice.except.size === 0) return backend.call('completeness', await this.which());
    const [all, without] = await Promise.all([
      backend.call('completeness', { calls: null, filter: this.list.effective }),
      backend.call('completeness', { calls: [...choice.except], filter: {} }),
    ]);
    return {
      calls: all.calls - without.calls,
      here: all.here - without.here,
      to_fetch: all.to_fetch - without.to_fetch,
      gone: all.gone - without.gone,
      never_recorded: all.never_recorded - without.never_recorded,
    };
  }

  /** To be called before the list is renewed: places become ids. */
  async beforeRenewal(): Promise<void> {
    const choice = this.#choice;
    const range = choice.all ? null : choice.range;
    await this.#settle();
    const ends = range && { anchor: this.#ids.get(range.anchor), to: this.#ids.get(range.to) };
    this.#frozen =
      range && ends?.anchor !== undefined && ends.to !== undefined
        ? { choice, anchor: ends.anchor, to: ends.to, length: range.to - range.anchor }
        : null;
    this.#forgetPlaces();
  }

  /** To be called after it: a range whose rows still lie together can go on growing and shrinking. */
  renewed(): void {
    const frozen = this.#frozen;
    this.#frozen = null;
    if (frozen === null) return;
    const anchor = this.list.indexOf(frozen.anchor);
    const to = this.list.indexOf(frozen.to);
    if (anchor === null || to === null || to - anchor !== frozen.length || frozen.choice.all) return;
    this.#anchor = { place: anchor, id: frozen.anchor, lone: false };
    this.#choice = { ...frozen.choice, range: { anchor, to } };
    this.#remember();
  }

  /** Another list is shown. The same calls in another order stay chosen; others do not. */
  relisted(): void {
    untrack(() => {
      if (this.#of !== '' && this.#of !== JSON.stringify(this.list.effective)) this.clear();
      else this.#choice = settled(this.#choice, (place) => this.#ids.get(place));
      this.#anchor = null;
      this.#forgetPlaces();
    });
  }

  #take(choice: Choice): void {
    this.#asked += 1;
    this.#of = JSON.stringify(this.list.effective);
    this.#choice = choice;
  }

  #placeOfAnchor(): number | null {
    const anchor = this.#anchor;
    if (anchor === null) return null;
    return this.list.row(anchor.place)?.id === anchor.id ? anchor.place : this.list.indexOf(anchor.id);
  }

  #know(place: number, id: string): void {
    this.#ids.set(place, id);
    this.#places.set(id, place);
  }

  #forgetPlaces(): void {
    this.#ids.clear();
    this.#places.clear();
  }

  /** Takes down the ids of the range's rows that are loaded; whether that is all of them. */
  #remember(): boolean {
    const choice = this.#choice;
    if (choice.all || choice.range === null) return true;
    const { first, last } = bounds(choice.range);
    let whole = true;
    for (let place = first; place <= last; place += 1) {
      if (this.#ids.has(place)) continue;
      const row = this.list.row(place);
      if (row) this.#know(place, row.id);
      else whole = false;
    }
    return whole;
  }

  async #settle(): Promise<void> {
    const choice = this.#choice;
    if (choice.all || choice.range === null) return;
    try {
      await this.#resolve();
    } catch {
      // Rows whose ids cannot be had are no longer selected; the number says so.
    }
    if (this.#choice === choice) this.#choice = settled(choice, (place) => this.#ids.get(place));
  }

  /**
   * Asks for the ids of the range's rows that are not known. Stops when something else is chosen meanwhile. Each page
   * begins with a row that is known already: if another call stands there, the places no longer mean what was selected.
   */
  async #resolve(): Promise<void> {
    if (this.#remember() || this.#choice.all || this.#choice.range === null) return;
    const asked = this.#asked;
    const { first, last } = bounds(this.#choice.range);
    const { effective: filter, sort } = this.list;
    for (let place = first; place <= last; place += 1) {
      if (this.#ids.has(place)) continue;
      const from = this.#ids.has(place - 1) ? place - 1 : place;
      const rows = await backend.call('list_calls_at', { filter, sort, position: from, limit: Math.min(PAGE, last - from + 1) });
      if (asked !== this.#asked) return;
      const before = this.#ids.get(from);
      if (rows.length === 0 || (before !== undefined && rows[0]?.id !== before)) {
        throw { code: 'invalid', message: 'The list changed meanwhile. Select the calls again.' } satisfies Fault;
      }
      rows.forEach((row, i) => this.#know(from + i, row.id));
    }
  }
}

/** The calls of a filter, all of them. */
export async function callsOf(filter: Filter): Promise<string[]> {
  const calls: string[] = [];
  let after: string | null = null;
  do {
    const page: { rows: CallRow[]; next: string | null } = await backend.call('list_calls', { filter, sort: 'started_at', after, limit: PAGE });
    for (const row of page.rows) calls.push(row.id);
    after = page.next;
  } while (after !== null);
  return calls;
}

export const chosen = new Chosen(library);
