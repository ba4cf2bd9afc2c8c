// Starts the window: chooses the backend, applies the remembered theme before the first paint, mounts.
import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { connect, type Backend } from './bridge/backend';
import { tauri } from './bridge/tauri';
import { rememberedTheme, showTheme } from './state/theme';

async function chooseBackend(): Promise<Backend> {
  if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
    const { FakeBackend, fakeOptions } = await import('./bridge/fake');
    return new FakeBackend(fakeOptions(window.location.search));
  }
  return tauri;
}

async function start(): Promise<void> {
  showTheme(rememberedTheme());
  connect(await chooseBackend());
  const target = document.getElementById('app');
  if (target) mount(App, { target });
}

void start();
