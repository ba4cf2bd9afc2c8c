import { describe, expect, it } from 'vitest';
import type { TurnView } from '../bridge/generated';
import { speakersOf } from './speakers';

const by = (role: string | null, speaker: string | null): TurnView => ({
  role,
  speaker,
  text: '',
  start_ms: null,
  end_ms: null,
  timing: 'none',
  words: [],
});

describe('the speakers of a transcript', () => {
  it('have their colours by role and keep them', () => {
    const all = speakersOf([by('agent', 'Sarah'), by('customer', null), by('agent', 'Sarah')]);
    expect(all.map((who) => who.slot)).toEqual(['agent', 'customer', 'agent']);
    expect(all[1]?.name, 'a speaker without a name has the name of the role').toBe('Caller');
    expect(all[2], 'the same speaker is the same object').toBe(all[0]);
  });

  it('get further colours when a second agent or an unknown party speaks', () => {
    const all = speakersOf([by('agent', 'Sarah'), by('agent', 'Tom'), by(null, 'Speaker 2'), by('agent', 'Tom')]);
    expect(all.map((who) => who.slot)).toEqual(['agent', 'other-1', 'other-2', 'other-1']);
  });

  it('have no colour when nobody speaks', () => {
    const all = speakersOf([by('system', null), by('tool', 'lookup'), by(null, null)]);
    expect(all.map((who) => who.slot)).toEqual(['none', 'none', 'none']);
    expect(all.map((who) => who.name)).toEqual(['System', 'lookup', 'Unknown']);
  });
});
