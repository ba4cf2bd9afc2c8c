// A sound card for a machine that has none, and an ear: a PulseAudio server with a null sink whose monitor is recorded.
//
// The recording knows when each of its samples was heard. The null sink mixes one block ahead of its clock and hands it over at
// once; after that a block can only come late. So the earliest arrival over the whole recording, plus one block, is the moment.
// How long a block is follows from what those who play ask for; the server tells.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.mjs';

const RATE = 16_000;
const FRAGMENT_MS = 20;

export class SoundCard {
  #server;
  #env;
  #socket;
  #log;

  /** Starts the server; its socket goes into `folder`. `base` is the environment to add to. */
  static async start(folder, base, log) {
    const card = new SoundCard();
    card.#socket = join(folder, 'sound');
    card.#log = log;
    // The server lets everybody in, but still hangs up on who shows no cookie at all.
    const cookie = join(folder, 'cookie');
    await writeFile(cookie, Buffer.alloc(256));
    card.#env = { ...base, PULSE_SERVER: `unix:${card.#socket}`, PULSE_COOKIE: cookie };
    await card.restart();
    return card;
  }

  /** Starts the server again after `stop`. */
  async restart() {
    await rm(this.#socket, { force: true });
    const modules = ['-L', 'module-null-sink sink_name=ear rate=48000 channels=2',
      '-L', `module-native-protocol-unix auth-anonymous=1 socket=${this.#socket}`];
    this.#server = spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disallow-exit',
      '--high-priority=no', '--realtime=no', '--log-target=stderr', ...modules], { env: this.#env, stdio: ['ignore', this.#log, this.#log] });
    const answers = () => spawnSync('pactl', ['info'], { env: this.#env, stdio: 'ignore' }).status === 0;
    await until('the sound server answers', answers, 10_000);
  }

  /** The server's process. */
  get pid() {
    return this.#server.pid;
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
  #env;
  #ahead = 0;

  constructor(env) {
    this.#env = env;
    this.#recorder = spawn('parec', ['-d', 'ear.monitor', `--rate=${RATE}`, '--channels=1', '--format=s16le', `--latency-msec=${FRAGMENT_MS}`,
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
    return { rate: RATE, samples, zero: this.#zero + this.#ahead };
  }

  async stop() {
    if (!this.#recorder.killed) this.#ahead = blockOf(this.#env);
    this.#recorder.kill();
    if (this.#recorder.exitCode === null && this.#recorder.signalCode === null) await once(this.#recorder, 'exit');
    return this.recording();
  }
}

/** How far ahead of its clock the null sink mixes, in milliseconds. */
function blockOf(env) {
  const { stdout } = spawnSync('pactl', ['list', 'sinks'], { env: { ...env, LC_ALL: 'C' }, encoding: 'utf8' });
  const [, micros] = /configured (\d+) usec/.exec(stdout) ?? [];
  if (micros === undefined) throw new Error('the sound server does not say how far it mixes ahead');
  return Number(micros) / 1000;
}
