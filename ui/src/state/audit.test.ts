import { beforeEach, describe, expect, it } from 'vitest';
import { connect, type Answer, type Args, type Backend, type Command } from '../bridge/backend';
import type { AuditEntryView, AuditQuery } from '../bridge/generated';
import { Audit, trailOf } from './audit.svelte';

const entry = (seq: number): AuditEntryView => ({
  seq,
  at_ms: seq,
  actor: 'kim',
  action: seq % 2 === 0 ? 'open' : 'play',
  object: null,
  object_words: null,
  call: seq === 5 ? 'call-5' : null,
  detail: {},
});

/** A log of some entries; each answer waits until it is let go. */
class LogOnly implements Backend {
  entries = Array.from({ length: 450 }, (_, i) => entry(i + 1));
  asked: { name: string; args: unknown }[] = [];
  waiting: (() => void)[] | null = null;

  async call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    this.asked.push({ name, args });
    if (this.waiting) await new Promise<void>((go) => this.waiting?.push(go));
    return this.answer(name, args as never) as Answer<K>;
  }

  listen(): () => void {
    return () => {};
  }

  private answer(name: Command, query: AuditQuery): unknown {
    if (name === 'check_audit_log') throw { code: 'io', message: 'The disk did not answer.' };
    if (name === 'choose_save_place') return '/home/kim/log.csv';
    if (name !== 'audit_log') return {};
    const found = this.entries
      .slice()
      .reverse()
      .filter((each) => query.action === null || each.action === query.action)
      .filter((each) => query.call === null || each.call === query.call)
      .filter((each) => query.before === null || each.seq < query.before);
    const page = found.slice(0, query.limit);
    return { entries: page, next: found.length > page.length ? page.at(-1)?.seq : null };
  }
}

describe('the audit log', () => {
  let backend: LogOnly;
  let audit: Audit;

  beforeEach(() => {
    backend = new LogOnly();
    connect(backend);
    audit = new Audit();
  });

  it('reads page after page, newest first, each entry once', async () => {
    await audit.renew();
    while (audit.more) await audit.further();
    expect(audit.entries.map((each) => each.seq)).toEqual(Array.from({ length: 450 }, (_, i) => 450 - i));
  });

  it('ignores a page that belongs to an earlier filter', async () => {
    await audit.renew();
    backend.waiting = [];
    const late = audit.further();
    const narrowed = audit.narrow({ action: 'open', text: '' });
    const [older, newer] = backend.waiting;
    newer?.();
    await narrowed;
    older?.();
    await late;
    expect(audit.filter, 'an empty word narrows nothing').toEqual({ action: 'open' });
    expect(audit.entries.every((each) => each.action === 'open')).toBe(true);
    expect(audit.entries).toHaveLength(200);
  });

  it('saves what the filter leaves, from the newest entry on', async () => {
    await audit.narrow({ action: 'open' });
    await audit.save('log.csv');
    expect(backend.asked.at(-1)).toEqual({
      name: 'save_audit_log',
      args: { query: { action: 'open', call: null, text: null, from_ms: null, to_ms: null, before: null, limit: 200 }, file: '/home/kim/log.csv' },
    });
    expect(audit.saved).toBe('/home/kim/log.csv');
  });

  it('shows the entries even if the log cannot be checked', async () => {
    await audit.open();
    expect([audit.entries.length, audit.checkFault?.message, audit.checking]).toEqual([200, 'The disk did not answer.', false]);
  });

  it('knows the trail of one call', async () => {
    expect((await trailOf('call-5')).map((each) => each.seq)).toEqual([5]);
  });
});
