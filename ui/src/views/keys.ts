// The keys: one table from key to command, and the reading of a key press. Pure.
// Keys never reach a command while a text field has the focus, except Escape and combinations with Ctrl that are not the field's.

export type CommandId =
  | 'toggle'
  | 'play'
  | 'pause'
  | 'back_10'
  | 'forward_10'
  | 'back_5'
  | 'forward_5'
  | 'back_1'
  | 'forward_1'
  | 'previous_turn'
  | 'next_turn'
  | 'replay_turn'
  | 'slower'
  | 'faster'
  | 'normal_speed'
  | 'follow'
  | 'find'
  | 'search'
  | 'next_hit'
  | 'previous_hit'
  | 'palette'
  | 'keys'
  | 'up'
  | 'down'
  | 'open'
  | 'list_focus'
  | 'escape'
  | 'tab_transcript'
  | 'tab_insights'
  | 'tab_details'
  | 'all_calls'
  | 'today'
  | 'downloaded'
  | 'not_yet'
  | 'sources'
  | 'add_source'
  | 'sync_all'
  | 'clear_filters'
  | 'download_call'
  | 'keep_call'
  | 'download_list'
  | 'keep_list'
  | 'pause_downloads'
  | 'toggle_offline'
  | 'select_all'
  | 'select_row'
  | 'select_up'
  | 'select_down'
  | 'put_in_case'
  | 'put_in_other_case'
  | 'take_from_case'
  | 'undo_case'
  | 'new_case'
  | 'open_case'
  | 'save_call'
  | 'export_list'
  | 'verify'
  | 'audit'
  | 'settings'
  | 'about';

export type Group = 'Playing' | 'Reading' | 'Finding' | 'Keeping' | 'Selecting' | 'Evidence' | 'Going';

export interface Binding {
  command: CommandId;
  words: string;
  group: Group;
  keys: readonly string[];
}

/** Every command in the words of the palette and the key sheet. */
export const BINDINGS: readonly Binding[] = [
  { command: 'toggle', words: 'Play or pause', group: 'Playing', keys: ['Space', 'K'] },
  { command: 'play', words: 'Play', group: 'Playing', keys: ['MediaPlay'] },
  { command: 'pause', words: 'Pause', group: 'Playing', keys: ['MediaPause'] },
  { command: 'back_10', words: 'Back 10 s', group: 'Playing', keys: ['J'] },
  { command: 'forward_10', words: 'Forward 10 s', group: 'Playing', keys: ['L'] },
  { command: 'back_5', words: 'Back 5 s', group: 'Playing', keys: ['ArrowLeft'] },
  { command: 'forward_5', words: 'Forward 5 s', group: 'Playing', keys: ['ArrowRight'] },
  { command: 'back_1', words: 'Back 1 s', group: 'Playing', keys: ['Shift+ArrowLeft'] },
  { command: 'forward_1', words: 'Forward 1 s', group: 'Playing', keys: ['Shift+ArrowRight'] },
  { command: 'slower', words: 'Slower', group: 'Playing', keys: ['['] },
  { command: 'faster', words: 'Faster', group: 'Playing', keys: [']'] },
  { command: 'normal_speed', words: 'Normal speed', group: 'Playing', keys: ['\\'] },
  { command: 'previous_turn', words: 'Previous turn', group: 'Reading', keys: [','] },
  { command: 'next_turn', words: 'Next turn', group: 'Reading', keys: ['.'] },
  { command: 'replay_turn', words: 'Replay this turn', group: 'Reading', keys: ['Backspace'] },
  { command: 'follow', words: 'Follow on or off', group: 'Reading', keys: ['F'] },
  { command: 'tab_transcript', words: 'Show the transcript', group: 'Reading', keys: ['Ctrl+1'] },
  { command: 'tab_insights', words: 'Show the insights', group: 'Reading', keys: ['Ctrl+2'] },
  { command: 'tab_details', words: 'Show the details', group: 'Reading', keys: ['Ctrl+3'] },
  { command: 'find', words: 'Find in this transcript', group: 'Finding', keys: ['/'] },
  { command: 'search', words: 'Search everything said', group: 'Finding', keys: ['Ctrl+F'] },
  { command: 'next_hit', words: 'Next hit', group: 'Finding', keys: ['N'] },
  { command: 'previous_hit', words: 'Previous hit', group: 'Finding', keys: ['Shift+N'] },
  { command: 'clear_filters', words: 'Clear filters', group: 'Finding', keys: [] },
  { command: 'download_call', words: 'Download this call', group: 'Keeping', keys: ['D'] },
  { command: 'keep_call', words: 'Keep this call here, or no longer', group: 'Keeping', keys: ['P'] },
  { command: 'download_list', words: 'Download the calls of the list', group: 'Keeping', keys: ['Shift+D'] },
  { command: 'keep_list', words: 'Keep the calls of the list here…', group: 'Keeping', keys: ['Shift+P'] },
  { command: 'pause_downloads', words: 'Pause or resume the downloads', group: 'Keeping', keys: [] },
  { command: 'toggle_offline', words: 'Work offline, or go online', group: 'Keeping', keys: [] },
  { command: 'select_all', words: 'Select all calls of the list', group: 'Selecting', keys: ['Ctrl+A'] },
  { command: 'select_row', words: 'Select this row, or no longer', group: 'Selecting', keys: ['Ctrl+Space'] },
  { command: 'select_up', words: 'Select upwards', group: 'Selecting', keys: ['Shift+ArrowUp'] },
  { command: 'select_down', words: 'Select downwards', group: 'Selecting', keys: ['Shift+ArrowDown'] },
  { command: 'put_in_case', words: 'Put into the current case', group: 'Evidence', keys: ['E'] },
  { command: 'put_in_other_case', words: 'Put into case…', group: 'Evidence', keys: [] },
  { command: 'take_from_case', words: 'Take out of the case', group: 'Evidence', keys: ['Shift+E'] },
  { command: 'undo_case', words: 'Undo the last change to a case', group: 'Evidence', keys: ['Ctrl+Z'] },
  { command: 'new_case', words: 'New case…', group: 'Evidence', keys: [] },
  { command: 'open_case', words: 'Open case…', group: 'Evidence', keys: [] },
  { command: 'save_call', words: 'Save this call as…', group: 'Evidence', keys: ['Ctrl+S'] },
  { command: 'export_list', words: 'Export the selected calls, or those of the list…', group: 'Evidence', keys: ['Ctrl+E'] },
  { command: 'verify', words: 'Verify an export…', group: 'Evidence', keys: [] },
  { command: 'audit', words: 'Audit log', group: 'Evidence', keys: [] },
  { command: 'up', words: 'Up in the list', group: 'Going', keys: ['ArrowUp'] },
  { command: 'down', words: 'Down in the list', group: 'Going', keys: ['ArrowDown'] },
  { command: 'open', words: 'Open the call', group: 'Going', keys: ['Enter'] },
  { command: 'list_focus', words: 'Go to the list', group: 'Going', keys: ['Ctrl+L'] },
  { command: 'all_calls', words: 'All calls', group: 'Going', keys: [] },
  { command: 'today', words: "Today's calls", group: 'Going', keys: [] },
  { command: 'downloaded', words: 'Downloaded calls', group: 'Going', keys: [] },
  { command: 'not_yet', words: 'Calls whose audio is not here yet', group: 'Going', keys: [] },
  { command: 'sources', words: 'Sources', group: 'Going', keys: [] },
  { command: 'add_source', words: 'Add a source…', group: 'Going', keys: [] },
  { command: 'sync_all', words: 'Sync all sources', group: 'Going', keys: [] },
  { command: 'palette', words: 'All commands', group: 'Going', keys: ['Ctrl+K'] },
  { command: 'keys', words: 'Keys', group: 'Going', keys: ['?'] },
  { command: 'settings', words: 'Settings…', group: 'Going', keys: ['Ctrl+,'] },
  { command: 'about', words: 'About Turnstone', group: 'Going', keys: [] },
  { command: 'escape', words: 'Leave', group: 'Going', keys: ['Escape'] },
];

/** The command of an item of the native menu, or nothing for an item of a newer shell. */
export function commandOfMenu(item: string): CommandId | null {
  return BINDINGS.find((binding) => binding.command === item)?.command ?? null;
}

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  metaKey: boolean;
}

/** Where the focus is, as far as keys care. */
export type Focus = 'field' | 'button' | 'elsewhere';

/** What these do in a field is the field's own affair. */
const OF_FIELDS: ReadonlySet<string> = new Set(['Ctrl+A', 'Ctrl+Z', 'Ctrl+Space']);

const byKey: ReadonlyMap<string, CommandId> = new Map(
  BINDINGS.flatMap((binding) => binding.keys.map((key) => [key, binding.command] as const)),
);

/** A key press as the table writes it: `Ctrl+K`, `Shift+N`, `?`, `Space`. */
export function keyName(press: KeyPress): string {
  const key = press.key === ' ' ? 'Space' : press.key;
  const isLetter = /^\p{L}$/u.test(key);
  const isSign = key.length === 1 && !isLetter;
  // AltGr arrives as Ctrl+Alt and types signs like [ and \ on many keyboards.
  const typedSign = isSign && press.ctrlKey && press.altKey;
  const ctrl = (press.ctrlKey || press.metaKey) && !typedSign ? 'Ctrl+' : '';
  const alt = press.altKey && !typedSign ? 'Alt+' : '';
  const shift = press.shiftKey && !isSign ? 'Shift+' : '';
  return `${ctrl}${alt}${shift}${isLetter ? key.toUpperCase() : key}`;
}

/** The command of a key press, or nothing. */
export function commandFor(press: KeyPress, focus: Focus): CommandId | null {
  const name = keyName(press);
  const command = byKey.get(name) ?? null;
  if (focus === 'field' && (!(name === 'Escape' || name.startsWith('Ctrl+')) || OF_FIELDS.has(name))) return null;
  // A button that the keyboard has reached keeps the keys that press it.
  if (focus === 'button' && (name === 'Space' || name === 'Enter')) return null;
  return command;
}

/** Kinds of fields in which keys are text or belong to the field itself. */
export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return 'elsewhere';
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return 'field';
  if (target instanceof HTMLInputElement) return 'field';
  const pressable = target.closest('button, summary, a[href], [role="button"]');
  return pressable && pressable.matches(':focus-visible') ? 'button' : 'elsewhere';
}

const SIGNS: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  MediaPlay: 'media play',
  MediaPause: 'media pause',
};

/** `Shift+ArrowLeft` as people write it: `Shift ←`. */
export function readableKey(key: string): string {
  return key
    .split(/\+(?=.)/)
    .map((part) => SIGNS[part] ?? part)
    .join(' ');
}

export function bindingOf(command: CommandId): Binding | undefined {
  return BINDINGS.find((binding) => binding.command === command);
}
