// What the keys, the palette and the panes do, in one place: commands that need more than one controller.
import type { CallView, SearchHit } from '../bridge/generated';
import { cases } from '../state/cases.svelte';
import { chosen } from '../state/chosen.svelte';
import { exporting, type Wish } from '../state/exporting.svelte';
import { audit } from '../state/audit.svelte';
import { foundCalls, keeping } from '../state/keeping.svelte';
import { library } from '../state/library.svelte';
import { player } from '../state/player.svelte';
import { network } from '../state/network.svelte';
import { ALL, type Place } from '../state/place';
import { search } from '../state/searching';
import { selection } from '../state/selection.svelte';
import { sync } from '../state/sync.svelte';
import { transcript } from '../state/transcript.svelte';
import { verifying } from '../state/verifying.svelte';
import { app } from '../state/window.svelte';
import { ask, exportSelected, putIntoCase, putIntoOtherCase, takeFromCase } from './casework';
import type { CommandId } from './keys';

/** What only the panes on the screen can do. */
export interface Panes {
  focusSearch(): void;
  focusList(): void;
  moveInList(by: number): void;
  /** Selects from where the keyboard stands. */
  extendInList(by: number): void;
}

/** Shows a call. It also goes into the player, silent, unless something plays there. */
export async function openCall(callId: string): Promise<void> {
  app.screen = 'library';
  await selection.open(callId);
  const call = selection.call;
  if (call?.row.id === callId && !player.has(callId)) makeReady(call, 0);
}

/** Puts a call into the player at a place, so that Space plays it. What plays is never disturbed. */
function makeReady(call: CallView, atMs: number): void {
  if (player.state.phase === 'playing' || player.opening !== null) return;
  if (player.has(call.row.id)) player.command({ do: 'seek', to_ms: atMs });
  else if (call.row.audio === 'cached' || call.row.audio === 'available') void player.open(call, { atMs, play: false });
}

/** Shows a call and plays it from its beginning. */
export async function playCall(callId: string): Promise<void> {
  app.screen = 'library';
  await selection.open(callId);
  const call = selection.call;
  if (call?.row.id === callId) void player.open(call, { play: true });
}

/** Play or pause: what plays is paused; else the call on the screen plays, or the one that is just being opened. */
export function togglePlay(): void {
  const call = selection.call;
  const coming = selection.callId;
  if (player.state.phase !== 'playing' && coming !== null && coming !== call?.row.id) return void playCall(coming);
  if (player.state.phase === 'playing' || !call || player.has(call.row.id)) return player.command({ do: 'toggle' });
  void player.open(call, { play: true });
}

/** Opens a hit's call at its turn, with the words marked. */
export async function openHit(hit: SearchHit): Promise<void> {
  app.screen = 'library';
  await selection.open(hit.call, { turn: hit.turn, words: search.words });
  const call = selection.call;
  if (call?.row.id === hit.call && hit.start_ms !== null) makeReady(call, hit.start_ms);
}

/** Opens a hit and plays from its turn; pauses if that is what plays. */
export async function playHit(hit: SearchHit): Promise<void> {
  app.screen = 'library';
  if (player.state.phase === 'playing' && player.has(hit.call)) return player.command({ do: 'pause' });
  await selection.open(hit.call, { turn: hit.turn, words: search.words });
  const call = selection.call;
  if (call?.row.id === hit.call) player.playFrom(call, hit.start_ms ?? 0);
}

/** Fetches the audio of the call on the screen. */
export function downloadCall(): void {
  const call = selection.call;
  if (call && call.row.audio !== 'cached') void keeping.download([call.row.id]);
}

/** Has the call on the screen stay here, or no longer. */
export function keepCall(): void {
  const call = selection.call;
  if (call && call.recordings.length > 0) void keeping.pin([call.row.id], !call.pinned).then(() => selection.refresh());
}

/** Fetches the audio of all calls the list or the search shows. */
export function downloadList(): Promise<void> {
  return keeping.downloadAll(library.effective, search.active ? search.text.trim() : '');
}

/** Asks how to export some calls; shows the export that is being written if there is one. */
export function exportCalls(wish: Wish): void {
  exporting.begin(wish);
  app.sheet = 'export';
}

/** Saves the call on the screen as plain files. */
export function saveCall(): void {
  if (selection.call) exportCalls({ calls: [selection.call.row.id], quick: true });
}

/** Exports the selected calls, else all that the list or the search shows. */
export async function exportList(): Promise<void> {
  if (!search.active && chosen.size > 1) return exportSelected();
  const filter = library.effective;
  const text = search.active ? search.text.trim() : '';
  const ofCase = filter.case ?? null;
  exportCalls(text === '' ? { filter, case: ofCase } : { calls: await foundCalls(text, filter), case: ofCase });
}

/** Asks for an export to verify. */
export function askForExport(): void {
  verifying.clear();
  app.sheet = 'verify';
}

/** Verifies exports and shows what is found. */
export function verifyExports(paths: readonly string[]): void {
  app.sheet = 'verify';
  void verifying.begin(paths);
}

/** Shows the audit log, or what of it is about one call. */
export function showAudit(call: string | null): void {
  audit.filter = call === null ? {} : { call };
  if (app.screen === 'audit') void audit.renew();
  app.screen = 'audit';
}

export async function go(place: Place): Promise<void> {
  app.screen = 'library';
  // Whoever opens a case goes on with it.
  if (place.kind === 'case') cases.use(place.case);
  await library.setPlace(place);
  if (search.active) await search.run();
}

async function stepHit(by: 1 | -1): Promise<void> {
  if (!search.active || search.hits.length === 0) return transcript.nextHit(by);
  const hit = await search.step(selection.callId === search.hits[search.cursor]?.call ? by : 0);
  if (hit) await openHit(hit);
}

/** Goes to a neighbouring turn. Whoever chooses a turn wants to see it: following resumes. */
function stepTurn(by: 1 | -1): void {
  transcript.happened({ type: 'chose' });
  player.command({ do: 'turn', by });
}

function replayTurn(): void {
  const turn = player.state.turn === null ? undefined : player.view?.transcript?.turns[player.state.turn];
  if (turn?.start_ms == null) return;
  transcript.happened({ type: 'chose' });
  player.command({ do: 'seek', to_ms: turn.start_ms });
  if (player.state.phase !== 'playing') player.command({ do: 'play' });
}

function openAtCursor(): void {
  if (search.active) {
    const hit = search.hits[search.cursor];
    if (hit) void openHit(hit);
    return;
  }
  const row = library.row(library.cursor);
  if (row) void openCall(row.id);
}

/** Leaves what was entered last: a search of the transcript, then the search of everything. */
function leave(panes: Panes): void {
  if (transcript.findOpen) return transcript.leaveFind();
  if (search.active) {
    search.clear();
    return panes.focusList();
  }
  if (app.screen !== 'library') app.screen = 'library';
  else chosen.clear();
}

/** Runs a command. */
export function run(command: CommandId, panes: Panes): void {
  const table: Record<CommandId, () => void> = {
    toggle: togglePlay,
    play: () => (player.state.phase === 'empty' ? togglePlay() : player.command({ do: 'play' })),
    pause: () => player.command({ do: 'pause' }),
    back_10: () => player.command({ do: 'skip', by_ms: -10_000 }),
    forward_10: () => player.command({ do: 'skip', by_ms: 10_000 }),
    back_5: () => player.command({ do: 'skip', by_ms: -5_000 }),
    forward_5: () => player.command({ do: 'skip', by_ms: 5_000 }),
    back_1: () => player.command({ do: 'skip', by_ms: -1_000 }),
    forward_1: () => player.command({ do: 'skip', by_ms: 1_000 }),
    previous_turn: () => stepTurn(-1),
    next_turn: () => stepTurn(1),
    replay_turn: replayTurn,
    slower: () => player.nudgeSpeed(-1),
    faster: () => player.nudgeSpeed(1),
    normal_speed: () => player.resetSpeed(),
    follow: () => transcript.toggleFollow(),
    find: () => {
      selection.tab = 'transcript';
      transcript.openFind();
    },
    search: () => {
      app.screen = 'library';
      panes.focusSearch();
    },
    next_hit: () => void stepHit(1),
    previous_hit: () => void stepHit(-1),
    palette: () => (app.sheet = 'palette'),
    keys: () => (app.sheet = 'keys'),
    up: () => panes.moveInList(-1),
    down: () => panes.moveInList(1),
    open: openAtCursor,
    list_focus: () => {
      app.screen = 'library';
      panes.focusList();
    },
    escape: () => leave(panes),
    tab_transcript: () => (selection.tab = 'transcript'),
    tab_insights: () => (selection.tab = 'insights'),
    tab_details: () => (selection.tab = 'details'),
    all_calls: () => void go(ALL),
    today: () => void go({ kind: 'today' }),
    downloaded: () => void go({ kind: 'downloaded' }),
    not_yet: () => void go({ kind: 'not_yet' }),
    sources: () => (app.screen = 'sources'),
    add_source: () => (app.sheet = 'add_source'),
    sync_all: () => void sync.syncNow(null),
    download_call: downloadCall,
    keep_call: keepCall,
    download_list: () => void downloadList(),
    keep_list: () => (app.sheet = 'keep_search'),
    pause_downloads: () => void keeping.pause(!keeping.downloads.paused),
    toggle_offline: () => void network.toggle(),
    clear_filters: () => void library.setFilter({}),
    select_all: () => {
      if (app.screen === 'library' && !search.active) chosen.everything();
    },
    select_row: () => {
      if (app.screen === 'library' && !search.active) void chosen.toggle(library.cursor);
    },
    select_up: () => panes.extendInList(-1),
    select_down: () => panes.extendInList(1),
    put_in_case: putIntoCase,
    put_in_other_case: putIntoOtherCase,
    take_from_case: () => void takeFromCase(),
    undo_case: () => void cases.undo(),
    new_case: () => ask({ ask: 'new', then: null }),
    open_case: () => ask({ ask: 'open' }),
    save_call: saveCall,
    export_list: () => void exportList(),
    verify: askForExport,
    audit: () => showAudit(null),
    settings: () => (app.sheet = 'settings'),
    about: () => (app.sheet = 'about'),
  };
  table[command]();
}
