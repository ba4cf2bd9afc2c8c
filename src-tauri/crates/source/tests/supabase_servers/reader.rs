//! Somebody who keeps what a source tells, as the library does, and asks again later.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use model::{CallRecord, Cancel, Door, Outcome, RejectedItem};
use turnstone_source::secret::Secret;
use turnstone_source::{AudioRequest, Change, Cursor, Kind, Memory, Settings, Source, SourceError, World};

/// 2026-01-01T00:00:00Z, weeks after the newest of a few small calls.
pub const LATER: i64 = 1_767_225_600_000;

pub struct Reader {
    pub source: Box<dyn Source>,
    pub world: World,
    pub calls: BTreeMap<String, CallRecord>,
    pub rejected: Vec<RejectedItem>,
    pub doubts: Vec<String>,
    cursor: Option<Cursor>,
}

impl Reader {
    pub fn new(kind: Kind, url: &str, secret: &str, set: &[(&str, &str)], clock: fn() -> i64) -> Self {
        let world = World::plain("tested", clock);
        world.secrets.set("tested", &Secret::new(secret)).expect("it works");
        let settings = settings(url, set);
        let source = turnstone_source::open(kind, &settings, &world).expect("it works");
        Self { source, world, calls: BTreeMap::new(), rejected: Vec::new(), doubts: Vec::new(), cursor: None }
    }

    /// Walks on from where the last walk ended.
    pub fn walk(&mut self) -> Result<(), SourceError> {
        let mut pages = usize::MAX;
        self.walk_pages(&mut pages).map(drop)
    }

    /// Looks at everything anew; gives what was not shown any more.
    pub fn walk_whole(&mut self) -> Result<Vec<String>, SourceError> {
        self.cursor = None;
        let shown = self.walk_pages(&mut usize::MAX.clone())?;
        Ok(self.calls.keys().filter(|id| !shown.contains(id)).cloned().collect())
    }

    /// Walks as many pages and then is broken off. Gives the calls that were shown.
    pub fn walk_pages(&mut self, pages: &mut usize) -> Result<Vec<String>, SourceError> {
        let known =
            Known(self.calls.iter().filter_map(|(id, call)| Some((id.clone(), call.revision.clone()?))).collect());
        let (cancel, mut shown) = (Cancel::new(), Vec::new());
        for page in self.source.changes_since(self.cursor.as_ref(), &known, &cancel) {
            let page = page?;
            self.doubts.extend(page.doubt);
            for change in page.changes {
                match change {
                    Change::Call(call) => {
                        shown.push(call.remote_id.clone());
                        drop(self.calls.insert(call.remote_id.clone(), *call));
                    }
                    Change::Same { remote_id } => shown.push(remote_id),
                    Change::Gone { remote_id } => drop(self.calls.remove(&remote_id)),
                    Change::Rejected(item) => self.rejected.push(item),
                    Change::Unchanged(_) => {}
                }
            }
            self.cursor = Some(page.cursor);
            *pages -= 1;
            if *pages == 0 {
                break;
            }
        }
        Ok(shown)
    }

    /// All bytes of a call's first recording, through this door.
    pub fn audio(&self, call: &str, door: Door) -> Result<Vec<u8>, (Outcome, String)> {
        let (call, cancel) = (&self.calls[call], Cancel::new());
        let ask = AudioRequest {
            remote_id: &call.remote_id,
            recording: &call.recordings[0],
            door,
            resume: None,
            cancel: &cancel,
        };
        let mut audio = self.source.audio(&ask).map_err(|error| (error.outcome, error.detail))?;
        let mut bytes = Vec::new();
        audio.bytes.read_to_end(&mut bytes).expect("it works");
        assert!(audio.length.is_none_or(|length| length == bytes.len() as u64));
        Ok(bytes)
    }
}

pub fn settings(url: &str, set: &[(&str, &str)]) -> Settings {
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Settings { url: Some(url.to_owned()), set, ..Settings::default() }
}

struct Known(HashMap<String, String>);

impl Memory for Known {
    fn revisions(&self, remote_ids: &[&str]) -> HashMap<String, String> {
        let known = remote_ids.iter().filter_map(|id| Some(((*id).to_owned(), self.0.get(*id)?.clone())));
        known.collect()
    }
}
