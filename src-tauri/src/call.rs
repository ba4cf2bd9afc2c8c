//! The one command of the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::DragEnd;
use bridge::{Asked, Desk};
use serde_json::Value;
use tauri::{AppHandle, State};

use crate::opening::Opening;
use crate::{dragging, window};

/// What the window's commands need of the shell.
pub struct Shell {
    /// The library on its way.
    pub opening: Arc<Opening>,
    /// The call the program was asked to open.
    pub asked: Option<Asked>,
}

/// Calls the application's command `command` with JSON arguments, off the window's thread. A failure is
/// `{"code", "message"}`.
#[tauri::command]
pub async fn call(
    handle: AppHandle,
    shell: State<'_, Arc<Shell>>,
    command: String,
    args: Value,
) -> Result<Value, Value> {
    let desk = NativeDesk { handle, shell: shell.inner().clone() };
    let work = move || {
        let app = desk.shell.opening.wait()?;
        bridge::answer(&app, &desk, &command, args)
    };
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(answer) => answer.map_err(|fault| bridge::fault(&fault)),
        Err(panic) => Err(bridge::panicked(&panic.to_string())),
    }
}

struct NativeDesk {
    handle: AppHandle,
    shell: Arc<Shell>,
}

impl Desk for NativeDesk {
    fn choose_folder(&self) -> Option<PathBuf> {
        window::choose_folder(&self.handle)
    }

    fn choose_file(&self) -> Option<PathBuf> {
        window::choose_file(&self.handle)
    }

    fn choose_save_place(&self, name: &str) -> Option<PathBuf> {
        window::choose_save_place(&self.handle, name)
    }

    fn show_in_folder(&self, path: &Path) -> Result<(), String> {
        tauri_plugin_opener::reveal_item_in_dir(path).map_err(|cause| cause.to_string())
    }

    fn drags_out(&self) -> bool {
        dragging::POSSIBLE
    }

    fn drag_out(&self, file: &Path) -> Result<DragEnd, String> {
        dragging::drag_out(&window::shown(&self.handle).ok_or("there is no window")?, file)
    }

    fn asked(&self) -> Option<Asked> {
        self.shell.asked.clone()
    }
}
