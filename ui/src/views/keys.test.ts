// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BINDINGS, commandFor, commandOfMenu, focusOf, keyName, readableKey, type KeyPress } from './keys';

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...held };
}

describe('keyName', () => {
  it('writes presses as the table does', () => {
    expect(keyName(press(' ')), 'the space bar').toBe('Space');
    expect(keyName(press('n')), 'letters are capital').toBe('N');
    expect(keyName(press('N', { shiftKey: true })), 'with Shift').toBe('Shift+N');
    expect(keyName(press('?', { shiftKey: true })), 'Shift is part of typing a sign').toBe('?');
    expect(keyName(press('ArrowLeft', { shiftKey: true })), 'arrows keep it').toBe('Shift+ArrowLeft');
    expect(keyName(press('k', { metaKey: true })), 'the Mac’s command key counts as Ctrl').toBe('Ctrl+K');
    expect(keyName(press('[', { ctrlKey: true, altKey: true })), 'AltGr types signs').toBe('[');
  });
});

describe('commandFor', () => {
  it.each([
    [' ', {}, 'toggle'],
    ['k', {}, 'toggle'],
    ['j', {}, 'back_10'],
    ['ArrowRight', {}, 'forward_5'],
    ['ArrowRight', { shiftKey: true }, 'forward_1'],
    [',', {}, 'previous_turn'],
    ['Backspace', {}, 'replay_turn'],
    ['\\', {}, 'normal_speed'],
    ['f', {}, 'follow'],
    ['f', { ctrlKey: true }, 'search'],
    ['/', {}, 'find'],
    ['N', { shiftKey: true }, 'previous_hit'],
    ['?', { shiftKey: true }, 'keys'],
    ['k', { ctrlKey: true }, 'palette'],
  ] as const)('%s %o is %s', (key, held, command) => {
    expect(commandFor(press(key, held), 'elsewhere'), 'as the key sheet says').toBe(command);
  });

  it('leaves typing alone', () => {
    for (const key of [' ', 'j', 'n', '/', '?', 'Backspace', 'ArrowLeft', 'Home']) {
      expect(commandFor(press(key), 'field'), `${key} belongs to the field`).toBeNull();
    }
    expect(commandFor(press('Escape'), 'field'), 'Escape leaves').toBe('escape');
    expect(commandFor(press('k', { ctrlKey: true }), 'field'), 'Ctrl reaches the window').toBe('palette');
    for (const key of ['a', 'z', ' ']) {
      expect(commandFor(press(key, { ctrlKey: true }), 'field'), `Ctrl+${key} is the field’s own`).toBeNull();
      expect(commandFor(press(key, { ctrlKey: true }), 'elsewhere'), `Ctrl+${key} is a command`).not.toBeNull();
    }
  });

  it('lets a focused button be pressed', () => {
    expect(commandFor(press(' '), 'button'), 'Space presses it').toBeNull();
    expect(commandFor(press('j'), 'button'), 'other keys go on').toBe('back_10');
  });

  it('knows no command for other combinations', () => {
    expect(commandFor(press('j', { altKey: true }), 'elsewhere'), 'Alt is the desktop’s').toBeNull();
    expect(commandFor(press('q'), 'elsewhere'), 'unbound').toBeNull();
  });
});

describe('the table', () => {
  it('gives each key to one command only', () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys);
    expect(new Set(keys).size, 'no key twice').toBe(keys.length);
  });

  it('names each command once', () => {
    const commands = BINDINGS.map((binding) => binding.command);
    expect(new Set(commands).size, 'no command twice').toBe(commands.length);
  });

  it('writes keys for people', () => {
    expect([readableKey('Shift+ArrowLeft'), readableKey('Ctrl+,'), readableKey('?')], 'signs and words').toEqual([
      'Shift ←',
      'Ctrl ,',
      '?',
    ]);
  });
});

describe('the native menu', () => {
  it('names commands of the window', () => {
    const shell = readFileSync('../src-tauri/src/menu.rs', 'utf8');
    const items = [...shell.matchAll(/\.text\("([^"]+)"/g)].map((found) => found[1] ?? '');
    expect(items.length, 'the items of the shell were found').toBeGreaterThan(10);
    expect(items.filter((item) => commandOfMenu(item) === null), 'items that would do nothing').toEqual([]);
    expect(commandOfMenu('teleport'), 'an item of a newer shell').toBeNull();
  });
});

describe('focusOf', () => {
  it('knows fields from the rest', () => {
    expect(focusOf(document.createElement('input')), 'a field').toBe('field');
    expect(focusOf(document.createElement('select')), 'a list to choose from').toBe('field');
    expect(focusOf(document.createElement('div')), 'not a field').toBe('elsewhere');
    expect(focusOf(null), 'nothing').toBe('elsewhere');
  });
});
