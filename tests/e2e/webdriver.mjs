// The W3C WebDriver protocol in plain HTTP calls, spoken to WebKitWebDriver, which starts the window itself.
//
// Tauri opens its webview to automation when TAURI_WEBVIEW_AUTOMATION is set; nothing else is needed between the two.
// The driver holds one session. Ending the session closes the window; a driver that is killed leaves it behind, so
// `Window.close` must run in every case.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { until } from './until.mjs';

const execute = promisify(execFile);
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Key codes of the protocol, by the names the product uses. */
export const KEY = {
  Enter: '\uE007', Escape: '\uE00C', Backspace: '\uE003', Tab: '\uE004', Space: ' ',
  Up: '\uE013', Down: '\uE015', Left: '\uE012', Right: '\uE014', Ctrl: '\uE009', Shift: '\uE008', Home: '\uE011', End: '\uE010',
};

async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A window of the application under test. */
export class Window {
  #driver;
  #base;
  #session;

  /** Starts the program with its arguments and environment, and waits until its page stands. */
  static async open(program, args, env, log) {
    const window = new Window();
    const port = await freePort();
    const environment = { ...env, TAURI_AUTOMATION: 'true', TAURI_WEBVIEW_AUTOMATION: 'true' };
    window.#driver = spawn('WebKitWebDriver', [`--port=${port}`], { env: environment, stdio: ['ignore', log, log] });
    window.#driver.on('error', (error) => (window.#driver.failed = error));
    window.#base = `http://127.0.0.1:${port}`;
    try {
      await until('WebKitWebDriver answers', async () => {
        if (window.#driver.failed) throw window.#driver.failed;
        return (await window.#call('GET', '/status')).ready;
      });
      const wanted = { 'webkitgtk:browserOptions': { binary: program, args } };
      const session = await window.#call('POST', '/session', { capabilities: { alwaysMatch: wanted } });
      window.#session = `/session/${session.sessionId}`;
      await window.#call('POST', `${window.#session}/timeouts`, { script: 20_000 });
    } catch (error) {
      await window.close();
      throw error;
    }
    return window;
  }

  /** Ends the session, which closes the window, and the driver. */
  async close() {
    if (this.#session) await this.#call('DELETE', this.#session).catch(() => {});
    this.#session = undefined;
    if (this.#driver.exitCode === null && !this.#driver.failed) {
      this.#driver.kill();
      await once(this.#driver, 'exit');
    }
  }

  /** Runs a function in the page with JSON arguments and gives its JSON result. */
  evaluate(work, ...args) {
    return this.#call('POST', `${this.#session}/execute/sync`, { script: `return (${work}).apply(null, arguments)`, args });
  }

  /** The element a function of the page gives, or null. */
  async element(work, ...args) {
    const found = await this.evaluate(work, ...args);
    return found?.[ELEMENT] ? new Element(this, found[ELEMENT]) : null;
  }

  /** Presses keys one after the other; `[KEY.Ctrl, 'k']` is a chord. */
  async press(...keys) {
    const actions = [];
    for (const key of keys) {
      const chord = [key].flat();
      actions.push(...chord.map((value) => ({ type: 'keyDown', value })));
      actions.push(...chord.toReversed().map((value) => ({ type: 'keyUp', value })));
    }
    await this.#call('POST', `${this.#session}/actions`, { actions: [{ type: 'key', id: 'keys', actions }] });
    await this.#call('DELETE', `${this.#session}/actions`);
  }

  /** Clicks an element while a key is held. */
  async clickHolding(key, element) {
    const pause = { type: 'pause', duration: 0 };
    const origin = { [ELEMENT]: element.id };
    const pointer = [pause, { type: 'pointerMove', origin, x: 0, y: 0 }, { type: 'pointerDown', button: 0 }, { type: 'pointerUp', button: 0 }, pause];
    const keys = [{ type: 'keyDown', value: key }, pause, pause, pause, { type: 'keyUp', value: key }];
    await this.#call('POST', `${this.#session}/actions`, {
      actions: [{ type: 'key', id: 'keys', actions: keys }, { type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions: pointer }],
    });
    await this.#call('DELETE', `${this.#session}/actions`);
  }

  /** Types text where the focus is. */
  type(text) {
    return this.press(...text);
  }

  /** Saves a picture of the window as the display shows it, with its menu; the driver's own pictures sometimes never come. */
  async picture(path) {
    const painted = (done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
    await this.#call('POST', `${this.#session}/execute/async`, { script: `(${painted}).apply(null, arguments)`, args: [] });
    await execute('import', ['-window', 'Turnstone', '+repage', path]);
  }

  /** A command on an element; for `Element`. */
  onElement(id, method, what, body) {
    return this.#call(method, `${this.#session}/element/${id}/${what}`, body);
  }

  async #call(method, path, body) {
    const response = await fetch(this.#base + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = await response.json();
    if (value?.error) throw new Error(`${method} ${path.replace(/[0-9a-f-]{36}/g, '…')}: ${value.error}: ${value.message}`);
    return value;
  }
}

/** An element of the page. */
export class Element {
  #window;
  #id;

  constructor(window, id) {
    this.#window = window;
    this.#id = id;
  }

  /** Its name in the protocol. */
  get id() {
    return this.#id;
  }

  click() {
    return this.#window.onElement(this.#id, 'POST', 'click', {});
  }

  /** Types into it, after what is there. */
  type(text) {
    return this.#window.onElement(this.#id, 'POST', 'value', { text });
  }

  clear() {
    return this.#window.onElement(this.#id, 'POST', 'clear', {});
  }

  text() {
    return this.#window.onElement(this.#id, 'GET', 'text');
  }

  attribute(name) {
    return this.#window.onElement(this.#id, 'GET', `attribute/${name}`);
  }
}
