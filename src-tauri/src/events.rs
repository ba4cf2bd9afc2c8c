//! Tells the window what the application tells us.

use std::sync::Arc;

use tauri::{AppHandle, Emitter};

use crate::opening::Opening;
use crate::{media_keys, window};

const EVENT: &str = "turnstone";

/// Once the library is open, forwards its events to the window and connects the media keys.
pub fn forward(handle: AppHandle, opening: Arc<Opening>) {
    std::thread::spawn(move || {
        if let Ok(app) = opening.wait() {
            media_keys::connect(&app, window::native_handle(&handle));
            app.subscribe(Box::new(move |event| bridge::event(event).iter().for_each(|event| emit(&handle, event))));
        }
    });
}

/// Tells the window one thing. A window that is closing hears nothing, which is no fault.
pub fn emit(handle: &AppHandle, event: &bridge::Event) {
    let _ = handle.emit(EVENT, event);
}
