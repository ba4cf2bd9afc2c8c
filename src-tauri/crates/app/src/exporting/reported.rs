//! Sources that keep a trail of downloads hear of the copies that were handed on.
//!
//! What is still to be told is not kept: the audit log knows which calls were exported, and one number for each source says
//! up to where the log has been told. What could not be told is told after the next sync.

use std::collections::{BTreeSet, HashSet};

use library::{AuditRow, SourceRow};
use model::{Action, AudioState, CallId, Cancel, Door, Outcome, SourceId};
use serde_json::Value;
use source::{AudioRequest, Source};

use crate::exporting::selection::Chosen;
use crate::fault::Fault;
use crate::open::App;

impl App {
    /// Tells the sources of these calls in the background.
    pub(super) fn report_downloads_soon(&self, chosen: &[Chosen]) {
        let Ok(sources) = self.sources_of(chosen) else { return };
        let app = self.clone();
        let tell = move || sources.into_iter().for_each(|source| drop(app.report_downloads(source, &Cancel::new())));
        if self.inner.for_window {
            std::thread::spawn(tell);
        } else {
            tell();
        }
    }

    /// Tells a source of the exports that it has not heard of. Stops at the first that it cannot be told of now.
    pub(crate) fn report_downloads(&self, id: SourceId, cancel: &Cancel) -> Result<(), Fault> {
        let row = self.source_row(id)?;
        if self.inner.library.access() != library::Access::Owner || self.is_beyond_reach(&row) {
            return Ok(());
        }
        let source = self.open_source(&row)?;
        if !source.keeps_download_trail() {
            return Ok(());
        }
        let told = self.inner.library.reader()?.setting(&told_up_to(id))?.and_then(|seq| seq.parse().ok()).unwrap_or(0);
        for (seq, call) in self.exported_since(told)? {
            if self.note_download(source.as_ref(), &row, call, cancel)? {
                let seq = seq.to_string();
                self.inner.library.write(move |writer| writer.set_setting(&told_up_to(id), Some(&seq)))?;
            } else {
                break;
            }
        }
        Ok(())
    }

    /// The calls that were exported with audio after an entry of the audit log, with the entries. An export of which the
    /// log says that it failed handed nothing on.
    fn exported_since(&self, told: u64) -> Result<Vec<(u64, CallId)>, Fault> {
        let (mut exported, mut failed) = (Vec::new(), HashSet::new());
        self.inner.library.reader()?.audit_rows(told + 1..=u64::MAX >> 1, |row: AuditRow| {
            let entry = row.entry;
            if entry.action != Action::Export.as_str() {
                return Ok::<_, Fault>(());
            }
            let detail: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
            let export = detail["export"].as_str().unwrap_or_default().to_owned();
            match entry.object.and_then(|object| object.parse().ok()) {
                Some(call) if detail["audio"] != "none" => exported.push((entry.seq, call, export)),
                None if detail["failed"].is_string() => drop(failed.insert(export)),
                _ => {}
            }
            Ok(())
        })?;
        exported.retain(|(_, _, export)| !failed.contains(export));
        Ok(exported.into_iter().map(|(seq, call, _)| (seq, call)).collect())
    }

    /// Notes one call at its source. Answers whether to go on: another source's call needs nothing, and neither does one
    /// that the source does not know any more.
    fn note_download(
        &self,
        source: &dyn Source,
        row: &SourceRow,
        call: CallId,
        cancel: &Cancel,
    ) -> Result<bool, Fault> {
        let Some(stored) = self.inner.library.reader()?.call(call)?.filter(|stored| stored.row.source == row.id) else {
            return Ok(true);
        };
        for recording in stored.recordings.iter().filter(|one| one.state == AudioState::Cached && !one.gone) {
            let ask = AudioRequest {
                remote_id: &stored.row.remote_id,
                recording: &recording.record,
                door: Door::Source,
                resume: None,
                cancel,
            };
            match source.note_download(&ask).map_err(|error| error.outcome) {
                Ok(()) | Err(Outcome::Gone | Outcome::NotFound) => {}
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    fn sources_of(&self, chosen: &[Chosen]) -> Result<BTreeSet<SourceId>, Fault> {
        let reader = self.inner.library.reader()?;
        let mut sources = BTreeSet::new();
        for one in chosen {
            sources.extend(reader.source_of(one.id)?);
        }
        Ok(sources)
    }
}

fn told_up_to(id: SourceId) -> String {
    format!("downloads_told/{id}")
}
