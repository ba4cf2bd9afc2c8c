//! The shell: a native window around the application. Nothing but Tauri lives here.
//!
//! The window has one command, `call`, which hands a name and JSON arguments to the bridge, and hears one
//! event, `turnstone`. The library is opened on a thread of its own while the window is being made, so that neither
//! waits for the other.

mod arguments;
mod call;
mod dragging;
mod events;
mod media_keys;
mod menu;
mod opening;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use arguments::Arguments;
use call::Shell;
use opening::Opening;

/// Runs the window until it is closed.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let library = arguments.library_dir();
    let opening = Opening::start(library.clone());
    let shell = Arc::new(Shell { opening: opening.clone(), asked: arguments.asked() });
    let leaving = opening.clone();
    let built = tauri::Builder::default()
        .plugin(window::one_per_library(&library))
        .plugin(tauri_plugin_dialog::init())
        .manage(shell)
        .menu(menu::build)
        .on_menu_event(menu::chosen)
        .invoke_handler(tauri::generate_handler![call::call])
        .setup(move |app| {
            window::open(app.handle())?;
            events::forward(app.handle().clone(), opening);
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            let code = app.run_return(|_, _| {});
            // What was being heard is recorded before the program goes.
            if let Ok(app) = leaving.wait() {
                app.finish_recording();
            }
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }
        Err(cause) => {
            window::complain(&cause);
            ExitCode::FAILURE
        }
    }
}
