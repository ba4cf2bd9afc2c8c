//! The one window, and the system dialogs it opens.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, DragDropEvent, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry};
use tauri_plugin_dialog::DialogExt;

use crate::events;

const LABEL: &str = "main";

/// Makes the window. It never leaves its own pages and never opens another window.
pub fn open(handle: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::default())
        .title("Turnstone")
        .inner_size(1280.0, 800.0)
        .min_inner_size(880.0, 520.0)
        .center()
        .on_navigation(|url| is_ours(url.scheme(), url.host_str()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let listener = handle.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }) = event {
            let paths = paths.iter().map(|path| path.display().to_string()).collect();
            events::emit(&listener, &bridge::Event::FilesDropped(paths));
        }
    });
    paint_without_compositing(&window)
}

/// Has WebKitGTK paint straight into the window. Nothing here is animated or layered, so compositing would only cost: with
/// software rendering, where every frame is composed whole, most of a core while a call plays, and some 50 MiB always.
#[cfg(target_os = "linux")]
fn paint_without_compositing(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

#[cfg(not(target_os = "linux"))]
fn paint_without_compositing(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}

/// A second start on the same library brings the first window to the front instead.
pub fn one_per_library(library: &Path) -> TauriPlugin<Wry> {
    let mut hasher = DefaultHasher::new();
    std::path::absolute(library).unwrap_or_else(|_| library.to_owned()).hash(&mut hasher);
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(format!("org.turnstone.desktop.library{:016x}", hasher.finish()))
        .callback(|handle, _, _| {
            if let Some(window) = shown(handle) {
                let _ = window.unminimize();
                let _ = window.set_focus();
            }
        })
        .build()
}

/// The window, if it is not closed.
pub fn shown(handle: &AppHandle) -> Option<WebviewWindow> {
    handle.get_webview_window(LABEL)
}

/// Lets the user choose a folder in the system's own dialog. Waits for them: never on the window's thread.
pub fn choose_folder(handle: &AppHandle) -> Option<PathBuf> {
    handle.dialog().file().set_title("Choose a folder").blocking_pick_folder()?.into_path().ok()
}

/// The same for a file.
pub fn choose_file(handle: &AppHandle) -> Option<PathBuf> {
    handle.dialog().file().set_title("Choose a file").blocking_pick_file()?.into_path().ok()
}

/// The same for a place to save a file of this name.
pub fn choose_save_place(handle: &AppHandle, name: &str) -> Option<PathBuf> {
    handle.dialog().file().set_title("Save as").set_file_name(name).blocking_save_file()?.into_path().ok()
}

/// The window as Windows knows it, which its media keys are bound to; other systems need none.
pub fn native_handle(handle: &AppHandle) -> Option<*mut std::ffi::c_void> {
    #[cfg(windows)]
    return shown(handle).and_then(|window| window.hwnd().ok()).map(|hwnd| hwnd.0);
    #[cfg(not(windows))]
    {
        let _ = handle;
        None
    }
}

/// Says on standard error why there is no window.
#[expect(clippy::print_stderr, reason = "without a window, standard error is the only place left")]
pub fn complain(cause: &tauri::Error) {
    eprintln!("turnstone-desktop: the window cannot be opened: {cause}");
}

/// The window's own pages: the embedded ones, and the development server's in development.
fn is_ours(scheme: &str, host: Option<&str>) -> bool {
    match scheme {
        "tauri" => true,
        "http" | "https" => host == Some("tauri.localhost") || (cfg!(debug_assertions) && host == Some("127.0.0.1")),
        _ => false,
    }
}
