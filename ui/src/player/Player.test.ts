// @vitest-environment jsdom
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect, type Answer, type AppEvent, type Args, type Backend, type Command } from '../bridge/backend';
import type { Fault } from '../bridge/fault';
import { callAt } from '../bridge/fake/calls';
import type { PlayerState } from '../bridge/generated';
import { player } from '../state/player.svelte';
import Player from './Player.svelte';

const NOW = Date.UTC(2025, 10, 12);
let asked: { name: Command; args: unknown }[] = [];
let fault: Fault | null = null;
let hear: (event: AppEvent) => void = () => {};
let shown: Record<string, unknown> | null = null;
let stop: () => void = () => {};

const application: Backend = {
  call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    asked.push({ name, args });
    if (fault && name === 'open_recording') return Promise.reject(fault);
    return Promise.resolve((name === 'show_call' ? callAt(0, NOW) : {}) as Answer<K>);
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
      phase: 'paused',
      position_ms: 0,
      duration_ms: 161_000,
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

function show(props: Record<string, unknown> = {}): void {
  shown = mount(Player, { target: document.body, props });
  flushSync();
}

const named = (name: string): HTMLElement | null => document.querySelector(`[aria-label="${name}"]`);
const clock = (): string => document.querySelector('.clock')?.textContent?.replace(/\s+/g, ' ').trim() ?? '';

beforeEach(() => {
  connect(application);
  stop = player.start();
  asked = [];
  fault = null;
});

afterEach(() => {
  vi.useRealTimers();
  if (shown) void unmount(shown);
  shown = null;
  player.dismiss();
  say({ call: null, recording: null, phase: 'empty', duration_ms: 0 });
  stop();
});

describe('the player bar', () => {
  it('says what to do while nothing is open', () => {
    show();
    expect(document.body.textContent).toContain('Choose a call to listen to it');
    expect(named('Play')?.hasAttribute('disabled')).toBe(true);
  });

  it('plays the call on the screen when nothing is open yet', () => {
    const call = callAt(0, NOW);
    show({ shown: call });
    named('Play')?.click();
    expect(asked[0]).toEqual({ name: 'open_recording', args: { call: call.row.id, play: true } });
  });

  it('shows position and length, and says them to a screen reader', () => {
    show();
    say({ position_ms: 64_000 });
    expect(clock()).toBe('1:04 / 2:41');
    expect(named('Position')?.getAttribute('aria-valuetext')).toBe('1 minute 4 seconds of 2 minutes 41 seconds');
  });

  it('paints once a second while playing, and rests when paused', () => {
    vi.useFakeTimers();
    show();
    say({ phase: 'playing', position_ms: 0 });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    vi.advanceTimersByTime(10_000);
    flushSync();
    expect(clock(), 'the clock goes on between reports').toContain('0:10');
    expect(timers.mock.calls.length, 'one timer for each painting').toBeLessThanOrEqual(12);
    say({ phase: 'paused', position_ms: 10_000 });
    expect(vi.getTimerCount(), 'a paused player costs nothing').toBe(0);
  });

  it('goes to the call it plays when its label is chosen', () => {
    const onshow = vi.fn();
    show({ onshow });
    say({});
    document.querySelector<HTMLElement>('button.label')?.click();
    expect(onshow).toHaveBeenCalledWith('call-0');
  });

  it('moves with the keyboard', () => {
    show();
    say({ position_ms: 60_000 });
    const press = (key: string, shiftKey = false) =>
      named('Position')?.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }));
    press('ArrowRight');
    press('ArrowLeft', true);
    press('Home');
    expect(asked.filter((one) => one.name === 'player').map((one) => one.args)).toEqual([
      { do: 'skip', by_ms: 5_000 },
      { do: 'skip', by_ms: -1_000 },
      { do: 'seek', to_ms: 0 },
    ]);
  });

  it('says why a recording did not open, with the next step', async () => {
    fault = { code: 'unreachable', message: 'The folder /calls is not there.' };
    show({ shown: callAt(0, NOW) });
    named('Play')?.click();
    await vi.waitFor(() => expect(player.failure).not.toBeNull());
    flushSync();
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('The folder /calls is not there.');
    fault = null;
    const again = [...document.querySelectorAll('button')].find((one) => one.textContent?.includes('Try again'));
    again?.click();
    flushSync();
    expect(asked.filter((one) => one.name === 'open_recording')).toHaveLength(2);
    expect(document.querySelector('[role="alert"]')).toBeNull();
  });

  it('says in words that there is no sound, and keeps its place', () => {
    show();
    say({ phase: 'playing', position_ms: 9_000, problem: { code: 'no_device', message: 'No sound output. Connect a headset.' } });
    expect(document.body.textContent).toContain('No sound output. Connect a headset.');
    expect(clock()).toBe('0:09 / 2:41');
  });
});
