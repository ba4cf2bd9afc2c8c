import { describe, expect, it } from 'vitest';
import type { SearchHit } from '../bridge/generated';
import { itemsOf } from './items';

const hit = (call: string, turn: number): SearchHit => ({
  call,
  turn,
  start_ms: 0,
  speaker: null,
  role: null,
  snippet: '',
  matches: [],
  call_started_ms: null,
  call_from: null,
  call_to: null,
  call_agent: null,
  call_title: null,
});

describe('itemsOf', () => {
  it('puts one heading over the hits of a call', () => {
    const items = itemsOf([hit('a', 1), hit('a', 4), hit('b', 0)]);
    expect(items.map((item) => item.kind), 'heading, two hits, heading, hit').toEqual(['call', 'hit', 'hit', 'call', 'hit']);
  });

  it('keeps the number of each hit, by which the keyboard finds it', () => {
    const numbers = itemsOf([hit('a', 1), hit('b', 4)]).flatMap((item) => (item.kind === 'hit' ? [item.index] : []));
    expect(numbers, 'counted over all calls').toEqual([0, 1]);
  });
});
