// @vitest-environment jsdom
import { flushSync, mount, tick, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Answer, type AppEvent, type Args, type Backend, type Command } from '../bridge/backend';
import { callAt } from '../bridge/fake/calls';
import type { CallView, PlayerState, TurnView } from '../bridge/generated';
import { player } from '../state/player.svelte';
import { transcript } from '../state/transcript.svelte';
import Transcript from './Transcript.svelte';

const NOW = Date.UTC(2025, 10, 12);
let asked: { name: Command; args: unknown }[] = [];
let hear: (event: AppEvent) => void = () => {};
let shown: Record<string, unknown> | null = null;
let stop: () => void = () => {};

const application: Backend = {
  call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    asked.push({ name, args });
    return Promise.resolve({} as Answer<K>);
  },
  listen(handler) {
    hear = handler;
    return () => {};
  },
};

function say(state: Partial<PlayerState>): void {
  hear({
    event: 'player',
    data: {
      call: 'call-0',
      recording: 'rec-0',
      phase: 'playing',
      position_ms: 0,
      duration_ms: 9_000_000,
      speed: 1,
      volume: 1,
      turn: null,
      word: null,
      problem: null,
      ...state,
    },
  });
  flushSync();
}

function callWith(turns: TurnView[], id = 'call-0'): CallView {
  const call = callAt(0, NOW);
  const transcript = { turns, timed: turns.some((turn) => turn.start_ms !== null), format: null, language: null, origin: null };
  return { ...call, row: { ...call.row, id }, transcript };
}

function turns(count: number, changes: (at: number) => Partial<TurnView> = () => ({})): TurnView[] {
  return Array.from({ length: count }, (_, at) => ({
    speaker: at % 2 === 0 ? 'Sarah' : null,
    role: at % 2 === 0 ? 'agent' : 'customer',
    text: `Turn ${at} is about the café and a refund.`,
    start_ms: at * 3_000,
    end_ms: at * 3_000 + 2_800,
    timing: 'source',
    words: [],
    ...changes(at),
  }));
}

const untimed = (count: number): TurnView[] => turns(count, () => ({ start_ms: null, end_ms: null, timing: 'none' }));

function show(call: CallView | null): void {
  shown = mount(Transcript, { target: document.body, props: { call } });
  flushSync();
}

const row = (turn: number): HTMLElement | null => document.querySelector(`[data-turn="${turn}"]`);
const current = (): string[] => [...document.querySelectorAll('[aria-current]')].map((one) => one.getAttribute('data-turn') ?? '');
const press = (target: Element | null, key: string): void => {
  target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  flushSync();
};
const click = (target: Element | null): void => {
  target?.dispatchEvent(new MouseEvent('click', { bubbles: true, detail: 1 }));
  flushSync();
};
const playerCommands = (): unknown[] => asked.filter((one) => one.name === 'player').map((one) => one.args);

beforeEach(() => {
  connect(application);
  stop = player.start();
  asked = [];
});

afterEach(() => {
  if (shown) void unmount(shown);
  shown = null;
  say({ call: null, recording: null, phase: 'empty' });
  transcript.show(null);
  document.getSelection()?.removeAllRanges();
  stop();
});

describe('a change of the active turn', () => {
  it('touches two rows of a long transcript and nothing else', () => {
    show(callWith(turns(3_000)));
    say({ turn: 3, position_ms: 9_000 });
    const touched: MutationRecord[] = [];
    const observer = new MutationObserver((records) => touched.push(...records));
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    say({ turn: 4, position_ms: 12_000 });
    touched.push(...observer.takeRecords());
    observer.disconnect();
    const rows = new Set(touched.map((record) => record.target));
    expect([...rows], 'only the row that was active and the row that is').toEqual(
      expect.arrayContaining([row(3), row(4)]),
    );
    expect(rows.size, [...rows].map((node) => (node as Element).className).join(', ')).toBe(2);
    expect(touched.every((record) => record.type === 'attributes'), 'no node comes or goes').toBe(true);
    expect(current()).toEqual(['4']);
  });

  it('touches nothing while only the position moves', () => {
    show(callWith(turns(3_000)));
    say({ turn: 3, position_ms: 9_000 });
    const observer = new MutationObserver(() => {});
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    say({ turn: 3, position_ms: 9_120 });
    say({ turn: 3, position_ms: 9_240 });
    expect(observer.takeRecords()).toHaveLength(0);
    observer.disconnect();
  });

  it('mounts a screenful of rows, not three thousand', () => {
    show(callWith(turns(3_000)));
    expect(document.querySelectorAll('.turn').length).toBeLessThan(100);
    expect(row(0)?.getAttribute('aria-setsize'), 'a screen reader knows how many there are').toBe('3000');
  });
});

describe('the highlight', () => {
  it('is never shown where there are no times, whatever the player says', () => {
    show(callWith(untimed(20)));
    say({ turn: 2, position_ms: 9_000 });
    expect(current(), 'a highlight would be invented').toEqual([]);
    expect(document.querySelector('.time'), 'there is no column for times that do not exist').toBeNull();
    expect(document.querySelector('.live'), 'nothing is shaded as played or to come').toBeNull();
    expect(document.body.textContent).toContain('This transcript has no times');
  });

  it('belongs to the call that is heard, not to the one that is read', () => {
    show(callWith(turns(20), 'call-7'));
    say({ call: 'call-0', turn: 2, position_ms: 6_000 });
    expect(current()).toEqual([]);
    say({ call: 'call-7', turn: 2, position_ms: 6_000 });
    expect(current()).toEqual(['2']);
  });

  it('says when times are estimated', () => {
    show(callWith(turns(20, () => ({ timing: 'estimated' }))));
    expect(document.body.textContent).toContain('Times are estimated');
  });

  it('follows the words where they have times, without changing the text', () => {
    const words = ['Hello', 'there,', 'friend.'].map((text, at) => ({ text, start_ms: at * 100, end_ms: at * 100 + 90 }));
    show(callWith(turns(3, (at) => (at === 1 ? { text: 'Hello there, friend.', words } : {}))));
    expect(row(1)?.querySelectorAll('.said span'), 'one text node before it is spoken').toHaveLength(0);
    say({ turn: 1, word: 1, position_ms: 3_100 });
    expect(row(1)?.querySelector('.now')?.textContent).toBe('there,');
    expect(row(1)?.querySelector('.said')?.textContent).toBe('Hello there, friend.');
    const first = row(1)?.querySelector('.said span');
    say({ turn: 2, position_ms: 6_100 });
    expect(row(1)?.querySelector('.now')).toBeNull();
    expect(row(1)?.querySelector('.said span'), 'a selection in it survives').toBe(first);
  });
});

describe('choosing a turn', () => {
  it('by a click seeks there and plays', () => {
    show(callWith(turns(20)));
    say({ phase: 'paused', turn: 0 });
    click(row(5)?.querySelector('.said') ?? null);
    expect(playerCommands()).toEqual([{ do: 'seek', to_ms: 15_000 }, { do: 'play' }]);
  });

  it('by Enter after moving with the arrow keys', () => {
    show(callWith(turns(20)));
    say({ turn: 0 });
    const list = document.querySelector('ol');
    row(0)?.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
    press(list, 'ArrowDown');
    press(list, 'ArrowDown');
    press(list, 'ArrowUp');
    expect(row(1)?.tabIndex, 'one row can be reached with Tab').toBe(0);
    expect(document.querySelectorAll('.turn[tabindex="0"]')).toHaveLength(1);
    press(list, 'Enter');
    expect(playerCommands()).toEqual([{ do: 'seek', to_ms: 3_000 }]);
  });

  it('opens the recording at that moment if another call is in the player', () => {
    show(callWith(turns(20), 'call-7'));
    say({ call: 'call-0', turn: 0 });
    click(row(4));
    expect(asked.find((one) => one.name === 'open_recording')?.args).toEqual({ call: 'call-7', at_ms: 12_000, play: true });
  });

  it('does not happen while text is being selected, nor by the click that takes the selection away', () => {
    show(callWith(turns(20)));
    say({ turn: 0 });
    const said = row(5)?.querySelector('.said') ?? document.body;
    document.getSelection()?.selectAllChildren(said);
    click(said);
    said.dispatchEvent(new MouseEvent('pointerdown', { bubbles: true }));
    document.getSelection()?.removeAllRanges();
    click(said);
    expect(playerCommands()).toEqual([]);
    click(said);
    expect(playerCommands(), 'the next click is a click again').toHaveLength(1);
  });

  it('does nothing where the turn has no time', () => {
    show(callWith(untimed(20)));
    click(row(5));
    expect(asked).toEqual([]);
  });
});

describe('finding', () => {
  it('marks every hit, counts them and walks around', () => {
    show(callWith(turns(6)));
    transcript.openFind();
    transcript.find('CAFE');
    flushSync();
    expect(document.querySelectorAll('mark'), 'this engine has no ranges; the rows draw the marks').toHaveLength(6);
    expect(document.querySelector('mark')?.textContent).toBe('café');
    expect(transcript.findWords).toBe('1 of 6');
    transcript.nextHit(-1);
    expect(transcript.findWords).toBe('6 of 6');
    transcript.nextHit(1);
    expect(transcript.findWords).toBe('1 of 6');
    transcript.closeFind();
    flushSync();
    expect(document.querySelectorAll('mark')).toHaveLength(0);
  });

  it('gives the keyboard back to the turns when it is left', async () => {
    show(callWith(turns(6)));
    transcript.openFind();
    flushSync();
    await tick();
    await tick();
    const field = document.querySelector<HTMLInputElement>('[aria-label="Find in this transcript"]');
    expect(document.activeElement, 'typing goes into the field').toBe(field);
    transcript.find('café');
    transcript.nextHit(1);
    press(field, 'Escape');
    expect(document.querySelector('search'), 'the bar is gone').toBeNull();
    expect(document.activeElement, 'the turn of the last hit has the keyboard').toBe(row(1));
  });

  it('arrives from a search with the same words marked, whether the call is shown already or later', () => {
    transcript.expect('call-0', { turn: 2, words: ['refund'] });
    show(callWith(turns(6)));
    expect(document.querySelectorAll('mark')).toHaveLength(6);
    expect(transcript.findWords, 'the hit of the turn that was chosen').toBe('3 of 6');
    expect(transcript.cursor).toBe(2);
  });

  it('lets the words go with the call they belong to', () => {
    transcript.expect('call-9', { turn: 2, words: ['refund'] });
    show(callWith(turns(6)));
    expect(document.querySelectorAll('mark'), 'another call was shown').toHaveLength(0);
  });
});

describe('what is not speech', () => {
  it('is hidden if it comes from the system, until asked for, and set back if it is a tool', () => {
    show(callWith(turns(6, (at) => ({ role: at === 0 ? 'system' : at === 3 ? 'tool' : 'agent' }))));
    expect(row(0)).toBeNull();
    expect(row(3)?.classList.contains('aside')).toBe(true);
    const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.includes('system note'));
    click(button ?? null);
    expect(row(0)?.classList.contains('aside'), 'shown as a note, not as speech').toBe(true);
    transcript.showSystem = false;
  });
});

describe('without turns', () => {
  it('says so, and what can be done', () => {
    show({ ...callWith([]), transcript: null });
    expect(document.body.textContent).toContain('No transcript');
    expect(document.body.textContent).toContain('You can still listen');
  });

  it('waits quietly for a call that is being read', () => {
    show(null);
    expect(document.querySelector('[role="status"]')?.getAttribute('aria-label')).toBe('The transcript is being read');
  });
});
