// Exports, their verification, the signing key and the audit log of the fake. Nothing is written anywhere: an export
// counts up as a job and answers with what a real one would.
import type { Fault } from '../fault';
import type { Answer, Args, Command } from '../backend';
import type { AuditEntryView, AuditQuery, CallRow, ExportOrder, Exported, JobProgress, SomeCalls, Verified } from '../generated';
import { completenessOf } from './cases';
import { weight } from './keeping';

type EvidenceCommand = Extract<
  Command,
  | 'plan_export'
  | 'export_calls'
  | 'verify_export'
  | 'signing_key'
  | 'audit_log'
  | 'check_audit_log'
  | 'save_audit_log'
  | 'drag_recording_out'
  | 'choose_file'
  | 'choose_save_place'
  | 'show_in_folder'
>;
type Handlers = { [K in EvidenceCommand]: (args: Args<K>) => Answer<K> | Promise<Answer<K>> };

interface World {
  now(): number;
  which(calls: SomeCalls): CallRow[];
  caseName(id: string): string | null;
  number(): number;
  report(job: JobProgress): void;
  /** The person in the settings. */
  person(): string;
}

export interface FakeKey {
  /** Without it nothing is signed. */
  keychain: boolean;
}

const FINGERPRINT = '8B2E 61F0 4C9A D173';
const PUBLIC_KEY = 'untrusted comment: minisign public key 73D19A4CF0612E8B\nRWSLLmHwTJrRc7hP2cVq0q5y2o3uYtB1mS0yJmN8xA4dQ6eWcR9vT1kZ\n';
const NO_KEYCHAIN = 'This session has no keychain, so there is no key to sign with.';
const STEP_MS = 60;
const nothing = {} as Answer<'show_in_folder'>;
const HEX = '0123456789abcdef';

export class FakeEvidence {
  private readonly entries: AuditEntryView[] = [];
  private readonly running = new Map<number, { cancelled: boolean; job: JobProgress }>();

  constructor(
    private readonly world: World,
    private readonly key: FakeKey,
  ) {
    this.note('begin', '5d0e7f4a-31c2-4b9e-8a67-0c1f2e3d4b5a', null);
  }

  readonly handlers: Handlers = {
    plan_export: (order) => {
      const rows = this.world.which(order.which);
      const full = rows.filter((row) => row.audio === 'cached').reduce((sum, row) => sum + weight(row), 0);
      return {
        completeness: completenessOf(rows),
        at_hand: 0,
        is_there: order.to !== '' && !order.to.includes('unplugged'),
        bytes: order.audio === 'none' ? 0 : order.audio === 'wav' ? full * 9 : full,
        free_bytes: order.to === '' ? null : order.to.includes('full') ? 4_000_000 : 212_000_000_000,
        key: this.signs(order) ? FINGERPRINT : null,
        unsigned_because: this.signs(order) ? null : this.whyUnsigned(order),
      };
    },
    export_calls: (order) => this.exported(order),
    verify_export: ({ path }) => this.verified(path),
    signing_key: () =>
      this.key.keychain
        ? { public_key: PUBLIC_KEY, fingerprint: FINGERPRINT, because: null }
        : { public_key: null, fingerprint: null, because: NO_KEYCHAIN },
    audit_log: (query) => {
      const found = this.entries.filter((entry) => asked(entry, query)).reverse();
      const from = query.before === null ? found : found.filter((entry) => entry.seq < (query.before ?? 0));
      const page = from.slice(0, query.limit);
      return { entries: page, next: from.length > page.length ? (page.at(-1)?.seq ?? null) : null };
    },
    check_audit_log: () => ({
      entries: this.entries.length,
      problems: [],
      checkpoint: `turnstone/5d0e7f4a-31c2-4b9e-8a67-0c1f2e3d4b5a\n${this.entries.length}\nKx1s0sJkEHPTi2bcT9v5lPqQ8O6mnm8T5c1aVf2u2jQ=\n`,
      signed_by: this.key.keychain ? FINGERPRINT : null,
    }),
    save_audit_log: ({ file }) => {
      if (!/\.(csv|jsonl)$/.test(file)) throw { code: 'invalid', message: 'Save the log as .csv or .jsonl.' } satisfies Fault;
      return nothing;
    },
    drag_recording_out: ({ call, recording }) => {
      const row = this.world.which({ calls: [call], filter: {} })[0];
      if (row?.audio !== 'cached') throw { code: 'no_audio', message: 'The recording is not here. Fetch it first.' } satisfies Fault;
      this.note('export', call, null, { audio: 'original', dragged_out: true, recording });
      return nothing;
    },
    choose_file: () => '/home/kim/Evidence/2026-17_20261121T103000Z.zip',
    choose_save_place: ({ name }) => `/home/kim/Documents/${name}`,
    show_in_folder: () => nothing,
  };

  get jobs(): JobProgress[] {
    return [...this.running.values()].map((each) => each.job);
  }

  /** Whether the job was one of these. */
  cancel(job: number): boolean {
    const found = this.running.get(job);
    if (found) found.cancelled = true;
    return found !== undefined;
  }

  /** Writes into the log that something was done. */
  note(action: string, object: string | null, words: string | null, detail: AuditEntryView['detail'] = {}): void {
    const person = this.world.person();
    this.entries.push({
      seq: this.entries.length + 1,
      at_ms: this.world.now(),
      actor: person === '' ? 'kim' : `${person} (kim)`,
      action,
      object,
      object_words: words,
      call: object?.startsWith('call-') ? object : null,
      detail,
    });
  }

  private signs(order: ExportOrder): boolean {
    return this.key.keychain && order.form !== 'folder';
  }

  private whyUnsigned(order: ExportOrder): string {
    return order.form === 'folder' ? 'Plain files are not sealed, so there is nothing to sign.' : NO_KEYCHAIN;
  }

  private async exported(order: ExportOrder): Promise<Exported> {
    const rows = this.world.which(order.which);
    if (order.to === '') throw { code: 'invalid', message: 'Choose where to put the export.' } satisfies Fault;
    if (rows.length === 0) throw { code: 'invalid', message: 'There is no call to export.' } satisfies Fault;
    if (order.to.includes('full')) {
      throw { code: 'io', message: `There is not enough space in ${order.to}. Nothing was written.` } satisfies Fault;
    }
    await this.work('export', rows.length, (done, total) => (done < total ? `Exporting: ${done} of ${total} calls` : 'Reading it all again'));
    const name = `turnstone_20261121T103000Z${order.form === 'zip' ? '.zip' : ''}`;
    const bag = order.form !== 'folder';
    const tagmanifest = bag ? hash(`${order.to}/${name}:${rows.length}`) : null;
    this.note('export', order.case, order.case === null ? null : this.world.caseName(order.case), {
      calls: rows.length,
      reason: order.reason,
      tagmanifest,
    });
    return {
      path: `${order.to.replace(/\/$/, '')}/${name}`,
      calls: rows.length,
      files: rows.length * (1 + order.documents.length) + (bag ? 12 : 2),
      bytes: rows.reduce((sum, row) => sum + (row.audio === 'cached' ? weight(row) : 2_000), 0),
      tagmanifest,
      signed_by: this.signs(order) ? FINGERPRINT : null,
      unsigned_because: this.signs(order) ? null : this.whyUnsigned(order),
      log_left_out: null,
      missing: rows.filter((row) => row.audio !== 'cached' && row.audio !== 'none').map((row) => ({ call: row.id, words: row.title ?? row.id, reason: reasonOf(row) })),
    };
  }

  private async verified(path: string): Promise<Verified> {
    if (!path.includes('/') || path.includes('holiday')) {
      throw { code: 'invalid', message: `${path} is not an export: there is no bagit.txt in it.` } satisfies Fault;
    }
    await this.work('verify', 40, (done, total) => `Verifying: ${done} of ${total} files`);
    const altered = path.includes('altered');
    this.note('verify', path, null, { valid: !altered });
    return {
      path,
      valid: !altered,
      problems: altered
        ? [
            { path: 'data/calls/20251112T160200Z-1a2b3c4d5e6f/audio-1.mp3', problem: 'The file is not what was sealed: its SHA-512 differs.' },
            { path: 'data/notes.txt', problem: 'The file is not in the manifest.' },
          ]
        : [],
      files: 40,
      bytes: 76_400_000,
      tagmanifest: hash(path),
      signed_by: path.includes('unsigned') ? null : path.includes('other') ? '19AA 03C7 77E2 5F40' : FINGERPRINT,
      own_key: !path.includes('unsigned') && !path.includes('other'),
    };
  }

  /** Counts up as a job that can be cancelled. */
  private async work(kind: string, total: number, words: (done: number, total: number) => string): Promise<void> {
    const job: JobProgress = {
      job: this.world.number(),
      kind,
      source: null,
      words: words(0, total),
      done: 0,
      total,
      waiting_until_ms: null,
      waiting_why: null,
      ended: false,
      result: null,
      failed: false,
    };
    const state = { cancelled: false, job };
    this.running.set(job.job, state);
    const step = Math.max(1, Math.ceil(total / 20));
    for (let done = 0; done <= total; done += step) {
      state.job = { ...job, done, words: words(done, total) };
      this.world.report(state.job);
      await new Promise((go) => setTimeout(go, STEP_MS));
      if (state.cancelled) break;
    }
    this.running.delete(job.job);
    this.world.report({ ...state.job, ended: true, result: state.cancelled ? 'Stopped; nothing was left behind.' : words(total, total) });
    if (state.cancelled) throw { code: 'cancelled', message: 'Stopped. Nothing was left behind.' } satisfies Fault;
  }
}

function reasonOf(row: CallRow): string {
  switch (row.audio) {
    case 'unavailable':
      return 'Deleted at the source before it was fetched.';
    case 'failed':
      return 'The last attempt to fetch it failed.';
    default:
      return 'Not fetched yet.';
  }
}

function asked(entry: AuditEntryView, query: AuditQuery): boolean {
  const text = query.text?.toLowerCase() ?? '';
  return (
    (query.action === null || entry.action === query.action) &&
    (query.call === null || entry.call === query.call) &&
    (query.from_ms === null || entry.at_ms >= query.from_ms) &&
    (query.to_ms === null || entry.at_ms < query.to_ms) &&
    (text === '' || JSON.stringify(entry).toLowerCase().includes(text))
  );
}

/** 128 hex digits that look like a hash and are the same for the same words. */
function hash(words: string): string {
  let state = 2166136261;
  for (const char of words) state = Math.imul(state ^ char.charCodeAt(0), 16777619) >>> 0;
  let digits = '';
  while (digits.length < 128) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    digits += HEX[state >>> 28];
  }
  return digits;
}
