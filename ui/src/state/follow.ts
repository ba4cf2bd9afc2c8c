// Whether the transcript moves along with the sound: a pure state machine.
//
// `on`: the view keeps the active turn in sight. `paused`: the reader scrolled away and is left alone.
// `off`: the reader switched it off. The view is never moved in `paused` or `off`.
export type Follow = 'on' | 'paused' | 'off';

export type FollowEvent =
  /** The reader scrolled; `inView` says whether the active turn can be seen now. */
  | { type: 'scrolled'; inView: boolean }
  /** The reader chose a turn to hear. */
  | { type: 'chose' }
  /** The reader pressed the Follow button. */
  | { type: 'pressed' }
  /** The reader pressed the key that switches following on and off. */
  | { type: 'toggled' }
  /** Another call is shown. */
  | { type: 'opened' };

/** The state after an event. */
export function follow(state: Follow, event: FollowEvent): Follow {
  switch (event.type) {
    case 'scrolled':
      if (state === 'off') return 'off';
      return event.inView ? 'on' : 'paused';
    case 'chose':
    case 'opened':
      return state === 'off' ? 'off' : 'on';
    case 'pressed':
      return 'on';
    case 'toggled':
      return state === 'on' ? 'off' : 'on';
  }
}

/** Where the active turn is from the reader's point of view. */
export type Whereabouts = 'above' | 'inside' | 'below';

/** Where a row lies in relation to the view; a row counts as inside while a readable strip of it can be seen. */
export function whereabouts(top: number, height: number, viewTop: number, viewHeight: number): Whereabouts {
  const strip = Math.min(height, 16);
  if (top + height < viewTop + strip) return 'above';
  if (top > viewTop + viewHeight - strip) return 'below';
  return 'inside';
}

/** The arrow of the Follow button, or `null` while there is nothing to go back to. */
export function followButton(state: Follow, active: Whereabouts | null): 'up' | 'down' | null {
  if (state === 'on' || active === null || active === 'inside') return null;
  return active === 'above' ? 'up' : 'down';
}

/**
 * Where the view should be scrolled to so that the active turn can be read, or `null` if it stands well.
 * A turn stands well while it begins in the upper half and ends within the view; otherwise it is put at the upper third,
 * so that the page rests while several turns are spoken instead of moving at each.
 */
export function restingScroll(top: number, height: number, viewTop: number, viewHeight: number): number | null {
  const offset = top - viewTop;
  const fits = height <= viewHeight * 0.6;
  const standsWell = offset >= viewHeight * 0.06 && offset <= viewHeight * 0.55 && (!fits || offset + height <= viewHeight);
  if (standsWell) return null;
  return Math.max(0, top - (fits ? viewHeight * 0.3 : viewHeight * 0.08));
}
