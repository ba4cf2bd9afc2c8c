//! Dragging a file out of the window with the system's own drag and drop.
//!
//! Only with GTK so far: elsewhere it is not offered. The page notices that the pointer begins to drag, and the drag itself is
//! GTK's: the page sees neither the file nor where it goes. While it lasts the window itself takes no drop, so that a
//! recording let go over the list is not taken for an export to verify.

use std::path::Path;

use app::DragEnd;
use tauri::WebviewWindow;

/// Whether files can be dragged out on this system.
pub const POSSIBLE: bool = cfg!(target_os = "linux");

/// Drags a file with the pointer, whose button is held, and waits until it is dropped. Never on the window's thread.
#[cfg(target_os = "linux")]
pub fn drag_out(window: &WebviewWindow, file: &Path) -> Result<DragEnd, String> {
    let uri = gtk::glib::filename_to_uri(file, None).map_err(|cause| cause.to_string())?;
    let (tell, ended) = std::sync::mpsc::channel();
    let begin = move |webview: tauri::webview::PlatformWebview| gtk_drag::begin(&webview.inner(), uri.into(), tell);
    window.with_webview(begin).map_err(|cause| cause.to_string())?;
    // A window that is closed meanwhile says nothing any more.
    ended.recv().unwrap_or(Ok(DragEnd::Nowhere))
}

/// Is not offered here.
#[cfg(not(target_os = "linux"))]
pub fn drag_out(_: &WebviewWindow, _: &Path) -> Result<DragEnd, String> {
    Err("this system's drag and drop is not supported".to_owned())
}

#[cfg(target_os = "linux")]
mod gtk_drag {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::sync::mpsc::Sender;

    use app::DragEnd;
    use gtk::gdk::{Device, DragAction, Event, EventType, ModifierType};
    use gtk::glib::{Propagation, SignalHandlerId};
    use gtk::prelude::*;
    use gtk::{DestDefaults, TargetList};
    use webkit2gtk::WebView;

    type Ended = Sender<Result<DragEnd, String>>;

    /// Begins the drag if the button is still held.
    pub fn begin(webview: &WebView, uri: String, tell: Ended) {
        if !is_button_held(webview) {
            // Whoever let go in the meantime drags nothing.
            return drop(tell.send(Ok(DragEnd::Nowhere)));
        }
        let drag = Rc::new(Drag::new(webview));
        drag.watch(uri, tell.clone());
        let targets = TargetList::new(&[]);
        targets.add_uri_targets(0);
        match webview.drag_begin_with_coordinates(&targets, DragAction::COPY, 1, None, -1, -1) {
            Some(context) => {
                context.drag_set_icon_name("audio-x-generic", 0, 0);
                tell_of_release(webview);
            }
            None => {
                drag.end();
                drop(tell.send(Err("the window system does not let the drag begin".to_owned())));
            }
        }
    }

    /// From now on GTK has the pointer: the page would take the button for held until it is pressed and let go once more.
    fn tell_of_release(webview: &WebView) {
        let mut release = Event::new(EventType::ButtonRelease);
        release.set_device(pointer(webview).as_ref());
        webview.event(&release);
    }

    fn pointer(webview: &WebView) -> Option<Device> {
        webview.display().default_seat()?.pointer()
    }

    fn is_button_held(webview: &WebView) -> bool {
        let both = webview.window().zip(pointer(webview));
        both.is_some_and(|(window, pointer)| window.device_position(&pointer).3.contains(ModifierType::BUTTON1_MASK))
    }

    /// A drag under way.
    struct Drag {
        webview: WebView,
        /// What the window takes at other times.
        takes: Option<TargetList>,
        handlers: RefCell<Vec<SignalHandlerId>>,
    }

    impl Drag {
        fn new(webview: &WebView) -> Self {
            let takes = webview.drag_dest_get_target_list();
            webview.drag_dest_unset();
            Self { webview: webview.clone(), takes, handlers: RefCell::default() }
        }

        /// Gives the file to whoever asks, and tells how the drag ended.
        fn watch(self: &Rc<Self>, uri: String, tell: Ended) {
            let is_taken = Rc::new(Cell::new(true));
            let failed = is_taken.clone();
            let webview = &self.webview;
            let mut handlers = self.handlers.borrow_mut();
            handlers.push(webview.connect_drag_data_get(move |_, _, data, _, _| {
                data.set_uris(&[&uri]);
            }));
            handlers.push(webview.connect_drag_failed(move |_, _, _| {
                failed.set(false);
                // Nothing flies back.
                Propagation::Stop
            }));
            let kept = self.clone();
            handlers.push(webview.connect_drag_end(move |_, _| {
                kept.end();
                let end = if is_taken.get() { DragEnd::Dropped } else { DragEnd::Nowhere };
                drop(tell.send(Ok(end)));
            }));
        }

        fn end(&self) {
            for handler in self.handlers.take() {
                self.webview.disconnect(handler);
            }
            self.webview.drag_dest_set(
                DestDefaults::empty(),
                &[],
                DragAction::COPY | DragAction::MOVE | DragAction::LINK,
            );
            self.webview.drag_dest_set_target_list(self.takes.as_ref());
        }
    }
}
