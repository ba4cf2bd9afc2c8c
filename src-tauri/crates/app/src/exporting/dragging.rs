//! One recording handed over as a file that is dragged out of the window.
//!
//! What is dragged is a copy with the original bytes, compared with what was fetched, in a folder of the library that
//! only this user can enter. The audit log has an entry before the drag begins, because whatever the pointer passes may
//! read the file from then on; a drag that ends nowhere has another, and its copy goes at once.
//!
//! Where it was dropped the file is read whenever that program likes: a mail is sent an hour later. So a copy stays for a
//! day, also when the program ends, and goes with the next drag or the next start of the window after that.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use evidence::bag::{BagError, PlainFiles};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use library::{CallRow, StoredCall, StoredRecording};
use model::{Action, CallId, Cancel, Direction, RecordingId};
use serde_json::json;

use crate::cases::Selection;
use crate::exporting::destination::{unread, unwritten};
use crate::exporting::gather::{DAMAGED, extension, why_not_here};
use crate::fault::{Fault, FaultCode};
use crate::open::App;

/// The folder of the library that the copies are in, each in one of its own.
const FOLDER: &str = "dragged";
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// How a drag ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DragEnd {
    /// Something took the file.
    Dropped,
    /// Nothing did.
    Nowhere,
}

impl App {
    /// Hands a recording's audio, which must be here, to `carry` as a file and answers when the drag has ended. `carry` says
    /// how it ended, or in words why it could not begin.
    pub fn drag_out(
        &self,
        call: CallId,
        recording: RecordingId,
        carry: impl FnOnce(&Path) -> Result<DragEnd, String>,
    ) -> Result<DragEnd, Fault> {
        self.clear_dragged(self.now_ms());
        let export = uuid::Uuid::new_v4().to_string();
        let file = self.copy_to_drag(&self.call(call)?, recording, &export)?;
        let facts =
            json!({ "export": export, "audio": "original", "dragged_out": true, "recording": recording.to_string() });
        let ended = match self.record(Action::Export, Some(call.to_string()), facts) {
            Ok(()) => carry(&file),
            Err(fault) => {
                remove_copy(&file);
                return Err(fault);
            }
        };
        if ended == Ok(DragEnd::Dropped) {
            self.report_downloads_soon(&self.chosen(&Selection::Calls(vec![call]))?);
            return Ok(DragEnd::Dropped);
        }
        remove_copy(&file);
        let why = ended.as_ref().err().map_or("dropped nowhere", String::as_str);
        // That it was about to be handed over stands in the log already; this only takes it back.
        drop(self.record(Action::Export, None, json!({ "export": export, "failed": why })));
        ended.map_err(|why| {
            Fault::new(FaultCode::Invalid, format!("the recording cannot be dragged: {why}; save it instead"))
        })
    }

    /// Removes the copies that were dropped long enough before `now_ms`. One that cannot be removed waits for the next time.
    pub(crate) fn clear_dragged(&self, now_ms: i64) {
        let Ok(copies) = fs::read_dir(self.dragged()) else { return };
        for copy in copies.flatten().filter(|copy| copy.metadata().is_ok_and(|facts| is_old(&facts, now_ms))) {
            drop(fs::remove_dir_all(copy.path()));
        }
    }

    fn dragged(&self) -> PathBuf {
        self.library_dir().join(FOLDER)
    }

    fn copy_to_drag(&self, call: &StoredCall, id: RecordingId, export: &str) -> Result<PathBuf, Fault> {
        let unknown = || Fault::new(FaultCode::NotFound, "the call has no such recording; open it again");
        let at = call.recordings.iter().position(|recording| recording.id == id).ok_or_else(unknown)?;
        let recording = &call.recordings[at];
        let _hold = self.inner.in_use.hold(id);
        let from = self
            .file_here(recording)
            .ok_or_else(|| Fault::new(FaultCode::NoAudio, format!("no audio here: {}", why_not_here(recording).0)))?;
        let folder = self.dragged();
        make_private(&folder).map_err(|cause| unwritten(&folder, &cause))?;
        let name = file_name(&call.row, recording, at);
        let mut copy = PlainFiles::begin(&folder, export, recording.facts().bytes.unwrap_or_default())?;
        let mut bytes = File::open(&from).map_err(|cause| unread(&from, &cause))?;
        match copy.add_known(&name, &mut bytes, recording.facts().sha256.as_deref(), &Cancel::new()) {
            Err(BagError::Altered { .. }) => return Err(Fault::new(FaultCode::Unreadable, DAMAGED)),
            added => added?,
        };
        Ok(copy.publish()?.join(name))
    }
}

/// `2025-11-12_1002_inbound_1a2b3c4d.mp3`: when it began by this machine's clock, which way, the call. Nothing in it is a
/// source's own words.
fn file_name(call: &CallRow, recording: &StoredRecording, at: usize) -> String {
    let began = call.started_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let began = began.map(|moment| moment.to_zoned(TimeZone::system())).filter(|moment| moment.year() > 0);
    let began = began.map_or("undated".to_owned(), |moment| moment.strftime("%Y-%m-%d_%H%M").to_string());
    let direction = call.direction.map(|direction| match direction {
        Direction::Inbound => "inbound".to_owned(),
        Direction::Outbound => "outbound".to_owned(),
    });
    let id: String = call.id.0.simple().to_string().chars().take(8).collect();
    let number = (at > 0).then(|| (at + 1).to_string());
    let parts: Vec<String> = [Some(began), direction, Some(id), number].into_iter().flatten().collect();
    format!("{}.{}", parts.join("_"), extension(&recording.facts()))
}

fn is_old(facts: &fs::Metadata, now_ms: i64) -> bool {
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).unwrap_or_default());
    facts.modified().is_ok_and(|made| now.duration_since(made).is_ok_and(|age| age > KEPT))
}

/// Removes a copy with the folder it has for itself.
fn remove_copy(file: &Path) {
    if let Some(folder) = file.parent() {
        // What remains goes with the old ones.
        drop(fs::remove_dir_all(folder));
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    #[test]
    fn a_copy_goes_a_day_after_it_was_dropped_and_not_before() {
        let home = tempfile::tempdir().unwrap();
        let app = App::open(Options::to_change(home.path().join("library"))).unwrap();
        let copy = app.dragged().join("one");
        fs::create_dir_all(&copy).unwrap();
        fs::write(copy.join("2025-11-12_1002_inbound_1a2b3c4d.mp3"), "sound").unwrap();
        let hours = |hours: i64| app.now_ms() + hours * 60 * 60 * 1_000;
        for early in [hours(-48), hours(23)] {
            app.clear_dragged(early);
            assert!(copy.is_dir(), "a mail that is not sent yet needs it");
        }
        app.clear_dragged(hours(25));
        assert!(!copy.exists());
    }
}
