// An export from the wish to the hash: which calls, how, what that would be, how far it is, how it ended. It goes on
// while its sheet is closed; there is one at a time. An answer that comes after a later question is ignored.
import { backend, NOTHING, type AppEvent } from '../bridge/backend';
import { asFault, type Fault } from '../bridge/fault';
import type { CaseView, Exported, ExportOrder, ExportPlan, Filter, JobProgress, SomeCalls } from '../bridge/generated';

export type Form = 'bag' | 'zip' | 'folder';
export type Audio = 'original' | 'wav' | 'none';
export type Document = 'vcon' | 'vtt' | 'srt' | 'txt' | 'csv';
/** `writing` until the export is there or is not. */
export type Phase = 'asking' | 'writing' | 'done' | 'cancelled' | 'failed';

export const DOCUMENTS: readonly Document[] = ['vcon', 'vtt', 'srt', 'txt', 'csv'];
const FOR_READING: readonly Document[] = ['vtt', 'txt'];

/** The calls to export: these, or all that a filter leaves. */
export type Calls = { calls: string[] } | { filter: Filter };
export type Wish = Calls & {
  /** The case's id, if they are exported for a case. */
  case?: string | null;
  /** Plain files of a few calls, for oneself and not for handing over. */
  quick?: boolean;
};

const FOLDER_KEY = 'turnstone.export.to';
const RENEW_MS = 250;

export class Exporting {
  which = $state.raw<SomeCalls | null>(null);
  form = $state<Form>('bag');
  audio = $state<Audio>('original');
  documents = $state.raw<readonly Document[]>(DOCUMENTS);
  inline = $state(false);
  case = $state<string | null>(null);
  reason = $state('');
  /** The folder it is put into; remembered from one export to the next. */
  to = $state('');
  cases = $state.raw<CaseView[]>([]);

  phase = $state<Phase>('asking');
  plan = $state.raw<ExportPlan | null>(null);
  planning = $state(false);
  /** Why there is no plan, or why the export failed. */
  fault = $state.raw<Fault | null>(null);
  job = $state.raw<JobProgress | null>(null);
  /** Whether the user has asked it to stop. */
  stopping = $state(false);
  result = $state.raw<Exported | null>(null);
  /** Whether an export ended while nobody looked. */
  unseen = $state(false);
  /** When the export was there, Unix milliseconds. */
  endedMs = $state(0);

  #asked = 0;
  #shown = false;
  #documentsChosen = false;
  #reasonGiven = false;
  #renewTimer: ReturnType<typeof setTimeout> | null = null;

  /** Whether an export is being written; the next wish waits for its end. */
  get running(): boolean {
    return this.phase === 'writing';
  }

  /** The case it is for. */
  get forCase(): CaseView | undefined {
    return this.cases.find((each) => each.id === this.case);
  }

  /** Begins to ask what is to be exported. Nothing is changed, and the answer is no, while an export is being written. */
  begin(wish: Wish): boolean {
    if (this.running) return false;
    const quick = wish.quick ?? false;
    this.which = 'calls' in wish ? { calls: wish.calls, filter: {} } : { calls: null, filter: wish.filter };
    this.form = quick ? 'folder' : 'bag';
    this.audio = 'original';
    this.documents = quick ? FOR_READING : DOCUMENTS;
    this.inline = false;
    this.case = wish.case ?? null;
    this.reason = '';
    this.to = rememberedFolder();
    this.#documentsChosen = false;
    this.#reasonGiven = false;
    this.phase = 'asking';
    this.plan = null;
    this.result = null;
    this.job = null;
    this.fault = null;
    this.unseen = false;
    void this.#readCases();
    void this.renewPlan();
    return true;
  }

  choose(change: { form?: Form; audio?: Audio; inline?: boolean; case?: string | null }): void {
    if (change.form !== undefined) {
      this.form = change.form;
      if (!this.#documentsChosen) this.documents = change.form === 'folder' ? FOR_READING : DOCUMENTS;
    }
    if (change.audio !== undefined) this.audio = change.audio;
    if (change.inline !== undefined) this.inline = change.inline;
    if (change.case !== undefined) {
      this.case = change.case;
      this.#proposeReason();
    }
    void this.renewPlan();
  }

  document(document: Document, wanted: boolean): void {
    this.#documentsChosen = true;
    this.documents = DOCUMENTS.filter((each) => (each === document ? wanted : this.documents.includes(each)));
    void this.renewPlan();
  }

  say(reason: string): void {
    this.#reasonGiven = reason !== '';
    this.reason = reason;
  }

  /** Has the user choose the folder. */
  async chooseFolder(): Promise<void> {
    try {
      const folder = await backend.call('choose_folder', NOTHING);
      if (folder !== null) this.putInto(folder);
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  putInto(folder: string): void {
    this.to = folder;
    rememberFolder(folder);
    void this.renewPlan();
  }

  /** Fetches what is not here of the calls; the plan is renewed when it has come. */
  async fetchMissing(): Promise<void> {
    if (this.which === null) return;
    try {
      await backend.call('download_calls', this.which);
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  /** Asks again what the export would be. */
  async renewPlan(): Promise<void> {
    const order = this.#order();
    if (order === null || this.phase !== 'asking') return;
    const asked = ++this.#asked;
    this.planning = true;
    try {
      const plan = await backend.call('plan_export', order);
      if (asked !== this.#asked) return;
      this.plan = plan;
      this.fault = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.plan = null;
      this.fault = asFault(error);
    } finally {
      if (asked === this.#asked) this.planning = false;
    }
  }

  /** Why there can be no export yet, in words; `null` if there can. */
  get hindrance(): string | null {
    const plan = this.plan;
    if (this.to === '') return 'Choose a folder to put it into.';
    if (this.audio === 'none' && this.documents.length === 0) return 'Choose audio or at least one document.';
    if (plan === null) return this.fault === null ? 'Looking at the calls…' : `${this.fault.message}`;
    if (plan.completeness.calls === 0) return 'There are no calls to export.';
    if (!plan.is_there) return 'That folder is not there: connect its drive, or choose another.';
    if (plan.free_bytes !== null && plan.bytes > plan.free_bytes) return 'There is not enough room in that folder.';
    return null;
  }

  /** Exports. Ends when the export is there, or is not: `phase` tells. */
  async run(): Promise<void> {
    const order = this.#order();
    if (order === null || this.running || this.hindrance !== null) return;
    this.phase = 'writing';
    this.stopping = false;
    this.fault = null;
    this.job = null;
    try {
      this.result = await backend.call('export_calls', order);
      this.endedMs = Date.now();
      this.phase = 'done';
    } catch (error) {
      this.fault = asFault(error);
      this.phase = this.fault.code === 'cancelled' ? 'cancelled' : 'failed';
    } finally {
      this.job = null;
      this.unseen = !this.#shown;
    }
  }

  async cancel(): Promise<void> {
    if (this.job === null) return;
    this.stopping = true;
    try {
      await backend.call('cancel_job', { job: this.job.job });
    } catch {
      // It has just ended; its own answer says how.
    }
  }

  /** Back to the form with everything as it was chosen, after an export that did not come to be. */
  again(): void {
    if (this.running) return;
    this.phase = 'asking';
    this.fault = null;
    void this.renewPlan();
  }

  hear(event: AppEvent): void {
    if (event.event === 'job' && event.data.kind === 'export') {
      if (this.running && !event.data.ended) this.job = event.data;
      return;
    }
    const came = event.event === 'library_changed' || (event.event === 'job' && event.data.kind === 'fetch' && event.data.ended);
    if (came && this.phase === 'asking' && this.which !== null) this.#renewSoon();
  }

  /** The sheet is on the screen until the returned function is called; a form that was not used is then forgotten. */
  show(): () => void {
    this.#shown = true;
    this.unseen = false;
    return () => {
      this.#shown = false;
      if (this.phase === 'asking') this.which = null;
    };
  }

  #order(): ExportOrder | null {
    const which = this.which;
    if (which === null) return null;
    return {
      which,
      case: this.case,
      to: this.to,
      form: this.form,
      audio: this.audio,
      documents: [...this.documents],
      inline_audio: this.inline && this.documents.includes('vcon'),
      reason: this.reason.trim(),
    };
  }

  async #readCases(): Promise<void> {
    try {
      this.cases = await backend.call('list_cases', NOTHING);
      this.#proposeReason();
    } catch {
      // Without the list the export is for the case it was begun with, or for none.
    }
  }

  /** The case's purpose is the reason unless the user has given one. */
  #proposeReason(): void {
    if (!this.#reasonGiven) this.reason = this.forCase?.purpose ?? '';
  }

  #renewSoon(): void {
    if (this.#renewTimer !== null) return;
    this.#renewTimer = setTimeout(() => {
      this.#renewTimer = null;
      void this.renewPlan();
    }, RENEW_MS);
  }
}

function rememberedFolder(): string {
  try {
    return window.localStorage.getItem(FOLDER_KEY) ?? '';
  } catch {
    return '';
  }
}

function rememberFolder(folder: string): void {
  try {
    window.localStorage.setItem(FOLDER_KEY, folder);
  } catch {
    // The folder is then chosen anew next time.
  }
}

export const exporting = new Exporting();
