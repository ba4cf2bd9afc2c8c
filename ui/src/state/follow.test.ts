import { describe, expect, it } from 'vitest';
import { follow, followButton, restingScroll, whereabouts, type Follow } from './follow';

describe('following the sound', () => {
  it('goes on while the reader scrolls with the active turn in view', () => {
    expect(follow('on', { type: 'scrolled', inView: true })).toBe('on');
  });

  it('yields once the active turn has left the view, and comes back with it', () => {
    const away = follow('on', { type: 'scrolled', inView: false });
    expect(away, 'the reader is left alone').toBe('paused');
    expect(follow(away, { type: 'scrolled', inView: true }), 'scrolling back resumes').toBe('on');
  });

  it('resumes when a turn is chosen or the button pressed', () => {
    expect(follow('paused', { type: 'chose' })).toBe('on');
    expect(follow('paused', { type: 'pressed' })).toBe('on');
  });

  it('stays off once switched off, until the button or the key', () => {
    const off = follow('on', { type: 'toggled' });
    expect(off).toBe('off');
    for (const event of [{ type: 'chose' }, { type: 'opened' }, { type: 'scrolled', inView: true }] as const) {
      expect(follow(off, event), `${event.type} does not overrule the reader`).toBe('off');
    }
    expect(follow(off, { type: 'pressed' })).toBe('on');
    expect(follow(off, { type: 'toggled' })).toBe('on');
  });

  it('begins anew with another call', () => {
    expect(follow('paused', { type: 'opened' })).toBe('on');
  });
});

describe('the Follow button', () => {
  it('is there only while following rests and the active turn is out of view, and points to it', () => {
    for (const state of ['paused', 'off'] satisfies Follow[]) {
      expect(followButton(state, 'above')).toBe('up');
      expect(followButton(state, 'below')).toBe('down');
      expect(followButton(state, 'inside'), 'what can be seen needs no button').toBeNull();
      expect(followButton(state, null), 'nothing is spoken').toBeNull();
    }
    expect(followButton('on', 'below'), 'the view is on its way there').toBeNull();
  });
});

describe('where a row is', () => {
  it('is inside while a readable strip of it is', () => {
    expect(whereabouts(100, 32, 0, 500)).toBe('inside');
    expect(whereabouts(-10, 32, 0, 500)).toBe('inside');
    expect(whereabouts(-28, 32, 0, 500)).toBe('above');
    expect(whereabouts(495, 32, 0, 500)).toBe('below');
    expect(whereabouts(-300, 1_200, 0, 500), 'a turn longer than the view').toBe('inside');
  });
});

describe('where the view rests', () => {
  it('stays while the active turn stands well, so that the page is not moved at every turn', () => {
    expect(restingScroll(1_100, 32, 1_000, 600)).toBeNull();
    expect(restingScroll(1_300, 32, 1_000, 600)).toBeNull();
  });

  it('puts a turn that went too low or out of view at the upper third', () => {
    expect(restingScroll(1_400, 32, 1_000, 600)).toBe(1_400 - 180);
    expect(restingScroll(200, 32, 1_000, 600)).toBe(200 - 180);
  });

  it('shows a turn longer than the view from its beginning', () => {
    expect(restingScroll(1_400, 900, 1_000, 600)).toBe(1_400 - 48);
  });

  it('never asks for less than the top', () => {
    expect(restingScroll(10, 32, 500, 600)).toBe(0);
  });
});
