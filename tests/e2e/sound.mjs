// A sound card for a machine that has none, and an ear: a PulseAudio server with a null sink whose monitor is recorded.
//
// The recording knows when each of its samples was heard. The null sink mixes one block ahead of its clock and hands it over at
// once; after that a block can only come late. So the earliest arrival over the whole recording, plus one block, is the moment.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './until.mjs';

const RATE = 16_000;
const BLOCK_MS = 20;

export class SoundCard {
  #server;
  #env;

  /** Starts the server; its socket goes into `folder`. `base` is the environment to add to. */
  static async start(folder, base) {
    const card = new SoundCard();
    const socket = join(folder, 'sound');
    card.#env = { ...base, PULSE_SERVER: `unix:${socket}` };
    const modules = ['-L', 'module-null-sink sink_name=ear rate=48000 channels=2',
      '-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`];
    card.#server = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disallow-exit',
      '--high-priority=no', '--realtime=no', ...modules], { env: card.#env, stdio: 'ignore' });
    const answers = () => spawnSync('pactl', ['info'], { env: card.#env, stdio: 'ignore' }).status === 0;
    await until('the sound server answers', answers, 10_000);
    return card;
  }

  /** What a program needs in its environment to be heard. */
  get environment() {
    return this.#env;
  }

  /** Begins to listen, and gives the ear once sound (or silence) flows. */
  async listen() {
    const ear = new Ear(this.#env);
    await until('the monitor delivers', () => ear.seconds > 0.2, 20_000);
    return ear;
  }

  async stop() {
    this.#server.kill('SIGKILL');
    if (this.#server.exitCode === null && this.#server.signalCode === null) await once(this.#server, 'exit');
  }
}

/** A running recording of everything that is played. */
class Ear {
  #recorder;
  #blocks = [];
  #length = 0;
  #zero = Infinity;

  constructor(env) {
    this.#recorder = spawn('parec', ['-d', 'ear.monitor', `--rate=${RATE}`, '--channels=1', '--format=s16le', `--latency-msec=${BLOCK_MS}`,
      '--raw'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let rest = Buffer.alloc(0);
    this.#recorder.stdout.on('data', (data) => {
      const now = performance.timeOrigin + performance.now();
      const bytes = Buffer.concat([rest, data]);
      const whole = bytes.length - (bytes.length % 2);
      rest = bytes.subarray(whole);
      const block = new Float32Array(whole / 2);
      for (let at = 0; at < block.length; at++) block[at] = bytes.readInt16LE(at * 2) / 32768;
      this.#blocks.push(block);
      this.#length += block.length;
      this.#zero = Math.min(this.#zero, now - (this.#length * 1000) / RATE);
    });
  }

  /** How much was recorded so far. */
  get seconds() {
    return this.#length / RATE;
  }

  /** Whether something was heard within the last `ms`. */
  hears(ms = 300) {
    const { samples } = this.recording();
    return samples.subarray(-Math.round((ms * RATE) / 1000)).some((sample) => Math.abs(sample) > 0.02);
  }

  /** What was heard so far, and when: `zero` is the moment of its first sample, in milliseconds since 1970. */
  recording() {
    const samples = new Float32Array(this.#length);
    let at = 0;
    for (const block of this.#blocks) {
      samples.set(block, at);
      at += block.length;
    }
    this.#blocks = [samples];
    return { rate: RATE, samples, zero: this.#zero + BLOCK_MS };
  }

  async stop() {
    this.#recorder.kill();
    if (this.#recorder.exitCode === null && this.#recorder.signalCode === null) await once(this.#recorder, 'exit');
    return this.recording();
  }
}
