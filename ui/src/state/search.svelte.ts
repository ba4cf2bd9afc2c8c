// Search over everything said. Typing waits a moment, pages follow as the user scrolls, the exact count comes after
// the first hits, and an answer to an earlier question is ignored.
import { backend } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { Filter, SearchCount, SearchHit } from '../bridge/generated';

export const DEBOUNCE_MS = 100;
const PAGE = 60;

export class Search {
  /** What is typed. */
  text = $state('');
  /** What the hits answer; empty while nothing is searched. */
  asked = $state('');
  hits = $state.raw<SearchHit[]>([]);
  note = $state<string | null>(null);
  total = $state.raw<SearchCount | null>(null);
  loading = $state(false);
  /** Whether there are hits beyond the loaded ones. */
  more = $state(false);
  fault = $state.raw<Fault | null>(null);
  /** Whether the library changed since these hits were found. They stay until the user asks again. */
  stale = $state(false);
  /** The hit the keyboard stands on. */
  cursor = $state(0);

  #filter: () => Filter;
  #next: string | null = null;
  #number = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(filter: () => Filter) {
    this.#filter = filter;
  }

  /** Whether the pane shows hits instead of the list. */
  get active(): boolean {
    return this.text.trim() !== '';
  }

  /** The plain words of the question, for marking them in the transcript. */
  get words(): string[] {
    return plainWords(this.asked);
  }

  type(text: string): void {
    this.text = text;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (!this.active) {
      this.clear();
      return;
    }
    this.#timer = setTimeout(() => void this.run(), DEBOUNCE_MS);
  }

  /** Searches at once, for example when Enter is pressed or the filter changed. */
  async run(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.text.trim();
    if (text === '') return this.clear();
    const number = ++this.#number;
    const query = { text, filter: this.#filter(), after: null, limit: PAGE };
    this.loading = true;
    this.total = null;
    try {
      const page = await backend.call('search', query);
      if (number !== this.#number) return;
      this.asked = text;
      this.hits = page.hits;
      this.note = page.note;
      this.#next = page.next;
      this.more = page.next !== null;
      this.cursor = 0;
      this.stale = false;
      this.fault = null;
      this.loading = false;
      if (page.next === null) this.total = countOf(page.hits);
      else void this.#count(number, query);
    } catch (error) {
      if (number !== this.#number) return;
      this.asked = text;
      this.hits = [];
      this.more = false;
      this.fault = asFault(error);
      this.loading = false;
    }
  }

  /** Loads the next page, if there is one and none is under way. */
  async loadMore(): Promise<void> {
    if (this.#next === null || this.loading) return;
    const number = this.#number;
    const after = this.#next;
    this.loading = true;
    try {
      const page = await backend.call('search', { text: this.asked, filter: this.#filter(), after, limit: PAGE });
      if (number !== this.#number) return;
      this.hits = [...this.hits, ...page.hits];
      this.#next = page.next;
      this.more = page.next !== null;
      if (page.next === null) this.total = countOf(this.hits);
    } catch (error) {
      if (number === this.#number) this.fault = asFault(error);
    } finally {
      if (number === this.#number) this.loading = false;
    }
  }

  /** Moves to the next or previous hit and returns it; at the end it stays. */
  async step(by: number): Promise<SearchHit | null> {
    if (by > 0 && this.cursor + by >= this.hits.length && this.more) await this.loadMore();
    this.cursor = Math.min(Math.max(0, this.cursor + by), Math.max(0, this.hits.length - 1));
    return this.hits[this.cursor] ?? null;
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#number += 1;
    this.#next = null;
    this.text = '';
    this.asked = '';
    this.hits = [];
    this.note = null;
    this.total = null;
    this.loading = false;
    this.more = false;
    this.fault = null;
    this.stale = false;
    this.cursor = 0;
  }

  async #count(number: number, query: { text: string; filter: Filter; after: null; limit: number }): Promise<void> {
    try {
      const total = await backend.call('count_search', query);
      if (number === this.#number) this.total = total;
    } catch {
      // The pane then says "more than" the loaded number, which stays true.
    }
  }
}

function countOf(hits: readonly SearchHit[]): SearchCount {
  return { turns: hits.length, calls: new Set(hits.map((hit) => hit.call)).size };
}

/** The words of a query without operators: what a reader expects to see marked. */
export function plainWords(query: string): string[] {
  return query
    .split(/[\s"()]+/)
    .filter((word) => word !== '' && word !== 'OR' && word !== 'AND' && !word.startsWith('-') && !word.includes(':'))
    .map((word) => word.replace(/\*+$/, ''))
    .filter((word) => word !== '');
}
