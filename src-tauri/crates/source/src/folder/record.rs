//! Makes one call out of a group of files.

use std::cmp::Reverse;

use model::{AudioFacts, Call, CallRecord, Cancel, Insights, Moment, Recording, RejectedItem};
use serde_json::{Map, Value, json};

use super::claims::Names;
use super::content::fingerprint;
use super::inventory::{Stamp, stamps};
use super::naming::{Part, ending, promises_facts, promises_transcript, split};
use super::pairing::{Group, Member};
use super::sidecar::{self, Content, format_of, worth};
use super::vcon_call;
use crate::shelf::Files;
use crate::transcript_format::Recognised;
use crate::vcon::{Kept, Original, VCon, VConRecording};
use crate::words::{plain_path, why};
use crate::{lift, name_facts};

/// Reads groups below one root.
pub struct Reader<'a> {
    /// The tree.
    pub files: &'a Files,
    /// The recordings in the tree.
    pub names: &'a Names,
    /// Ends the reading.
    pub cancel: &'a Cancel,
}

/// What reading a group gave.
#[derive(Debug, Default)]
pub struct Read {
    /// The call, if the files make one.
    pub record: Option<CallRecord>,
    /// What could not be read.
    pub rejected: Vec<RejectedItem>,
    /// Files the system would not let us read; they are tried again at the next walk though they do not change.
    pub try_again: Vec<String>,
    /// What the group's first file holds.
    pub fingerprint: Option<String>,
    /// What an exported call brought with it; then the record has its own name.
    pub exported: Option<Exported>,
}

/// What tells an exported call from others.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// Its id in the library that exported it.
    pub id: Option<String>,
    /// What its recordings hash to, as the export says, without where they are.
    pub content: Vec<Option<Vec<String>>>,
}

/// The stamps to remember after reading.
pub fn stamps_after(group: &Group, try_again: &[String]) -> Vec<Stamp> {
    let mut stamps = stamps(group);
    for stamp in stamps.iter_mut().filter(|stamp| try_again.contains(&stamp.path)) {
        stamp.modified_ns = i64::MIN;
    }
    stamps
}

impl Reader<'_> {
    /// Reads a group's files and makes its call.
    pub fn read(&self, remote_id: &str, key: &str, group: &Group) -> Result<Read, model::Cancelled> {
        let mut read = Read::default();
        let audio_refused = self.fingerprint(group, &mut read);
        let mut gathered = Gathered::default();
        let named = name_facts::read(key);
        let mut sidecars: Vec<&Member> = group.files.iter().filter(|member| member.part != Part::Audio).collect();
        // Facts first: they say when the call began.
        sidecars.sort_by_key(|member| (member.part, !promises_facts(&member.file.path)));
        let is_alone = group.of(Part::Audio).next().is_none();
        for member in sidecars {
            let path = &member.file.path;
            let started_at =
                gathered.facts.started_at.as_ref().or(named.call.started_at.as_ref().filter(|_| !named.date_only));
            let content = sidecar::read(self.files, path, member.part, started_at, self.cancel)?;
            self.gather(path, content, is_alone, &mut gathered, &mut read);
        }
        if let Some((record, exported)) = gathered.exported.take() {
            read.exported = Some(exported);
            read.record = Some(record);
            return Ok(read);
        }
        gathered.recordings.extend(audio(group, &gathered.recordings));
        let nothing = gathered.transcripts.is_empty() && gathered.vcons.is_empty();
        if nothing && (is_alone || (audio_refused && group.files.len() == 1)) {
            return Ok(read);
        }
        read.record = Some(gathered.into_record(remote_id, &named, group));
        Ok(read)
    }

    /// Sums up the first file; gives whether the system refused to open it.
    fn fingerprint(&self, group: &Group, read: &mut Read) -> bool {
        let Some(first) = group.files.first() else { return false };
        match fingerprint(self.files, &first.file.path) {
            Ok(print) => {
                read.fingerprint = Some(print);
                false
            }
            Err(cause) => {
                read.try_again.push(first.file.path.clone());
                if first.part == Part::Audio {
                    read.rejected
                        .push(refused(&first.file.path, format!("the recording cannot be read: {}", why(&cause))));
                }
                true
            }
        }
    }

    fn gather(&self, path: &str, content: Content, is_alone: bool, gathered: &mut Gathered, read: &mut Read) {
        let is_ours = !is_alone || promises_transcript(path) || super::naming::part(split(path).1) == Some(Part::VCon);
        match content {
            Content::Transcript(recognised) => {
                if !is_alone || is_ours || is_dialogue(&recognised) {
                    gathered.transcript(path, *recognised);
                }
            }
            Content::VCon(mut vcon) if vcon.original.is_some() && gathered.exported.is_none() => {
                gathered.exported = vcon.original.take().map(|original| exported(path, &vcon, *original, self.names));
            }
            Content::VCon(vcon) => {
                let (recordings, rejected) = vcon_call::recordings(path, &vcon, self.names);
                read.rejected.extend(rejected);
                gathered.vcon(path, *vcon, recordings);
            }
            Content::Facts(value) if promises_transcript(path) && !promises_facts(path) => {
                gathered.fact(path, value);
                read.rejected
                    .push(refused(path, "its JSON is no transcript that is known here; it is kept as it came".into()));
            }
            Content::Facts(value) => gathered.fact(path, value),
            Content::Encrypted(reason) => read.rejected.push(refused(path, reason)),
            Content::Unread(reason) => {
                read.try_again.push(path.to_owned());
                read.rejected.push(refused(path, format!("the file cannot be read: {reason}")));
            }
            Content::Broken(reason) | Content::Unknown(reason) => {
                if is_ours {
                    read.rejected.push(refused(path, reason));
                }
            }
        }
    }
}

/// What the files of one call said, before it is put together.
#[derive(Default)]
struct Gathered {
    vcons: Vec<VCon>,
    recordings: Vec<Recording>,
    transcripts: Vec<(String, Recognised)>,
    facts: Call,
    metadata: Map<String, Value>,
    notes: Vec<String>,
    exported: Option<(CallRecord, Exported)>,
}

impl Gathered {
    fn vcon(&mut self, path: &str, vcon: VCon, recordings: Vec<Recording>) {
        if self.vcons.is_empty() {
            self.recordings.extend(recordings);
        }
        self.notes.extend(vcon.notes.iter().map(|note| format!("{}: {note}", plain_path(split(path).1))));
        self.vcons.push(vcon);
    }

    fn transcript(&mut self, path: &str, recognised: Recognised) {
        self.notes.extend(recognised.notes.iter().map(|note| format!("{}: {note}", plain_path(split(path).1))));
        self.transcripts.push((path.to_owned(), recognised));
    }

    fn fact(&mut self, path: &str, value: Value) {
        match value {
            Value::Object(object) => {
                lift::fill(&mut self.facts, lift::call_facts(&object));
                absorb(&mut self.metadata, object, split(path).1);
            }
            other => {
                self.metadata.insert(split(path).1.to_owned(), other);
            }
        }
    }

    fn into_record(mut self, remote_id: &str, named: &name_facts::NameFacts, group: &Group) -> CallRecord {
        self.transcripts.sort_by_key(|(_, recognised)| Reverse(worth(&recognised.transcript)));
        let mut call = Call::default();
        let (mut insights, mut transcript): (Option<Insights>, _) = (None, None);
        for vcon in self.vcons {
            lift::fill(&mut call, vcon.call);
            insights = insights.or(vcon.insights);
            transcript = transcript.or(vcon.transcript.filter(|transcript| !transcript.turns.is_empty()));
            absorb(&mut self.metadata, vcon.metadata, "vcon");
        }
        lift::fill(&mut call, self.facts);
        let mut others = Vec::new();
        for (path, recognised) in self.transcripts {
            lift::fill(&mut call, recognised.call);
            insights = insights.or(recognised.insights);
            absorb(&mut self.metadata, recognised.metadata, split(&path).1);
            let chosen = transcript.as_ref().is_none_or(|best| worth(best) < worth(&recognised.transcript));
            if chosen {
                transcript = Some(model::Transcript { origin: Some(path), ..recognised.transcript });
            } else {
                others.push(json!({ "file": path, "format": recognised.format }));
            }
        }
        lift::fill(&mut call, named.call.clone());
        if let Some(from) = settle_start(&mut call, named, group) {
            self.metadata.insert("started_at_from".to_owned(), Value::from(from));
        }
        if !others.is_empty() {
            self.metadata.insert("other_transcripts".to_owned(), Value::from(others));
        }
        if !self.notes.is_empty() {
            self.metadata.insert("reading_notes".to_owned(), Value::from(self.notes));
        }
        CallRecord {
            revision: None,
            remote_id: remote_id.to_owned(),
            call,
            recordings: self.recordings,
            transcript,
            insights: insights.filter(|insights| !insights.is_empty()),
            metrics: Vec::new(),
            metadata: self.metadata,
        }
    }
}

/// Under this name the metadata say where an exported call came from first.
const ORIGIN: &str = "turnstone_export";

/// An exported call as the library it came from had it; only where its audio is differs here. What that leaves out goes
/// into the metadata, unless the call was read back before: then they name where it came from first.
fn exported(path: &str, vcon: &VCon, original: Original, names: &Names) -> (CallRecord, Exported) {
    let recordings = vcon_call::of_original(path, vcon, &original, names);
    let hashes = |kept: &Kept| match kept {
        Kept::Dialog(dialog) => {
            vcon.recordings.iter().find(|recording| recording.dialog == *dialog).map(VConRecording::content_hashes)
        }
        Kept::Missing(_) => None,
    };
    let exported = Exported { id: original.id.clone(), content: original.audio.iter().map(hashes).collect() };
    let mut record = original.record;
    let paths = record.recordings.iter().map(|recording| json!(recording.storage_path)).collect::<Vec<_>>();
    record.metadata.entry(ORIGIN).or_insert_with(|| {
        json!({
            "call": original.id,
            "source": original.source,
            "source_kind": original.source_kind,
            "vanished_at": original.vanished_at,
            "storage_paths": paths,
        })
    });
    (CallRecord { revision: None, recordings, ..record }, exported)
}

/// Makes sure that the call has a place in time, and says where it comes from if no source said it.
fn settle_start(call: &mut Call, named: &name_facts::NameFacts, group: &Group) -> Option<&'static str> {
    match &call.started_at {
        Some(at) if Some(at) != named.call.started_at.as_ref() => None,
        Some(_) if named.date_only => Some("date in the name; the time of day is not known"),
        Some(_) => Some("file name"),
        None => {
            let first = group.files.first()?;
            call.started_at = Some(Moment::from_utc_ms(first.file.modified_ns.div_euclid(1_000_000)));
            Some("file modification time")
        }
    }
}

/// The plain recordings of a group; those that a vCon refers to are known already.
fn audio(group: &Group, known: &[Recording]) -> Vec<Recording> {
    let refers = |path: &str| {
        let ends = format!("#{path}");
        known.iter().any(|recording| recording.storage_path.as_ref().is_some_and(|storage| storage.ends_with(&ends)))
    };
    let mut recordings: Vec<Recording> = Vec::new();
    for member in group.of(Part::Audio).filter(|member| !refers(&member.file.path)) {
        // Named by its ending alone, so that it is the same recording after the file was renamed.
        let plain = format!("audio.{}", ending(&member.file.path).unwrap_or_default());
        let same = recordings.iter().filter(|recording| recording.remote_id.split('~').next() == Some(&plain)).count();
        recordings.push(Recording {
            remote_id: if same == 0 { plain } else { format!("{plain}~{}", same + 1) },
            storage_path: Some(member.file.path.clone()),
            claimed: AudioFacts {
                format: format_of(&member.file.path),
                bytes: Some(member.file.size),
                ..AudioFacts::default()
            },
            ..Recording::default()
        });
    }
    recordings
}

/// Takes over members; those whose name is taken go under `label`.
fn absorb(into: &mut Map<String, Value>, from: Map<String, Value>, label: &str) {
    let mut taken = Map::new();
    for (key, value) in from {
        if !into.contains_key(&key) {
            into.insert(key, value);
        } else if into[&key] != value {
            taken.insert(key, value);
        }
    }
    if !taken.is_empty() {
        into.insert(label.to_owned(), Value::Object(taken));
    }
}

/// Whether text that nobody called a transcript reads like one.
fn is_dialogue(recognised: &Recognised) -> bool {
    let spoken = recognised.transcript.turns.iter().filter(|turn| turn.speaker.is_some() || turn.role.is_some());
    recognised.format != "plain" || spoken.count() >= 2
}

fn refused(path: &str, reason: String) -> RejectedItem {
    RejectedItem { item: plain_path(path), reason }
}
