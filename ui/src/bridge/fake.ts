// A whole application in memory, for `npm run dev` in a browser and for tests. It is never shipped:
// main.ts loads it only in development and outside Tauri.
// In the address: ?rows=100000 sets the size, ?empty starts without sources, ?fault=locked makes every answer fail,
// ?call=call-3&play opens a call at the start, ?servers adds servers in every state, ?offline begins offline,
// ?cases begins with two cases, ?keyless has no keychain to sign with,
// ?fixed cannot drag files out of the window.
import type { Answer, AppEvent, Args, Backend, Command } from './backend';
import { asFault, FAULTS, type Fault, type FaultCode } from './fault';
import { callAt, facets, fits, indexOf, NOT_YET, rowAt, SERVERS, SOURCES, turnsAt } from './fake/calls';
import { FakeCases } from './fake/cases';
import { FakeEvidence } from './fake/evidence';
import { FakeKeeping } from './fake/keeping';
import { KINDS } from './fake/kinds';
import { FakePlayer } from './fake/player';
import type { CallRow, Filter, FirstCall, JobProgress, NetworkState, SearchHit, Settings, SomeCalls, SourceView, SyncRun } from './generated';

export interface FakeOptions {
  rows: number;
  empty: boolean;
  /** Whether there are servers among the sources. */
  servers: boolean;
  offline: boolean;
  /** Whether somebody has made cases already. */
  cases?: boolean;
  /** Whether there is no keychain. */
  keyless?: boolean;
  /** Whether files cannot be dragged out of the window. */
  fixed?: boolean;
  fault: FaultCode | null;
  delay: number;
  now: number;
  /** The call the program was asked to open. */
  first: FirstCall | null;
}

export function fakeOptions(query: string, now: number = Date.now()): FakeOptions {
  const asked = new URLSearchParams(query);
  const fault = asked.get('fault');
  return {
    rows: Math.min(1_000_000, Number(asked.get('rows') ?? 312) || 0),
    empty: asked.has('empty'),
    servers: asked.has('servers'),
    offline: asked.has('offline'),
    cases: asked.has('cases'),
    keyless: asked.has('keyless'),
    fixed: asked.has('fixed'),
    fault: fault !== null && fault in FAULTS ? (fault as FaultCode) : null,
    first: asked.has('call') ? { call: asked.get('call') ?? '', play: asked.has('play') } : null,
    delay: Number(asked.get('delay') ?? 4),
    now,
  };
}

type CaseOrEvidence = keyof FakeCases['handlers'] | keyof FakeEvidence['handlers'];
type Handlers = { [K in Command]: (args: Args<K>) => Answer<K> | Promise<Answer<K>> };

type OwnHandlers = Omit<Handlers, CaseOrEvidence>;

const nothing = {} as Answer<'player'>;

export class FakeBackend implements Backend {
  /** Every call made, for tests. */
  readonly asked: { name: Command; args: unknown }[] = [];
  private readonly listeners = new Set<(event: AppEvent) => void>();
  private readonly player = new FakePlayer((state) => this.say({ event: 'player', data: state }));
  private readonly jobs = new Map<number, JobProgress>();
  private sources: SourceView[];
  private rows: CallRow[] | null = null;
  private shown: number;
  private nextJob = 1;
  private net: NetworkState;
  private readonly keeping = new FakeKeeping({
    rows: () => this.all(),
    number: () => this.nextJob++,
    report: (job, here) => {
      if (here.length > 0) this.rows = null;
      this.say({ event: 'job', data: job });
      if (here.length > 0) this.say({ event: 'library_changed' });
    },
  });
  private readonly cases = new FakeCases({
    now: () => this.options.now,
    which: (calls) => this.which(calls),
    changed: (calls) => {
      this.say({ event: 'cases_changed' });
      if (!calls) return;
      this.rows = null;
      this.say({ event: 'library_changed' });
    },
  });
  private kept: Settings = { resume_back_ms: 1_500, theme: 'system', speed: 1, volume: 1, person: '' };
  private readonly evidence: FakeEvidence;
  private readonly handlers: Handlers;

  constructor(private readonly options: FakeOptions) {
    this.shown = options.empty ? 0 : options.rows;
    this.net = { offline: options.offline, away: false };
    this.sources = options.empty ? [] : SOURCES.map((source, i) => this.sourceOf(source, i));
    if (options.servers) this.sources.push(...SERVERS.map((server, i) => this.serverOf(server, i)));
    this.evidence = new FakeEvidence(
      {
        now: () => this.options.now,
        which: (calls) => this.which(calls),
        caseName: (id) => this.cases.nameOf(id),
        number: () => this.nextJob++,
        report: (job) => this.say({ event: 'job', data: job }),
        person: () => this.kept.person,
      },
      { keychain: options.keyless !== true },
    );
    this.handlers = { ...this.own, ...this.cases.handlers, ...this.evidence.handlers };
    if (options.cases) {
      this.cases.invent(this.all().filter((_, i) => i % 3 === 1 && i < 60).map((row) => row.id));
      this.rows = null;
    }
  }

  listen(handler: (event: AppEvent) => void): () => void {
    this.listeners.add(handler);
    return () => this.listeners.delete(handler);
  }

  async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    this.asked.push({ name, args });
    await this.wait(this.options.delay);
    if (this.options.fault) throw { code: this.options.fault, message: 'The fake was asked to fail.' } satisfies Fault;
    try {
      const handle = this.handlers[name] as (args: Args<K>) => Answer<K> | Promise<Answer<K>>;
      return structuredClone(await handle(args));
    } catch (error) {
      throw asFault(error);
    }
  }

  /** Puts new calls at the top of the list, as a sync does. */
  arrive(count: number): void {
    this.shown += count;
    this.options.now += count * 1_740_000;
    this.rows = null;
    this.say({ event: 'library_changed' });
  }

  private readonly own: OwnHandlers = {
    list_calls: ({ filter, sort, after, limit }) => {
      const all = this.matching(filter, sort);
      const from = after === null ? 0 : Number(after);
      const to = from + limit;
      return { rows: all.slice(from, to), next: to < all.length ? String(to) : null };
    },
    list_calls_at: ({ filter, sort, position, limit }) =>
      this.matching(filter, sort).slice(position, position + limit),
    count_calls: (filter) => this.matching(filter, 'started_at').length,
    facets: () => facets,
    show_call: ({ call }) => {
      const known = callAt(this.known(call), this.options.now);
      const cases = this.cases.of(call);
      const pinned = this.keeping.pins.has(call);
      const view = { ...known, cases, pinned, row: { ...known.row, in_case: cases.length > 0 } };
      const [recording] = view.recordings;
      if (!this.keeping.here.has(call) || !recording) return view;
      const got = { at_ms: this.options.now, tier: 'provider', outcome: 'ok', detail: null };
      const here = { ...recording, audio: 'cached', tier: 'local', next_try_ms: null, attempts: [...recording.attempts, got] };
      return { ...view, row: { ...view.row, audio: 'cached' }, recordings: [here] };
    },
    search: ({ text, filter, after, limit }) => {
      const all = this.hits(text, filter);
      const from = after === null ? 0 : Number(after);
      const next = from + limit < all.length ? String(from + limit) : null;
      const unbalanced = (text.match(/"/g) ?? []).length % 2 === 1;
      return {
        hits: all.slice(from, from + limit),
        next,
        note: unbalanced ? 'The quotation mark has no partner, so the words are looked for one by one.' : null,
      };
    },
    count_search: ({ text, filter }) => {
      const all = this.hits(text, filter);
      return { calls: new Set(all.map((hit) => hit.call)).size, turns: all.length };
    },
    overview: () => {
      const day = new Date(this.options.now);
      day.setHours(0, 0, 0, 0);
      const all = this.all();
      const count = (test: (row: CallRow) => boolean): number => all.filter(test).length;
      return {
        calls: all.length,
        today: count((row) => (row.started_ms ?? 0) >= day.getTime()),
        downloaded: count((row) => row.audio === 'cached'),
        not_yet: count((row) => NOT_YET.includes(row.audio)),
        today_from_ms: day.getTime(),
      };
    },
    open_recording: ({ call, at_ms, play }) => {
      const index = this.known(call);
      const row = this.all()[index] ?? rowAt(index, this.options.now);
      const remote = this.sources.some((source) => source.id === row.source && !source.local);
      if (this.net.offline && remote && row.audio !== 'cached') {
        throw { code: 'no_audio', message: 'no audio for this recording: offline: nothing was asked' } satisfies Fault;
      }
      if (row.audio === 'none' || row.audio === 'unavailable') {
        throw { code: 'no_audio', message: 'The recording is gone at the source and was never here.' } satisfies Fault;
      }
      const duration_ms = row.duration_ms ?? 0;
      this.player.open(call, `rec-${index}`, turnsAt(index), duration_ms, at_ms ?? 0, play);
      return { recording: `rec-${index}`, duration_ms, tier: row.audio === 'cached' ? 'local' : 'provider' };
    },
    player: (command) => {
      this.player.command(command);
      return nothing;
    },
    list_sources: () => this.sources,
    download_calls: (calls) => this.keeping.ask(this.which(calls)),
    download_status: () => this.keeping.status(),
    pause_downloads: ({ paused }) => this.keeping.pause(paused),
    clear_downloads: () => this.keeping.clear(),
    pin_calls: ({ calls, pinned }) => {
      this.keeping.pin(calls, pinned);
      this.say({ event: 'library_changed' });
      return nothing;
    },
    pin_search: (search) => {
      if (search.name.trim() === '') throw { code: 'invalid', message: 'Give the pinned search a name.' } satisfies Fault;
      this.keeping.pinSearch(search);
      const found = new Set(this.hits(search.query, search.filter).map((hit) => hit.call));
      const rows = this.matching(search.filter, 'started_at');
      this.keeping.ask(search.query === '' ? rows : rows.filter((row) => found.has(row.id)));
      return nothing;
    },
    unpin_search: ({ name }) => {
      if (!this.keeping.unpinSearch(name)) {
        throw { code: 'not_found', message: `No search is pinned as “${name}”.` } satisfies Fault;
      }
      return nothing;
    },
    cache: () => this.keeping.view(),
    set_cache_limit: ({ bytes }) => {
      this.keeping.limit = bytes;
      return this.keeping.view();
    },
    tidy_cache: () => this.keeping.tidy(this.sources.map((source) => source.set['retention'] ?? '')),
    source_kinds: () => KINDS,
    add_source: ({ kind, name, path, url, set }) => {
      const place = path ?? url ?? '';
      if (place === '') throw { code: 'invalid', message: 'Choose a folder first.' } satisfies Fault;
      const named = name !== '' ? name : (place.split('/').filter(Boolean).pop() ?? 'Folder');
      const added: SourceView = {
        id: `src-${this.sources.length}-${named}`,
        kind,
        name: named,
        place,
        local: url === null,
        set,
        calls: 0,
        syncing: true,
        watching: true,
        last_run: null,
      };
      this.sources = [...this.sources, added];
      this.say({ event: 'sources_changed' });
      this.sync(added.id);
      return added;
    },
    test_source: ({ source }) => [
      { ok: true, words: 'The folder is there and can be read.' },
      { ok: true, words: '214 audio files and 198 transcripts found.' },
      source === 'src-field'
        ? { ok: false, words: 'New calls are not noticed as they appear: the drive sends no changes. Sync now and then.' }
        : { ok: true, words: 'New calls are noticed as they appear.' },
    ],
    change_source: ({ source, set }) => {
      this.markSource(source, { set: { ...this.sourceNamed(source).set, ...set } });
      return this.sourceNamed(source);
    },
    sign_in: ({ source }) => {
      this.sync(source);
      return this.sourceNamed(source);
    },
    request_code: () => nothing,
    verify_code: ({ source, code }) => {
      if (code !== '123456') throw { code: 'needs_credentials', message: 'That code is not right.' } satisfies Fault;
      this.sync(source);
      return this.sourceNamed(source);
    },
    network: () => this.net,
    set_offline: ({ offline }) => (this.net = { ...this.net, offline }),
    remove_source: ({ source }) => {
      this.sources = this.sources.filter((each) => each.id !== source);
      this.say({ event: 'sources_changed' });
      return { calls_left: 0 };
    },
    sync_source: ({ source }) => {
      for (const each of this.sources) if (source === null || each.id === source) this.sync(each.id);
      return nothing;
    },
    cancel_job: ({ job }) => {
      if (this.evidence.cancel(job)) return nothing;
      const running = this.jobs.get(job);
      if (running) this.endJob({ ...running, result: `Stopped after ${running.done} files.` });
      return nothing;
    },
    jobs: () => [...this.jobs.values(), ...(this.keeping.running ? [this.keeping.running] : []), ...this.evidence.jobs],
    sync_history: ({ source }) => {
      const last = this.sources.find((each) => each.id === source)?.last_run;
      return last ? [last] : [];
    },
    choose_folder: () => '/home/kim/Recordings/November',
    first_call: () => this.options.first,
    settings: () => this.kept,
    change_settings: (settings) => (this.kept = settings),
    about: () => ({
      version: '0.1.0',
      library: '/home/kim/.local/share/turnstone',
      sqlite: '3.53.4',
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      sound: 'Built-in audio, 48 kHz',
      drags_out: this.options.fixed !== true,
    }),
  };

  private say(event: AppEvent): void {
    for (const listener of [...this.listeners]) listener(structuredClone(event));
  }

  private wait(ms: number): Promise<void> {
    return ms > 0 ? new Promise((done) => setTimeout(done, ms)) : Promise.resolve();
  }

  private known(call: string): number {
    const index = indexOf(call);
    if (index >= 0 && index < this.shown) return index;
    throw { code: 'not_found', message: `There is no call ${call} in this library.` } satisfies Fault;
  }

  private all(): CallRow[] {
    this.rows ??= Array.from({ length: this.shown }, (_, i) => {
      const row = rowAt(i, this.options.now);
      const in_case = this.cases.inAny(row.id);
      return { ...row, in_case, ...(this.keeping.here.has(row.id) ? { audio: 'cached' } : {}) };
    });
    return this.rows;
  }

  private matching(filter: Filter, sort: string): CallRow[] {
    const wanted = Object.keys(filter).length > 0;
    const { case: held } = filter;
    const fitting = (row: CallRow): boolean => fits(row, filter) && (held === undefined || this.cases.has(held, row.id));
    const rows = wanted ? this.all().filter(fitting) : this.all();
    return sort === 'duration' ? [...rows].sort((a, b) => (b.duration_ms ?? 0) - (a.duration_ms ?? 0)) : rows;
  }

  private which({ calls, filter }: SomeCalls): CallRow[] {
    if (calls === null) return this.matching(filter, 'started_at');
    const wanted = new Set(calls);
    return this.all().filter((row) => wanted.has(row.id));
  }

  private hits(text: string, filter: Filter): SearchHit[] {
    const words = text
      .toLowerCase()
      .split(/[\s"*]+/)
      .filter((word) => word !== '' && word !== 'or' && !word.startsWith('-') && !word.includes(':'));
    if (words.length === 0) return [];
    const found: SearchHit[] = [];
    for (const row of this.matching(filter, 'started_at').slice(0, 2_000)) {
      if (!row.has_transcript) continue;
      turnsAt(indexOf(row.id)).forEach((turn, index) => {
        const lower = turn.text.toLowerCase();
        const matches = words.flatMap((word) => {
          const at = lower.indexOf(word);
          return at < 0 ? [] : [[at, at + word.length] as [number, number]];
        });
        if (matches.length < words.length) return;
        found.push({
          call: row.id,
          turn: index,
          start_ms: turn.start_ms,
          speaker: turn.speaker,
          role: turn.role,
          snippet: turn.text,
          matches: matches.sort((a, b) => a[0] - b[0]),
          call_started_ms: row.started_ms,
          call_from: row.from,
          call_to: row.to,
          call_agent: row.agent,
          call_title: row.title,
        });
      });
    }
    return found;
  }

  private sourceNamed(id: string): SourceView {
    const found = this.sources.find((each) => each.id === id);
    if (!found) throw { code: 'not_found', message: 'That source is not configured any more.' } satisfies Fault;
    return found;
  }

  private sourceOf(source: (typeof SOURCES)[number], index: number): SourceView {
    // With servers among the sources, the calls of one of the three come from a server.
    const server = this.options.servers && source.id === 'src-orders';
    return {
      ...source,
      ...(server ? { kind: 'ringcentral-backend', place: 'https://orders.example.com' } : {}),
      local: !server,
      set: {},
      calls: Math.ceil(this.shown / 3),
      syncing: false,
      watching: source.id !== 'src-field',
      last_run: runOf(this.options.now - (index + 1) * 2_400_000, index),
    };
  }

  private serverOf(server: (typeof SERVERS)[number], index: number): SourceView {
    const run = runOf(this.options.now - (index + 1) * 3_600_000, 0);
    const { error, code, ...rest } = server;
    const failed = { complete: false, added: 0, seen: 0, error, error_code: code };
    const last_run = error === null ? { ...run, requests: 9 } : { ...run, ...failed };
    return { ...rest, local: false, set: {}, calls: 0, syncing: false, watching: false, last_run };
  }

  private sync(source: string): void {
    const total = 214;
    let job: JobProgress = {
      job: this.nextJob++,
      kind: 'sync',
      source,
      words: 'Reading the folder',
      done: 0,
      total,
      waiting_until_ms: null,
      waiting_why: null,
      ended: false,
      result: null,
      failed: false,
    };
    const tick = (): void => {
      if (job.done > 0 && !this.jobs.has(job.job)) return;
      if (job.done >= total) return this.endJob({ ...job, result: '214 files read: 12 new calls.' });
      job = { ...job, done: Math.min(total, job.done + 9) };
      this.jobs.set(job.job, job);
      if (this.options.empty && this.shown < job.done) {
        this.shown = job.done;
        this.rows = null;
        this.say({ event: 'library_changed' });
      }
      this.say({ event: 'job', data: job });
      setTimeout(tick, 110);
    };
    this.markSource(source, { syncing: true });
    tick();
  }

  private endJob(job: JobProgress): void {
    this.jobs.delete(job.job);
    this.say({ event: 'job', data: { ...job, ended: true } });
    if (job.source !== null) {
      this.markSource(job.source, { syncing: false, calls: job.done, last_run: runOf(this.options.now, 0) });
    }
    this.say({ event: 'library_changed' });
  }

  private markSource(id: string, change: Partial<SourceView>): void {
    this.sources = this.sources.map((each) => (each.id === id ? { ...each, ...change } : each));
    this.say({ event: 'sources_changed' });
  }
}

function runOf(at_ms: number, index: number): SyncRun {
  const problems =
    index === 1
      ? [
          { item: 'orders/2025-10/REC_0192.wav', reason: 'The file is shorter than its header says. It may still be copying.' },
          { item: 'orders/2025-10/REC_0214.amr', reason: 'Unsupported codec: AMR. The call is in the library without sound.' },
          { item: 'orders/index.json', reason: 'Not a transcript: no turns were found in it.' },
        ]
      : [];
  return {
    at_ms,
    elapsed_ms: 4_200,
    seen: 214,
    added: index === 0 ? 12 : 0,
    updated: 1,
    unchanged: 201,
    pages: 3,
    requests: 0,
    vanished: 0,
    rejected: problems.length,
    complete: index !== 2,
    error_code: index === 2 ? 'unreachable' : null,
    error: index === 2 ? 'The drive is not connected. What was read before is still here.' : null,
    problems,
  };
}
