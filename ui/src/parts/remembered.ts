// Sizes the user chose, kept in this window's storage. Storage that refuses is no error: the default is used.

export function recalled(key: string, otherwise: number): number {
  try {
    const kept = window.localStorage.getItem(`turnstone.${key}`);
    const value = kept === null ? Number.NaN : Number(kept);
    return Number.isFinite(value) ? value : otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key: string, value: number): void {
  try {
    window.localStorage.setItem(`turnstone.${key}`, String(Math.round(value)));
  } catch {
    // The size then lasts as long as the window.
  }
}
