//! Sources opened on a server, and what a walk over one brings.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use model::{CallRecord, Cancel, Door, Recording, RejectedItem};
use testkit::sandbox::{Truth, TruthCall};
use turnstone_source::secret::Secret;
use turnstone_source::{
    AudioError, AudioRequest, Change, Cursor, Kind, Memory, Resume, Settings, Source, SourceError, World,
};

/// When the truth's calls are long over.
pub fn long_after() -> i64 {
    small_start() + 90 * 24 * 3_600_000
}

/// An hour after the truth's first call began.
pub fn just_after() -> i64 {
    small_start() + 3_600_000
}

fn small_start() -> i64 {
    Truth::small(1).calls[0].started_ms
}

/// A source on a server's address.
pub fn opened(
    kind: Kind,
    url: &str,
    set: &[(&str, &str)],
    secret: Option<&str>,
    clock: fn() -> i64,
) -> Result<Box<dyn Source>, SourceError> {
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let world = World::plain("the-source", clock);
    if let Some(secret) = secret {
        world.secrets.lend("the-source", &Secret::new(secret));
    }
    turnstone_source::open(kind, &Settings { url: Some(url.to_owned()), set, path: None }, &world)
}

/// What one or more walks brought together, as a library would keep it.
#[derive(Default)]
pub struct Walked {
    pub calls: BTreeMap<String, CallRecord>,
    pub cursor: Option<Cursor>,
    /// Of the last walk only.
    pub read: usize,
    pub gone: Vec<String>,
    pub rejected: Vec<RejectedItem>,
    pub doubt: Option<String>,
}

impl Walked {
    /// One walk from the beginning.
    pub fn over(source: &dyn Source) -> Self {
        let mut walked = Self::default();
        walked.again(source);
        walked
    }

    /// The next walk.
    pub fn again(&mut self, source: &dyn Source) {
        self.try_again(source).expect("the walk reaches its end");
    }

    /// The next walk, which looks at everything.
    pub fn look_at_everything(&mut self, source: &dyn Source) {
        self.cursor = None;
        self.again(source);
    }

    pub fn try_again(&mut self, source: &dyn Source) -> Result<(), SourceError> {
        (self.read, self.gone, self.rejected, self.doubt) = Default::default();
        let memory = Kept(self.calls.iter().filter_map(|(id, c)| Some((id.clone(), c.revision.clone()?))).collect());
        let cursor = self.cursor.take();
        for page in source.changes_since(cursor.as_ref(), &memory, &Cancel::new()) {
            let page = page?;
            self.cursor = Some(page.cursor);
            self.doubt = page.doubt.or(self.doubt.take());
            for change in page.changes {
                match change {
                    Change::Call(record) => {
                        self.read += 1;
                        self.calls.insert(record.remote_id.clone(), *record);
                    }
                    Change::Gone { remote_id } => self.gone.push(remote_id),
                    Change::Rejected(item) => self.rejected.push(item),
                    Change::Same { .. } | Change::Unchanged(_) => {}
                }
            }
        }
        Ok(())
    }
}

struct Kept(HashMap<String, String>);

impl Memory for Kept {
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String> {
        let known = remote_ids.iter().filter_map(|id| self.0.get_key_value(*id));
        known.map(|(id, revision)| (id.clone(), revision.clone())).collect()
    }
}

/// Bytes of a recording, and where they begin.
pub fn fetched(
    source: &dyn Source,
    recording: &Recording,
    door: Door,
    resume: Option<&Resume>,
) -> Result<(u64, Vec<u8>, Option<String>), AudioError> {
    let cancel = Cancel::new();
    let mut audio = source.audio(&AudioRequest { remote_id: "", recording, door, resume, cancel: &cancel })?;
    let mut bytes = Vec::new();
    audio.bytes.read_to_end(&mut bytes).expect("the audio comes whole");
    Ok((audio.from, bytes, audio.validator))
}

/// Says where a call differs from what is true, if it does: who, when, what was said, and the sound.
pub fn assert_true(source: &dyn Source, record: &CallRecord, truth: &TruthCall, numbers: (&str, Option<&str>)) {
    let id = &record.remote_id;
    let number = |party: &Option<model::Party>| party.as_ref().and_then(|party| party.number.clone());
    assert_eq!(number(&record.call.from).as_deref(), Some(numbers.0), "{id}: who called");
    assert_eq!(number(&record.call.to).as_deref(), numbers.1, "{id}: who was called");
    assert_eq!(record.call.started_at.as_ref().map(|at| at.utc_ms), Some(truth.started_ms), "{id}: when it began");
    assert_eq!(record.call.duration_ms, Some(truth.duration_ms), "{id}: how long it was");
    assert!(record.revision.is_some(), "{id}: nothing more is to come");
    let turns = &record.transcript.as_ref().expect("a transcript").turns;
    let said: Vec<_> = turns.iter().map(|turn| (turn.text.as_str(), turn.start_ms, turn.end_ms, turn.role)).collect();
    let role = |agent| Some(if agent { model::Role::Agent } else { model::Role::Customer });
    let expected: Vec<_> =
        truth.turns.iter().map(|s| (s.text.as_str(), Some(s.start_ms), Some(s.end_ms), role(s.agent))).collect();
    assert_eq!(said, expected, "{id}: what was said");
    let (_, bytes, _) = fetched(source, &record.recordings[0], Door::Source, None).expect("audio");
    assert_eq!(bytes, truth.audio, "{id}: the sound");
}
