// The audit log as the window reads it: pages from the newest entry on, narrowed, and whether the log is whole.
import { backend, NOTHING } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { AuditEntryView, AuditHealth, AuditQuery } from '../bridge/generated';

/** What the log is narrowed to; an absent field narrows nothing. */
export type AuditFilter = Partial<Pick<AuditQuery, 'action' | 'call' | 'text' | 'from_ms' | 'to_ms'>>;

const PAGE = 200;
const OF_A_CALL = 20;

export class Audit {
  filter = $state.raw<AuditFilter>({});
  entries = $state.raw<readonly AuditEntryView[]>([]);
  /** Whether the first page has come. */
  ready = $state(false);
  loading = $state(false);
  fault = $state.raw<Fault | null>(null);
  health = $state.raw<AuditHealth | null>(null);
  checking = $state(false);
  checkFault = $state.raw<Fault | null>(null);
  /** Where the log was saved last. */
  saved = $state<string | null>(null);
  saveFault = $state.raw<Fault | null>(null);

  #next: number | null = null;
  #asked = 0;

  /** Whether there are older entries. */
  get more(): boolean {
    return this.#next !== null;
  }

  get narrowed(): boolean {
    return Object.keys(this.filter).length > 0;
  }

  /** Reads the newest entries anew and checks the log. */
  async open(): Promise<void> {
    await Promise.all([this.renew(), this.check()]);
  }

  async narrow(filter: AuditFilter): Promise<void> {
    this.filter = tidy(filter);
    this.saved = null;
    await this.renew();
  }

  async renew(): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    try {
      const page = await backend.call('audit_log', this.#query(null));
      if (asked !== this.#asked) return;
      this.entries = page.entries;
      this.#next = page.next;
      this.ready = true;
      this.fault = null;
    } catch (error) {
      if (asked === this.#asked) this.fault = asFault(error);
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  /** Reads the next older page, if there is one and none is being read. */
  async further(): Promise<void> {
    if (this.loading || this.#next === null) return;
    const asked = this.#asked;
    this.loading = true;
    try {
      const page = await backend.call('audit_log', this.#query(this.#next));
      if (asked !== this.#asked) return;
      this.entries = [...this.entries, ...page.entries];
      this.#next = page.next;
      this.fault = null;
    } catch (error) {
      if (asked === this.#asked) this.fault = asFault(error);
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  async check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      this.health = await backend.call('check_audit_log', NOTHING);
      this.checkFault = null;
    } catch (error) {
      this.checkFault = asFault(error);
    } finally {
      this.checking = false;
    }
  }

  /** Has the user choose a file and writes what the filter leaves into it. */
  async save(name: string): Promise<void> {
    this.saved = null;
    try {
      const file = await backend.call('choose_save_place', { name });
      if (file === null) return;
      await backend.call('save_audit_log', { query: this.#query(null), file });
      this.saved = file;
      this.saveFault = null;
    } catch (error) {
      this.saveFault = asFault(error);
    }
  }

  #query(before: number | null): AuditQuery {
    return { ...queryOf(this.filter), before, limit: PAGE };
  }
}

function queryOf(filter: AuditFilter): Omit<AuditQuery, 'before' | 'limit'> {
  return {
    action: filter.action ?? null,
    call: filter.call ?? null,
    text: filter.text ?? null,
    from_ms: filter.from_ms ?? null,
    to_ms: filter.to_ms ?? null,
  };
}

function tidy(filter: AuditFilter): AuditFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null && value !== undefined && value !== ''));
}

/** Who opened, played and exported a call last. */
export async function trailOf(call: string): Promise<AuditEntryView[]> {
  const page = await backend.call('audit_log', { ...queryOf({ call }), before: null, limit: OF_A_CALL });
  return page.entries;
}

export const audit = new Audit();
