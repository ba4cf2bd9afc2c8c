// The colour theme: `system` follows the desktop, `light` and `dark` override it. The choice lives in the
// library's settings; a copy in this window's storage lets the first paint be right before they arrive.

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'turnstone.theme';

export function asTheme(value: string | null): Theme {
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function rememberedTheme(): Theme {
  try {
    return asTheme(window.localStorage.getItem(KEY));
  } catch {
    return 'system';
  }
}

export function showTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') root.removeAttribute('data-theme');
  else root.setAttribute('data-theme', theme);
  try {
    window.localStorage.setItem(KEY, theme);
  } catch {
    // Without storage the theme is right a moment later, once the settings are read.
  }
}
