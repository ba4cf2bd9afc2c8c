'use strict';
(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const follow = find('#follow');
  const filter = find('#filter');
  const found = find('#found');
  const indexes = new WeakMap();
  let current = null;
  let active = null;
  let ticking = false;
  find('.tools').hidden = false;

  // The timed turns of a call in order of their start.
  function spansOf(call) {
    let spans = indexes.get(call);
    if (!spans) {
      spans = all('.turn[data-s]', call).map((turn, place) => ({
        turn,
        place,
        start: Number(turn.dataset.s),
        end: 'e' in turn.dataset ? Number(turn.dataset.e) : Infinity,
      }));
      spans.sort((a, b) => a.start - b.start || a.place - b.place);
      indexes.set(call, spans);
    }
    return spans;
  }

  // The last turn that has started and has not ended.
  function turnAt(call, ms) {
    const spans = spansOf(call);
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle].start <= ms) low = middle + 1;
      else high = middle;
    }
    const span = spans[low - 1];
    return span && ms < Math.max(span.end, span.start + 1) ? span.turn : null;
  }

  function show(audio) {
    const ms = Math.round(audio.currentTime * 1000) + Number(audio.dataset.offset);
    const turn = turnAt(audio.closest('.call'), ms);
    if (turn === active) return;
    active?.classList.remove('active');
    active?.removeAttribute('aria-current');
    active = turn;
    if (!turn) return;
    turn.classList.add('active');
    turn.setAttribute('aria-current', 'true');
    if (follow.checked && !audio.paused) reveal(turn);
  }

  function reveal(turn) {
    const box = turn.getBoundingClientRect();
    const top = find('header').getBoundingClientRect().bottom + 24;
    if (box.top >= top && box.bottom <= innerHeight - 48) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    turn.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
  }

  function tick() {
    ticking = Boolean(current && !current.paused && !current.ended);
    if (!ticking) return;
    show(current);
    requestAnimationFrame(tick);
  }

  // Media events do not bubble, so they are caught on their way down.
  const on = (event, act) =>
    document.addEventListener(event, (e) => e.target instanceof HTMLMediaElement && act(e.target), true);
  on('play', (audio) => {
    if (current && current !== audio) current.pause();
    current = audio;
  });
  on('playing', () => ticking || tick());
  on('timeupdate', show);
  on('seeked', show);
  on('error', (audio) => audio.parentElement.classList.add('unplayable'));

  function seek(audio, ms) {
    const seconds = Math.max(0, ms - Number(audio.dataset.offset)) / 1000;
    const go = () => {
      audio.currentTime = seconds;
    };
    if (audio.readyState > 0) go();
    else audio.addEventListener('loadedmetadata', go, { once: true });
    void audio.play().catch(() => {});
  }

  // The recording in which a moment lies: the last one that has begun by then.
  function audioAt(call, ms) {
    const audios = all('audio', call);
    const begun = audios.filter((audio) => Number(audio.dataset.offset) <= ms);
    if (current && begun.includes(current) && begun.every((a) => a.dataset.offset === current.dataset.offset)) return current;
    return begun.reduce((best, a) => (best && Number(best.dataset.offset) >= Number(a.dataset.offset) ? best : a), null) ?? audios[0];
  }

  function playFrom(turn) {
    const ms = Number(turn.dataset.s);
    const audio = audioAt(turn.closest('.call'), ms);
    if (audio) seek(audio, ms);
  }

  document.addEventListener('click', (event) => {
    const turn = event.target.closest('.turn[data-s]');
    if (turn && getSelection().isCollapsed) playFrom(turn);
  });

  // A call that is opened and can be played offers its times to the keyboard.
  function offerTimes(details) {
    const call = details.closest?.('.call');
    if (!call || !details.open || !find('audio', call)) return;
    call.classList.add('playable');
    for (const time of all('.turn[data-s] .time', call)) {
      time.tabIndex = 0;
      time.setAttribute('role', 'button');
      time.setAttribute('aria-label', `Play from ${time.textContent}`);
    }
  }
  document.addEventListener('toggle', (event) => offerTimes(event.target), true);
  all('details[open]').forEach(offerTimes);

  const audioForKeys = () => current ?? find('.call:not([hidden]) details[open] audio');
  const KEYS = {
    ' ': (audio) => (audio.paused ? void audio.play().catch(() => {}) : audio.pause()),
    k: (audio) => KEYS[' '](audio),
    j: (audio) => (audio.currentTime = Math.max(0, audio.currentTime - 10)),
    l: (audio) => (audio.currentTime = Math.min(audio.duration || Infinity, audio.currentTime + 10)),
  };
  document.addEventListener('keydown', (event) => {
    const at = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || at.closest('input:not([type=checkbox]), audio')) return;
    const isTime = at.matches('.time[role=button]');
    if (isTime && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      playFrom(at.closest('.turn'));
      return;
    }
    if (event.key === '/') {
      event.preventDefault();
      filter.focus();
      return;
    }
    if (event.key === ' ' && at.closest('summary, a, input')) return;
    const audio = audioForKeys();
    if (!audio || !Object.hasOwn(KEYS, event.key)) return;
    event.preventDefault();
    KEYS[event.key](audio);
  });

  // Filters in slices, so that ten thousand calls do not stop the page.
  let round = 0;
  function narrow() {
    const mine = ++round;
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const calls = all('.call');
    let at = 0;
    let left = 0;
    const slice = () => {
      if (mine !== round) return;
      const until = performance.now() + 12;
      while (at < calls.length && performance.now() < until) {
        const text = words.length > 0 ? calls[at].textContent.toLowerCase() : '';
        const fits = words.every((word) => text.includes(word));
        calls[at].hidden = !fits;
        left += fits ? 1 : 0;
        at += 1;
      }
      if (at < calls.length) setTimeout(slice);
      else found.textContent = words.length > 0 ? `${left} of ${calls.length}` : '';
    };
    slice();
  }
  let waiting = 0;
  filter.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(narrow, 120);
  });
})();
