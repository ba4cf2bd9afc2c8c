//! What a library does with a source, in a few lines: it keeps pages, revisions and the cursor.

use std::collections::{BTreeMap, HashMap};

use model::{CallRecord, Cancel, RejectedItem};
use testkit::sandbox::{Truth, TruthCall};
use turnstone_source::{Change, Cursor, Memory, Source, SourceError};

#[derive(Default)]
pub struct Shelf {
    pub calls: BTreeMap<String, CallRecord>,
    pub rejected: Vec<RejectedItem>,
    /// Why the last walk may not have shown everything.
    pub doubt: Option<String>,
    cursor: Option<Cursor>,
}

struct Revisions(HashMap<String, String>);

impl Memory for Revisions {
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String> {
        let known = |id: &&&str| self.0.contains_key(**id);
        remote_ids.iter().filter(known).map(|id| ((*id).to_owned(), self.0[*id].clone())).collect()
    }
}

impl Shelf {
    /// Walks the source from where the last walk ended.
    pub fn sync(&mut self, source: &dyn Source) -> Result<(), SourceError> {
        let revisions = self.calls.iter().filter_map(|(id, call)| Some((id.clone(), call.revision.clone()?)));
        let memory = Revisions(revisions.collect());
        let (cancel, cursor) = (Cancel::new(), self.cursor.clone());
        (self.rejected, self.doubt) = (Vec::new(), None);
        for page in source.changes_since(cursor.as_ref(), &memory, &cancel) {
            let page = page?;
            for change in page.changes {
                match change {
                    Change::Call(call) => drop(self.calls.insert(call.remote_id.clone(), *call)),
                    Change::Gone { remote_id } => drop(self.calls.remove(&remote_id)),
                    Change::Rejected(item) => self.rejected.push(item),
                    Change::Same { .. } | Change::Unchanged(_) => {}
                }
            }
            self.doubt = page.doubt.or(self.doubt.take());
            self.cursor = Some(page.cursor);
        }
        Ok(())
    }

    pub fn synced(source: &dyn Source) -> Self {
        let mut shelf = Self::default();
        shelf.sync(source).expect("the walk reaches its end");
        shelf
    }

    /// Every call of the truth is here with what the servers can tell of it, and nothing else is.
    pub fn assert_tells(&self, truth: &Truth, name: fn(&TruthCall) -> String) {
        assert_eq!(self.rejected, [], "nothing was refused");
        assert_eq!(self.calls.len(), truth.calls.len(), "every call once");
        for call in &truth.calls {
            let told = &self.calls[&name(call)];
            assert_eq!(told.call.started_at.as_ref().map(|at| at.utc_ms), Some(call.started_ms), "{}", call.id);
            let numbers: Vec<&str> = [&told.call.from, &told.call.to]
                .into_iter()
                .filter_map(|party| party.as_ref()?.number.as_deref())
                .collect();
            assert!(numbers.contains(&call.customer.as_str()), "{}: {numbers:?}", call.id);
            let insights = told.insights.as_ref().expect("a summary");
            assert_eq!(insights.summary.as_deref(), Some(call.summary.as_str()));
            assert_eq!(told.recordings.len(), 1, "{}", call.id);
            assert_eq!(told.recordings[0].storage_path, Some(testkit::sandbox::elevenlabs::conversation_id(call)));
            assert_eq!(spoken(told), said(call), "{}", call.id);
        }
    }
}

/// Who speaks, from when, and what: the agent or not, without the tools.
pub fn spoken(call: &CallRecord) -> Vec<(bool, Option<i64>, String)> {
    let turns = call.transcript.iter().flat_map(|transcript| &transcript.turns);
    let speech = turns.filter(|turn| turn.role != Some(model::Role::Tool));
    speech.map(|turn| (turn.role == Some(model::Role::Agent), turn.start_ms, turn.text.clone())).collect()
}

/// The same of the truth, in the whole seconds that ElevenLabs gives.
pub fn said(call: &TruthCall) -> Vec<(bool, Option<i64>, String)> {
    call.turns.iter().map(|said| (said.agent, Some(said.start_ms / 1000 * 1000), said.text.clone())).collect()
}
