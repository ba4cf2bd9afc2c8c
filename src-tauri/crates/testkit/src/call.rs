use model::{CallRecord, Moment, Party, Recording, RejectedItem, Role, Timing, Transcript, Turn};
use source::Change;

/// A call in the making; see [`a_call`].
#[derive(Clone, Debug)]
pub struct CallBuilder {
    record: CallRecord,
}

/// A call of which only the name at its source is known so far.
pub fn a_call(remote_id: &str) -> CallBuilder {
    CallBuilder { record: CallRecord { remote_id: remote_id.to_owned(), ..CallRecord::default() } }
}

/// An item that a source could not read.
pub fn rejected(item: &str, reason: &str) -> Change {
    Change::Rejected(RejectedItem { item: item.to_owned(), reason: reason.to_owned() })
}

impl CallBuilder {
    /// When it began, in one of the ways in which [`Moment`] reads it.
    pub fn started(mut self, moment: &str) -> Self {
        self.record.call.started_at = Some(Moment::parse(moment).expect("a moment"));
        self
    }

    /// Who called, by number, and who was called, by name.
    pub fn between(mut self, from_number: &str, to_name: &str) -> Self {
        self.record.call.from = Some(Party::from_number(from_number));
        self.record.call.to = Some(Party::from_name(to_name));
        self
    }

    /// What it is called in the list.
    pub fn titled(mut self, title: &str) -> Self {
        self.record.call.title = Some(title.to_owned());
        self
    }

    /// So many turns of two seconds, agent and customer by turns.
    pub fn with_turns(mut self, turns: usize) -> Self {
        let turn = |index: usize| {
            let (role, speaker) =
                if index.is_multiple_of(2) { (Role::Agent, "Agent") } else { (Role::Customer, "Customer") };
            let start = index as i64 * 2_000;
            Turn {
                speaker: Some(speaker.to_owned()),
                role: Some(role),
                text: format!("This is turn number {index}."),
                start_ms: Some(start),
                end_ms: Some(start + 2_000),
                timing: Timing::Source,
                ..Turn::default()
            }
        };
        self.record.transcript = Some(Transcript { turns: (0..turns).map(turn).collect(), ..Transcript::default() });
        self
    }

    /// One more recording, named within its call.
    pub fn with_recording(mut self, remote_id: &str) -> Self {
        self.record.recordings.push(Recording { remote_id: remote_id.to_owned(), ..Recording::default() });
        self
    }

    /// The call as a value.
    pub fn build(self) -> CallRecord {
        self.record
    }
}

impl From<CallBuilder> for Change {
    fn from(call: CallBuilder) -> Self {
        Self::Call(Box::new(call.build()))
    }
}
