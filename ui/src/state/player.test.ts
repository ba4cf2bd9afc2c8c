import { beforeEach, describe, expect, it } from 'vitest';
import type { Answer, AppEvent, Args, Backend, Command } from '../bridge/backend';
import { callAt, rowAt } from '../bridge/fake/calls';
import type { PlayerState } from '../bridge/generated';
import { PlayerController } from './player.svelte';

/** An application whose answers the test gives when it likes. */
class Scripted implements Backend {
  asked: { name: Command; args: unknown; answer: (value: unknown) => void; fail: (why: unknown) => void }[] = [];
  private hear: ((event: AppEvent) => void) | null = null;

  call<K extends Command>(name: K, args: Args<K>): Promise<Answer<K>> {
    return new Promise<Answer<K>>((resolve, reject) => {
      this.asked.push({ name, args, answer: (value) => resolve(value as Answer<K>), fail: reject });
    });
  }
  listen(handler: (event: AppEvent) => void): () => void {
    this.hear = handler;
    return () => (this.hear = null);
  }
  say(state: Partial<PlayerState>): void {
    this.hear?.({ event: 'player', data: { ...BASE, ...state } });
  }
  get commands(): unknown[] {
    return this.asked.filter((one) => one.name === 'player').map((one) => one.args);
  }
}

const NOW = Date.UTC(2025, 10, 12);
const BASE: PlayerState = {
  call: 'call-0',
  recording: 'rec-0',
  phase: 'playing',
  position_ms: 0,
  duration_ms: 100_000,
  speed: 1,
  volume: 0.8,
  turn: 0,
  word: null,
  problem: null,
};

let app: Scripted;
let now: number;
let player: PlayerController;

beforeEach(() => {
  app = new Scripted();
  now = 0;
  player = new PlayerController(app, () => now);
  player.start();
});

const settled = async (): Promise<void> => {
  for (let i = 0; i < 4; i++) await Promise.resolve();
};

describe('opening a recording', () => {
  it('ignores the answer of a wish that a later one has overtaken', async () => {
    const first = player.open(rowAt(1, NOW), { play: true });
    const second = player.open(rowAt(2, NOW), { play: true });
    app.asked[1]?.answer({});
    expect(await second).toBe(true);
    app.asked[0]?.fail({ code: 'no_audio', message: 'Gone.' });
    expect(await first, 'nobody waits for the first one any more').toBe(false);
    expect(player.failure, 'its failure concerns nobody').toBeNull();
    expect(player.row?.id).toBe('call-2');
  });

  it('says why it failed and tries again when asked', async () => {
    const opened = player.open(rowAt(1, NOW), { play: true, atMs: 1_234.6 });
    app.asked[0]?.fail({ code: 'unreachable', message: 'The folder is gone.' });
    expect(await opened).toBe(false);
    expect(player.opening).toBeNull();
    expect(player.failure?.code).toBe('unreachable');
    player.retry();
    expect(player.failure, 'the words go with the next try').toBeNull();
    expect(app.asked[1]?.args).toEqual({ call: 'call-1', play: true, at_ms: 1_235 });
  });

  it('learns about a call somebody else opened, and not about one that has gone again', async () => {
    app.say({ call: 'call-5' });
    app.say({ call: 'call-6' });
    const [five, six] = app.asked.filter((one) => one.name === 'show_call');
    six?.answer(callAt(6, NOW));
    await settled();
    five?.answer(callAt(5, NOW));
    await settled();
    expect(player.view?.row.id, 'the late answer about call-5 is dropped').toBe('call-6');
  });
});

describe('commands', () => {
  beforeEach(() => app.say({ position_ms: 10_000 }));

  it('shows a seek at once and keeps it against older reports, with the turn they bring', () => {
    const jumps = player.jumps;
    player.command({ do: 'seek', to_ms: 50_000 });
    expect(player.positionNow()).toBe(50_000);
    expect(player.jumps, 'the bar must be painted').toBeGreaterThan(jumps);
    app.say({ position_ms: 10_090, turn: 3 });
    expect(player.positionNow(), 'the report is older than the seek').toBe(50_000);
    expect(player.state.turn, 'so is its turn').toBe(0);
    app.say({ position_ms: 50_020, turn: 9 });
    expect(player.state.turn).toBe(9);
  });

  it('adds skips that follow each other quickly', () => {
    player.command({ do: 'skip', by_ms: -5_000 });
    player.command({ do: 'skip', by_ms: -3_000 });
    expect(player.positionNow()).toBe(2_000);
    expect(app.commands).toEqual([
      { do: 'skip', by_ms: -5_000 },
      { do: 'skip', by_ms: -3_000 },
    ]);
  });

  it('steps through the speeds and back to normal', () => {
    player.nudgeSpeed(1);
    expect(player.state.speed).toBe(1.25);
    app.say({ position_ms: 10_000, speed: 3 });
    player.nudgeSpeed(1);
    expect(player.state.speed, 'there is nothing faster').toBe(3);
    player.nudgeSpeed(-1);
    expect(player.state.speed).toBe(2.5);
    player.resetSpeed();
    expect(app.commands.at(-1)).toEqual({ do: 'speed', to: 1 });
  });

  it('gives the sound back as loud as it was', () => {
    player.toggleMute();
    expect(player.state.volume).toBe(0);
    player.toggleMute();
    expect(player.state.volume).toBe(0.8);
  });

  it('plays from a place in the open call, and opens another call there', () => {
    app.say({ position_ms: 10_000, phase: 'paused' });
    player.playFrom(rowAt(0, NOW), 7_000);
    expect(app.commands).toEqual([{ do: 'seek', to_ms: 7_000 }, { do: 'play' }]);
    player.playFrom(rowAt(3, NOW), 9_000);
    expect(app.asked.at(-1)).toMatchObject({ name: 'open_recording', args: { call: 'call-3', at_ms: 9_000, play: true } });
  });
});

describe('reports', () => {
  it('are no jumps while the sound simply goes on', () => {
    app.say({ position_ms: 10_000 });
    const jumps = player.jumps;
    for (let tick = 1; tick <= 20; tick++) {
      now += 100;
      app.say({ position_ms: 10_000 + tick * 100 + ((tick * 37) % 60) - 30 });
    }
    expect(player.jumps, 'nothing is to be painted out of turn').toBe(jumps);
  });

  it('stop the clock while nothing is heard', () => {
    app.say({ position_ms: 10_000, problem: { code: 'device_lost', message: 'The headset is gone.' } });
    now += 5_000;
    expect(player.running).toBe(false);
    expect(player.positionNow(), 'no sound, no movement').toBe(10_000);
  });
});
