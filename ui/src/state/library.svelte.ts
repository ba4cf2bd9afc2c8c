// The list of calls: any stretch of it by position, filters, counts, and renewal without anything jumping.
//
// Rows are kept in pages. Scrolling on from a known page uses its keyset cursor; jumping with the scroll bar asks by
// position. One request is under way at a time and the next one asks for what is visible by then, so a quick drag of
// the scroll bar never builds a queue. Every answer is compared with what was asked and ignored when late.
import { SvelteMap } from 'svelte/reactivity';
import { backend, NOTHING } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CallRow, Facets, Filter, Overview, Sort } from '../bridge/generated';
import { ALL, isNarrowed, samePlace, tidy, within, type Place } from './place';

export const PAGE = 100;
/** Pages kept; the ones farthest from the view go first. */
const KEPT_PAGES = 40;

export class Library {
  place = $state.raw<Place>(ALL);
  filter = $state.raw<Filter>({});
  sort = $state<Sort>('started_at');
  /** How many calls the list has; `null` until the first answer. */
  count = $state<number | null>(null);
  overview = $state.raw<Overview | null>(null);
  facets = $state.raw<Facets | null>(null);
  fault = $state.raw<Fault | null>(null);
  /** The row the keyboard stands on. */
  cursor = $state(0);
  /** Counts the lists begun, so that the view can return to the top for a new one. */
  listNumber = $state(0);

  /** Called when rows came or went above the view: the view must move by so many rows in the same frame. */
  onShift: ((rows: number) => void) | null = null;

  #pages = new SvelteMap<number, CallRow[]>();
  #cursors = new Map<number, string | null>();
  #visible = { first: 0, last: 30 };
  #asked = 0;
  #fetching = false;
  #renewing = false;
  #renewAgain = false;

  /** What the list is narrowed to in all: the user's filter within the chosen place. */
  get effective(): Filter {
    return within(this.place, this.filter, this.overview);
  }

  get narrowed(): boolean {
    return isNarrowed(this.filter);
  }

  row(index: number): CallRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Loads the list from its beginning, with the numbers of the navigation. */
  async start(): Promise<void> {
    await Promise.all([this.#restart(), this.#loadOverview()]);
    await this.#loadFacets();
  }

  /** A case is shown whole: what was filtered before would only hide some of it. */
  setPlace(place: Place): Promise<void> {
    if (place.kind === 'case' && !samePlace(place, this.place)) this.filter = {};
    this.place = place;
    return this.#restart();
  }

  setFilter(filter: { [K in keyof Filter]?: Filter[K] | undefined }): Promise<void> {
    this.filter = tidy(filter);
    return this.#restart();
  }

  setSort(sort: Sort): Promise<void> {
    this.sort = sort;
    return this.#restart();
  }

  /** Tells which rows are on the screen; missing ones are fetched. */
  want(first: number, last: number): void {
    this.#visible = { first, last };
    void this.#fetchVisible();
  }

  /** Where a call stands, if it is among the loaded rows. */
  indexOf(callId: string): number | null {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === callId);
      if (at >= 0) return page * PAGE + at;
    }
    return null;
  }

  /** Renews what is shown after the library changed. Rows keep their place under the pointer. */
  async renew(): Promise<void> {
    if (this.#renewing) {
      this.#renewAgain = true;
      return;
    }
    this.#renewing = true;
    try {
      do {
        this.#renewAgain = false;
        await this.#renewOnce();
      } while (this.#renewAgain);
    } finally {
      this.#renewing = false;
    }
  }

  async #restart(): Promise<void> {
    const asked = ++this.#asked;
    const filter = this.effective;
    const sort = this.sort;
    this.#fetching = true;
    try {
      const [count, page] = await Promise.all([
        backend.call('count_calls', filter),
        backend.call('list_calls', { filter, sort, after: null, limit: PAGE }),
      ]);
      if (asked !== this.#asked) return;
      this.#pages.clear();
      this.#cursors = new Map([
        [0, null],
        [1, page.next],
      ]);
      this.#pages.set(0, page.rows);
      this.#visible = { first: 0, last: 30 };
      this.count = Math.max(count, page.rows.length);
      this.cursor = 0;
      this.listNumber += 1;
      this.fault = null;
    } catch (error) {
      if (asked === this.#asked) this.fault = asFault(error);
    } finally {
      if (asked === this.#asked) {
        this.#fetching = false;
        void this.#fetchVisible();
      }
    }
  }

  async #fetchVisible(): Promise<void> {
    if (this.#fetching) return;
    const page = this.#nextMissing();
    if (page === null) return;
    const asked = this.#asked;
    this.#fetching = true;
    try {
      const rows = await this.#fetchPage(page);
      if (asked !== this.#asked) return;
      this.#pages.set(page, rows);
      this.#forgetFarPages();
      this.fault = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.fault = asFault(error);
      this.#fetching = false;
      return;
    }
    this.#fetching = false;
    void this.#fetchVisible();
  }

  /** The first page on the screen that is not here, then the one after it, so that scrolling meets no gap. */
  #nextMissing(): number | null {
    if (this.count === null) return null;
    const lastPage = Math.floor(Math.max(0, this.count - 1) / PAGE);
    const from = Math.floor(this.#visible.first / PAGE);
    const to = Math.floor(this.#visible.last / PAGE) + 1;
    for (let page = from; page <= Math.min(to, lastPage); page += 1) {
      if (!this.#pages.has(page)) return page;
    }
    return null;
  }

  async #fetchPage(page: number): Promise<CallRow[]> {
    const query = { filter: this.effective, sort: this.sort, limit: PAGE };
    const cursor = this.#cursors.get(page);
    if (cursor === undefined || cursor === null) {
      return backend.call('list_calls_at', { ...query, position: page * PAGE });
    }
    const asked = this.#asked;
    const answer = await backend.call('list_calls', { ...query, after: cursor });
    if (asked === this.#asked) this.#cursors.set(page + 1, answer.next);
    return answer.rows;
  }

  #forgetFarPages(): void {
    const middle = Math.floor(this.#visible.first / PAGE);
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of far.slice(0, Math.max(0, far.length - KEPT_PAGES))) this.#pages.delete(page);
  }

  async #renewOnce(): Promise<void> {
    await this.#loadOverview();
    void this.#loadFacets();
    if (this.count === null) return this.#restart();
    const asked = ++this.#asked;
    const filter = this.effective;
    const sort = this.sort;
    this.#fetching = true;
    try {
      const count = await backend.call('count_calls', filter);
      if (asked !== this.#asked) return;
      const { first, last } = this.#visible;
      const anchor = this.row(first);
      const guess = Math.max(0, first + count - this.count);
      const from = Math.floor(Math.min(first, guess) / PAGE) * PAGE;
      const to = Math.min(count, Math.max(last, guess + (last - first)) + 1);
      const rows = await this.#fetchStretch(filter, sort, from, to);
      if (asked !== this.#asked) return;
      const found = anchor && first > 0 ? rows.findIndex((row) => row.id === anchor.id) : -1;
      const shift = found >= 0 ? from + found - first : 0;
      this.#pages.clear();
      this.#cursors = new Map();
      for (let at = 0; at < rows.length; at += PAGE) this.#pages.set((from + at) / PAGE, rows.slice(at, at + PAGE));
      this.count = count;
      this.cursor = Math.min(Math.max(0, this.cursor + shift), Math.max(0, count - 1));
      this.#visible = { first: first + shift, last: last + shift };
      this.fault = null;
      if (shift !== 0) this.onShift?.(shift);
    } catch (error) {
      if (asked === this.#asked) this.fault = asFault(error);
    } finally {
      if (asked === this.#asked) {
        this.#fetching = false;
        void this.#fetchVisible();
      }
    }
  }

  /** Whole pages covering `from` to `to`, at most ten of them. */
  async #fetchStretch(filter: Filter, sort: Sort, from: number, to: number): Promise<CallRow[]> {
    const rows: CallRow[] = [];
    const end = Math.min(to, from + 10 * PAGE);
    for (let position = from; position < end; position += PAGE) {
      const page = await backend.call('list_calls_at', { filter, sort, position, limit: PAGE });
      rows.push(...page);
      if (page.length < PAGE) break;
    }
    return rows;
  }

  async #loadOverview(): Promise<void> {
    try {
      this.overview = await backend.call('overview', NOTHING);
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  async #loadFacets(): Promise<void> {
    try {
      this.facets = await backend.call('facets', NOTHING);
    } catch {
      // The filters then offer nothing to choose from; the list's own fault says why.
      this.facets = null;
    }
  }
}

export const library = new Library();
