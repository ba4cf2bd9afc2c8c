//! The native menu. Every item but the system's own names a command of the window, which also has a key there; the menu
//! has no accelerators of its own, so that a key means the same whether or not a text field has the focus.

use tauri::menu::{Menu, MenuBuilder, MenuEvent, SubmenuBuilder};
use tauri::{AppHandle, Wry};

use crate::events;

/// Builds the menu bar.
pub fn build(handle: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let library = SubmenuBuilder::new(handle, "Library")
        .text("add_source", "Add Folder…")
        .text("sync_all", "Synchronise All Sources")
        .separator()
        .text("save_call", "Save This Call As…")
        .text("export_list", "Export the Calls of the List…")
        .text("verify", "Verify an Export…")
        .separator()
        .text("settings", "Settings…")
        .separator()
        .quit()
        .build()?;
    let edit = SubmenuBuilder::new(handle, "Edit").copy().paste().select_all().build()?;
    let playback = SubmenuBuilder::new(handle, "Playback")
        .text("toggle", "Play or Pause")
        .text("back_10", "Back 10 Seconds")
        .text("forward_10", "Forward 10 Seconds")
        .separator()
        .text("previous_turn", "Previous Turn")
        .text("next_turn", "Next Turn")
        .text("replay_turn", "Replay This Turn")
        .separator()
        .text("slower", "Slower")
        .text("faster", "Faster")
        .text("normal_speed", "Normal Speed")
        .build()?;
    let go = SubmenuBuilder::new(handle, "Go")
        .text("search", "Search Everything…")
        .text("find", "Find in This Transcript…")
        .separator()
        .text("audit", "Audit Log")
        .text("palette", "Command Palette…")
        .build()?;
    let help = SubmenuBuilder::new(handle, "Help")
        .text("keys", "Keys")
        .separator()
        .text("about", "About Turnstone")
        .build()?;
    MenuBuilder::new(handle).items(&[&library, &edit, &playback, &go, &help]).build()
}

/// Hands the chosen item to the window.
pub fn chosen(handle: &AppHandle, event: MenuEvent) {
    events::emit(handle, &bridge::Event::Menu(event.id().as_ref().to_owned()));
}
