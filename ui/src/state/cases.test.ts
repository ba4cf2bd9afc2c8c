// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../bridge/backend';
import { FakeBackend, fakeOptions } from '../bridge/fake';
import { Cases, type Target } from './cases.svelte';
import { callsOf } from './chosen.svelte';

const NOW = Date.UTC(2025, 10, 12, 16, 2);
const facts = (name: string, number = ''): { name: string; number: string; purpose: string; person: string } => ({ name, number, purpose: '', person: '' });
const these = (...calls: string[]): Target => ({ count: calls.length, which: () => Promise.resolve({ calls, filter: {} }) });

describe('cases', () => {
  let backend: FakeBackend;
  let cases: Cases;

  beforeEach(async () => {
    window.localStorage.clear();
    vi.useFakeTimers();
    backend = new FakeBackend({ ...fakeOptions('?rows=60', NOW), delay: 0 });
    connect(backend);
    cases = new Cases();
    await cases.start();
  });

  afterEach(() => vi.useRealTimers());

  const inCase = async (id: string): Promise<string[]> => (await callsOf({ case: id })).sort();

  it('goes on with the case used last, also after the window was closed', async () => {
    const { id } = await cases.make(facts('Refunds', '2026-17'));
    await cases.make(facts('Another'));
    await cases.put(id, these('call-1'));
    expect(cases.current?.id).toBe(id);
    const next = new Cases();
    await next.start();
    expect(next.current?.id, 'remembered').toBe(id);
    await next.remove(id);
    expect(next.current, 'a case that is gone is none').toBeNull();
  });

  it('says what was put in and takes it out again', async () => {
    const { id } = await cases.make(facts('Refunds', '2026-17'));
    await cases.put(id, these('call-1'));
    expect(cases.said?.words).toBe('In case 2026-17 · 1 call in all');
    await cases.put(id, these('call-2', 'call-3'));
    expect(cases.said?.words).toBe('2 calls put into case 2026-17 · 3 calls in all');
    await cases.undo();
    expect([await inCase(id), cases.said?.words]).toEqual([['call-1'], 'Undone']);
  });

  it('leaves in the case what was in it before', async () => {
    const { id } = await cases.make(facts('Refunds'));
    await cases.put(id, these('call-1'));
    await cases.put(id, these('call-1', 'call-2'));
    expect(cases.said?.words, 'only the new one is counted').toBe('1 call put into case Refunds · 2 calls in all');
    await cases.undo();
    expect(await inCase(id)).toEqual(['call-1']);
  });

  it('says that a call is in the case already', async () => {
    const { id } = await cases.make(facts('Refunds'));
    await cases.put(id, these('call-1'));
    await cases.put(id, these('call-1'));
    expect([cases.said?.words, cases.said?.undo]).toEqual(['Already in case Refunds', null]);
  });

  it('puts in all that a filter leaves without naming a call, and back', async () => {
    const { id } = await cases.make(facts('Refunds'));
    await cases.put(id, these('call-1'));
    await cases.put(id, { count: 60, which: () => Promise.resolve({ calls: null, filter: {} }) });
    expect(cases.find(id)?.calls).toBe(60);
    await cases.undo();
    expect(await inCase(id)).toEqual(['call-1']);
  });

  it('takes out, and puts back exactly those', async () => {
    const { id } = await cases.make(facts('Refunds'));
    await cases.put(id, these('call-1', 'call-2'));
    await cases.take(id, these('call-2', 'call-9'));
    expect([await inCase(id), cases.said?.words]).toEqual([['call-1'], '1 call taken out of case Refunds']);
    await cases.undo();
    expect(await inCase(id)).toEqual(['call-1', 'call-2']);
    await cases.take(id, these('call-9'));
    expect(cases.said?.words).toBe('Not in case Refunds');
  });

  it('says in words why nothing was put in, and falls silent after a while', async () => {
    await cases.put('case-gone', these('call-1'));
    expect(cases.said).toMatchObject({ words: 'That case is not there any more.', fault: true, undo: null });
    await vi.advanceTimersByTimeAsync(13_000);
    expect(cases.said).toBeNull();
  });

  it('has the dialog say that a name is taken', async () => {
    await cases.make(facts('Refunds'));
    await expect(cases.make(facts('Refunds'))).rejects.toMatchObject({ code: 'invalid' });
  });
});
