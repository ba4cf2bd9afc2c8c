use app::Fault;
use model::CallId;

use super::{count, js, ms};
use crate::rooms::id;
use crate::view::{AuditEntryView, AuditHealth, AuditPage, AuditProblem, AuditQuery};

impl AuditQuery {
    /// Which entries are meant, as the application takes it.
    pub(crate) fn read(self) -> Result<app::AuditFilter, Fault> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Ok(app::AuditFilter {
            action: given(self.action),
            object: given(self.call).map(|call| id::<CallId>(&call)).transpose()?.map(|call| call.to_string()),
            text: given(self.text).map(|text| text.trim().to_owned()),
            from_ms: self.from_ms.map(ms),
            to_ms: self.to_ms.map(ms),
        })
    }
}

impl AuditPage {
    pub(crate) fn of((lines, next): (Vec<app::AuditLine>, Option<u64>)) -> Self {
        Self { entries: lines.into_iter().map(AuditEntryView::from).collect(), next: next.map(count) }
    }
}

impl From<app::AuditLine> for AuditEntryView {
    fn from(line: app::AuditLine) -> Self {
        let entry = line.entry;
        Self {
            seq: count(entry.seq),
            at_ms: js(entry.at_ms),
            actor: line.actor,
            action: entry.action,
            object: entry.object,
            object_words: line.object_words,
            call: line.call.map(|call| call.to_string()),
            detail: serde_json::from_str(&entry.detail).unwrap_or(serde_json::Value::String(entry.detail)),
        }
    }
}

impl From<app::AuditHealth> for AuditHealth {
    fn from(health: app::AuditHealth) -> Self {
        let problem = |found: app::AuditProblem| AuditProblem { seq: found.seq.map(count), problem: found.problem };
        Self {
            entries: count(health.entries),
            problems: health.problems.into_iter().map(problem).collect(),
            checkpoint: health.checkpoint,
            signed_by: health.signed_by,
        }
    }
}
