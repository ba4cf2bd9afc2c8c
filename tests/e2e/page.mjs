// Finding things in the window the way a screen reader names them: by role and name. Every name the tests rely on is here.
import { until } from './until.mjs';

/** Roles that elements have without saying so. Runs in the page. */
function byRole(role, name, within) {
  const native = {
    button: 'button, summary', textbox: 'input:is([type=text], [type=url], [type=email], [type=password], :not([type])), textarea', searchbox: 'input[type=search]',
    slider: 'input[type=range]', checkbox: 'input[type=checkbox]', radio: 'input[type=radio]', combobox: 'select', option: 'option', link: 'a[href]',
    dialog: 'dialog[open]', heading: 'h1, h2, h3, h4', list: 'ul, ol', listitem: 'li', navigation: 'nav', main: 'main',
  };
  const root = within ? document.querySelector(within) : document;
  if (!root) return null;
  const selector = [`[role=${role}]`, native[role]].filter(Boolean).join(', ');
  const nameOf = (element) => {
    const by = element.getAttribute('aria-labelledby');
    const referred = by && by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
    const label = element.labels?.[0]?.textContent;
    const text = element.getAttribute('aria-label') ?? referred ?? label ?? element.textContent.trim();
    return (text || element.getAttribute('placeholder') || element.getAttribute('title') || '').replace(/\s+/g, ' ').trim();
  };
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
  const wanted = new RegExp(name, 'i');
  const implied = (element) => element.getAttribute('role') === null || element.getAttribute('role') === role;
  return [...root.querySelectorAll(selector)].find((e) => implied(e) && shown(e) && wanted.test(nameOf(e))) ?? null;
}

/** The window in the users' words. */
export class Page {
  constructor(window) {
    this.window = window;
  }

  /** Waits for the element with a role and a name (a regular expression) and gives it. */
  find(role, name, within = null) {
    return until(`there is a ${role} named ${name}`, () => this.window.element(byRole, role, name, within));
  }

  /** Whether there is one now. */
  has(role, name, within = null) {
    return this.window.element(byRole, role, name, within).then(Boolean);
  }

  /** The text of a part of the window. */
  text(within) {
    return this.window.evaluate((where) => document.querySelector(where)?.innerText ?? '', within);
  }

  /** Gives the application a command as the window's own code would, and the answer. */
  command(name, args) {
    const work = (command, values) => window.__TAURI_INTERNALS__.invoke('call', { command, args: values });
    return this.window.evaluate(work, name, args);
  }

  /** The calls in view in the list, top to bottom, as the text of their rows. */
  calls() {
    return this.window.evaluate(() =>
      [...document.querySelectorAll('[aria-label=Calls] [role=option]')]
        .toSorted((a, b) => a.ariaPosInSet - b.ariaPosInSet)
        .map((row) => row.innerText.replace(/\s+/g, ' ').trim()));
  }

  /** How many calls the list says it has. */
  callCount() {
    return this.window.evaluate(() =>
      Number(document.querySelector('[aria-label=Calls] [role=option]')?.getAttribute('aria-setsize') ?? 0));
  }

  /** The row of the list whose text matches. */
  call(text) {
    const row = (wanted) => [...document.querySelectorAll('[aria-label=Calls] [role=option]')].find((e) =>
      new RegExp(wanted).test(e.innerText.replace(/\s+/g, ' '))) ?? null;
    return until(`the list shows a call with ${text}`, () => this.window.element(row, text));
  }

  /** The turns a search has found, as far as they are in view. */
  hits() {
    return this.window.evaluate(() =>
      [...document.querySelectorAll('[aria-label="Turns found"] [role=option]')].map((hit) => hit.innerText.replace(/\s+/g, ' ').trim()));
  }

  /** The turns in view: index, text, and whether it is the one being spoken. */
  turns() {
    return this.window.evaluate(() =>
      [...document.querySelectorAll('[aria-label=Turns] [data-turn]')].map((turn) => ({
        index: Number(turn.dataset.turn), text: turn.querySelector('.said')?.textContent.trim() ?? turn.textContent.trim(),
        active: turn.getAttribute('aria-current') === 'true',
      })));
  }

  /** The index of the highlighted turn, or null. */
  activeTurn() {
    return this.window.evaluate(() => {
      const active = document.querySelector('[aria-label=Turns] [data-turn][aria-current=true]');
      return active ? Number(active.dataset.turn) : null;
    });
  }

  /** One turn's element, by its index. */
  turn(index) {
    const find = (wanted) => document.querySelector(`[aria-label=Turns] [data-turn][data-turn="${wanted}"]`);
    return until(`turn ${index} is in view`, () => this.window.element(find, index));
  }

  /** Begins to write down every change of the highlighted turn and the frame that shows it. */
  watchHighlight() {
    return this.window.evaluate(() => {
      window.highlightLog = [];
      let last;
      const note = () => {
        const active = document.querySelector('[aria-label=Turns] [data-turn][aria-current=true]');
        const index = active ? Number(active.dataset.turn) : null;
        if (last === index) return;
        last = index;
        requestAnimationFrame(() => window.highlightLog.push({ at: performance.timeOrigin + performance.now(), index }));
      };
      note();
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributeFilter: ['aria-current'] });
    });
  }

  /** What was written down: `{ at, index }`, `at` in milliseconds since 1970. */
  highlightLog() {
    return this.window.evaluate(() => window.highlightLog);
  }

  /** Whether the player says it is playing: its button then offers to pause. */
  playing() {
    return this.has('button', '^pause$', '[aria-label=Player]');
  }

  /** The position the player shows, in milliseconds but to the second; null while nothing is open. */
  position() {
    return this.window.evaluate(() => {
      const shown = document.querySelector('[aria-label=Player] .clock .now')?.textContent;
      return shown ? shown.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000 : null;
    });
  }
}
