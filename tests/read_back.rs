//! Exports are read back as sources, and nothing of a call is lost on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use app::{
    App, Document, ExportAudio, ExportForm, ExportOrder, Filter, NewSource, Options, Selection, Sort, StoredCall,
};
use evidence::{AudioFile, Exhibit, ExhibitRecording};
use model::{
    AudioFacts, AudioState, Call, CallId, CallRecord, Cancel, Cost, Direction, Insights, Metric, Moment, Party,
    Recording, RecordingId, Role, Sentiment, Timing, Transcript, Turn, Word,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use source::vcon::{Kept, read_vcon};
use testkit::{CallFolder, wav};

use crate::desk::{Desk, files_below, folder_source};

/// A library whose only source is what lies at a place.
struct Reader {
    app: App,
    source: model::SourceId,
    _home: tempfile::TempDir,
}

impl Reader {
    fn of(path: &Path) -> Self {
        age(path);
        let home = tempfile::tempdir().unwrap();
        let app = App::open(Options::to_change(home.path().join("library"))).unwrap();
        let new =
            NewSource { kind: "folder".into(), name: "Bag".into(), path: Some(path.into()), ..NewSource::default() };
        let source = app.add_source(new).unwrap().id;
        Self { app, source, _home: home }
    }

    fn sync(&self) -> app::SyncOutcome {
        self.app.sync(self.source, false, &Cancel::new(), &mut |_| {}).unwrap()
    }

    fn calls(&self) -> BTreeMap<String, StoredCall> {
        calls_of(&self.app)
    }

    fn fetch_all(&self) {
        let ids: Vec<CallId> = self.calls().values().map(|call| call.row.id).collect();
        self.app.fetch(&ids, 2, &Cancel::new(), &mut |_| {}).unwrap();
    }
}

fn calls_of(app: &App) -> BTreeMap<String, StoredCall> {
    let page = app.calls(&Filter::default(), Sort::default(), None, 1_000).unwrap();
    page.rows.into_iter().map(|row| (row.remote_id.clone(), app.call(row.id).unwrap())).collect()
}

/// What must differ in the library that reads: where the audio is there, and the note of where the call came from.
fn without_place(mut record: CallRecord) -> CallRecord {
    record.revision = None;
    record.recordings.iter_mut().for_each(|recording| recording.storage_path = None);
    record.metadata.remove("turnstone_export");
    record
}

/// The bytes of a call's audio in the cache, by recording.
fn audio_of(app: &App, call: &StoredCall) -> Vec<(String, Option<Vec<u8>>)> {
    let dir = app.cache_status().unwrap().dir;
    let audio = call.recordings.iter().map(|one| {
        let bytes = one.file.as_ref().map(|file| std::fs::read(dir.join(&file.path)).unwrap());
        (one.record.remote_id.clone(), bytes)
    });
    audio.collect()
}

/// Makes everything below look as if it was written long ago: what is young waits, for it may still be written.
fn age(path: &Path) {
    for file in if path.is_dir() { files_below(path.to_owned()) } else { vec![path.to_owned()] } {
        let long_ago = UNIX_EPOCH + Duration::from_secs(1_762_941_600);
        File::options().write(true).open(file).unwrap().set_modified(long_ago).unwrap();
    }
}

fn order(call: &[CallId], to: PathBuf, form: ExportForm, inline_audio: bool) -> ExportOrder {
    ExportOrder {
        which: Selection::Calls(call.to_vec()),
        case: None,
        to,
        form,
        audio: ExportAudio::Original,
        documents: Document::ALL.iter().copied().collect::<BTreeSet<_>>(),
        inline_audio,
        reason: "to read it back".into(),
        fetch: true,
    }
}

#[test]
fn what_is_exported_is_read_back_from_every_form_with_its_audio_byte_for_byte() {
    let desk = Desk::new();
    desk.folder.recording("2025/one.wav", 1, 400);
    desk.folder.transcript("2025/one.vtt", 5);
    desk.folder.recording("two.wav", 2, 300);
    desk.folder.write(
        "two.json",
        json!({"callSid": "CA1", "caller": "+15125550143", "odd": {"n": 0.1}}).to_string().as_bytes(),
    );
    desk.folder.write("said only.txt", b"Agent: Good morning.\nCustomer: Hello.\n");
    desk.sync();
    let ids: Vec<CallId> = calls_of(&desk.app).values().map(|call| call.row.id).collect();
    assert_eq!(ids.len(), 3);
    for (form, inline) in [
        (ExportForm::Bag, false),
        (ExportForm::Bag, true),
        (ExportForm::Zip, false),
        (ExportForm::Zip, true),
        (ExportForm::Folder, false),
    ] {
        let to = desk.home.path().join(format!("{form:?}-{inline}"));
        let made = desk.app.export(&order(&ids, to, form, inline), &Cancel::new(), &mut |_| {}).unwrap();
        let before = calls_of(&desk.app);
        let reader = Reader::of(&made.path);
        let run = reader.sync().run;
        assert_eq!((run.added, run.rejected), (3, 0), "{form:?}: {:?}", run.problems);
        reader.fetch_all();
        let after = reader.calls();
        for (name, call) in &before {
            let read = after.get(name).unwrap_or_else(|| panic!("{form:?} has {name}"));
            assert_eq!(without_place(read.record.clone()), without_place(call.record.clone()), "{form:?} {name}");
            assert_eq!(audio_of(&reader.app, read), audio_of(&desk.app, call), "{form:?} {name}");
        }
        let again = reader.sync().run;
        assert_eq!((again.added, again.updated, again.unchanged), (0, 0, 3), "{form:?}");
        assert_eq!(reader.app.check_library().unwrap(), [] as [&str; 0]);
    }
}

#[test]
fn what_had_no_audio_when_it_was_exported_has_none_for_good_where_it_is_read_and_says_why() {
    let desk = Desk::with_one_call();
    let ids = [desk.id("call")];
    desk.folder.remove("call.wav");
    let mut asked = order(&ids, desk.home.path().join("out"), ExportForm::Zip, false);
    asked.fetch = false;
    let made = desk.app.export(&asked, &Cancel::new(), &mut |_| {}).unwrap();
    let reader = Reader::of(&made.path);
    reader.sync();
    let states = |reader: &Reader| {
        let call = reader.calls().remove("call").unwrap();
        call.recordings
            .into_iter()
            .map(|one| (one.state, one.attempts.last().and_then(|try_| try_.detail.clone())))
            .collect::<Vec<_>>()
    };
    let told = states(&reader);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, AudioState::Unavailable, "{told:?}");
    assert!(told[0].1.as_ref().unwrap().contains("the export came without this audio"), "{told:?}");
    reader.fetch_all();
    assert_eq!(states(&reader)[0].0, AudioState::Unavailable, "asking again does not change it");
}

#[test]
fn a_second_export_of_what_was_read_back_is_the_same_call_again() {
    let desk = Desk::with_one_call();
    let made = |app: &App, id: CallId, to: &str| {
        app.export(&order(&[id], desk.home.path().join(to), ExportForm::Bag, false), &Cancel::new(), &mut |_| {})
            .unwrap()
    };
    let first = Reader::of(&made(&desk.app, desk.id("call"), "first").path);
    first.sync();
    let once = first.calls().remove("call").unwrap();
    let second = Reader::of(&made(&first.app, once.row.id, "second").path);
    second.sync();
    let twice = second.calls().remove("call").unwrap();
    assert_eq!(twice.record.metadata, once.record.metadata, "it names where it came from first");
    assert_eq!(twice.record.metadata["turnstone_export"]["source"], json!("Calls"));
    assert_eq!(without_place(twice.record), without_place(desk.call("call").record));
}

/// The audio of every generated recording.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| wav(3, 20));

fn exhibit(record: CallRecord, here: &[bool]) -> Exhibit {
    use sha2::{Digest, Sha512};
    let file = |number: usize| AudioFile {
        name: format!("audio-{number}.wav"),
        facts: AudioFacts { format: Some("wav".into()), bytes: Some(SOUND.len() as u64), ..AudioFacts::default() },
        sha512: Sha512::digest(SOUND.as_slice()).into(),
    };
    let id = CallId(uuid::Uuid::from_u128(7));
    let recordings = record.recordings.iter().enumerate().map(|(at, recording)| {
        let is_here = here.get(at).copied().unwrap_or_default();
        ExhibitRecording {
            id: RecordingId::derive(id, &recording.remote_id),
            remote_id: recording.remote_id.clone(),
            started_at: recording.started_at.clone(),
            original: is_here.then(|| file(at + 1)),
            listening: None,
            missing: (!is_here).then(|| "deleted at its source".to_owned()),
        }
    });
    let recordings = recordings.collect();
    let dir = Exhibit::dir_of(id, record.call.started_at.as_ref().map(|at| at.utc_ms));
    Exhibit { id, source: "Desk".into(), source_kind: "vapi".into(), record, vanished_ms: None, dir, recordings }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,12}", "[ -~]{0,20}", Just("\u{202e}</script>\"\\\n\t=1+1".to_owned())]
}

fn moment() -> impl Strategy<Value = Moment> {
    (-60_000_000_000_000_i64..253_402_300_799_999, prop::option::of(text()), any::<bool>())
        .prop_map(|(utc_ms, original, zone_assumed)| Moment { utc_ms, original, zone_assumed })
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..1.0_f64, -1e300..1e300_f64, any::<i32>().prop_map(f64::from)]
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn some<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::of(of)
}

fn party() -> impl Strategy<Value = Party> {
    (some(text()), some(text())).prop_map(|(number, name)| Party { number, name })
}

fn call() -> impl Strategy<Value = Call> {
    let words = (some(text()), some(text()), some(text()), some(text()), some(text()), some(text()));
    let times = (some(moment()), some(moment()), some(0..86_400_000_i64));
    let people = (some(prop_oneof![Just(Direction::Inbound), Just(Direction::Outbound)]), some(party()), some(party()));
    let cost = some((text(), some(text())).prop_map(|(amount, unit)| Cost { amount, unit }));
    (words, times, people, cost, prop::collection::btree_map(text(), text(), 0..4)).prop_map(
        |(words, times, (direction, from, to), cost, external_ids)| Call {
            title: words.0,
            agent: words.1,
            tenant: words.2,
            campaign: words.3,
            status: words.4,
            outcome: words.5,
            started_at: times.0,
            ended_at: times.1,
            duration_ms: times.2,
            direction,
            from,
            to,
            cost,
            external_ids,
        },
    )
}

fn recording() -> impl Strategy<Value = Recording> {
    let claimed = (
        some(text()),
        some(text()),
        some(any::<u32>()),
        some(any::<u32>()),
        some(0..9_000_000_i64),
        some(any::<u64>()),
        some(text()),
    );
    let claimed = claimed.prop_map(|(format, codec, sample_rate, channels, duration_ms, bytes, sha256)| AudioFacts {
        format,
        codec,
        sample_rate,
        channels,
        duration_ms,
        bytes,
        sha256,
    });
    (some(text()), some(text()), claimed, some(moment()), some(moment())).prop_map(
        |(storage_path, legacy_url, claimed, started_at, expires_at)| Recording {
            remote_id: String::new(),
            storage_path,
            legacy_url,
            claimed,
            started_at,
            expires_at,
        },
    )
}

fn turn() -> impl Strategy<Value = Turn> {
    let ms = || some(0..600_000_000_i64);
    let word = (text(), ms(), ms()).prop_map(|(text, start_ms, end_ms)| Word { text, start_ms, end_ms });
    let role = prop_oneof![Just(Role::Agent), Just(Role::Customer), Just(Role::System), Just(Role::Tool)];
    let timing = prop_oneof![Just(Timing::Source), Just(Timing::Derived), Just(Timing::Estimated), Just(Timing::None)];
    (some(text()), some(role), text(), ms(), ms(), some(0.0..=1.0_f64), timing, prop::collection::vec(word, 0..4))
        .prop_map(|(speaker, role, text, start_ms, end_ms, confidence, timing, words)| Turn {
            speaker,
            role,
            text,
            start_ms,
            end_ms,
            confidence,
            timing,
            words,
        })
}

fn record() -> impl Strategy<Value = CallRecord> {
    let transcript = (some(text()), some(text()), some(text()), prop::collection::vec(turn(), 0..5))
        .prop_map(|(origin, format, language, turns)| Transcript { origin, format, language, turns });
    let mood = (some(text()), some(number())).prop_map(|(overall, score)| Sentiment { overall, score });
    let list = || prop::collection::vec(text(), 0..3);
    let insights = (some(text()), some(mood), list(), list(), some(text())).prop_map(
        |(summary, sentiment, topics, action_items, intent)| Insights {
            summary,
            sentiment,
            topics,
            action_items,
            intent,
        },
    );
    let metric = (some(moment()), text(), number()).prop_map(|(at, name, value)| Metric { at, name, value });
    let metadata = prop::collection::vec((text(), json_value()), 0..4);
    let lists = (prop::collection::vec(recording(), 0..4), prop::collection::vec(metric, 0..3), metadata);
    ("[^\\x00]{1,20}", some(text()), call(), some(transcript), some(insights), lists).prop_map(
        |(remote_id, revision, call, transcript, insights, (mut recordings, metrics, metadata))| {
            for (at, recording) in recordings.iter_mut().enumerate() {
                recording.remote_id = format!("rec/{at}\u{e9}");
            }
            let metadata: Map<String, Value> = metadata.into_iter().collect();
            CallRecord { remote_id, revision, call, recordings, transcript, insights, metrics, metadata }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_call_is_read_as_it_was_written(record in record(), here in prop::collection::vec(any::<bool>(), 4), inline in any::<bool>()) {
        let exhibit = exhibit(record.clone(), &here);
        let open = |_: &AudioFile| -> std::io::Result<Box<dyn std::io::Read>> { Ok(Box::new(SOUND.as_slice())) };
        let media = if inline { evidence::vcon::Media::Inline(&open) } else { evidence::vcon::Media::ByName };
        let mut written = Vec::new();
        evidence::vcon::write(&exhibit, media, &mut written).unwrap();
        let vcon = read_vcon(&written).unwrap();
        let original = vcon.original.unwrap_or_else(|| panic!("{:?}", vcon.notes));
        prop_assert_eq!(&original.record, &record);
        prop_assert_eq!(original.source.as_deref(), Some("Desk"));
        for (at, kept) in original.audio.iter().enumerate() {
            prop_assert_eq!(matches!(kept, Kept::Dialog(_)), here[at], "recording {}", at);
        }
    }
}

#[test]
fn a_folder_of_exports_is_one_source_and_a_call_in_two_of_them_is_one_call() {
    let desk = Desk::with_one_call();
    desk.folder.recording("other.wav", 4, 200);
    desk.sync();
    let shelf = CallFolder::new();
    let (call, other) = (desk.id("call"), desk.id("other"));
    for ids in [vec![call], vec![call, other]] {
        let to = shelf.path().to_owned();
        desk.app.export(&order(&ids, to, ExportForm::Bag, false), &Cancel::new(), &mut |_| {}).unwrap();
    }
    age(shelf.path());
    let home = tempfile::tempdir().unwrap();
    let app = App::open(Options::to_change(home.path().join("library"))).unwrap();
    let source = app.add_source(folder_source(&shelf, "Shelf")).unwrap().id;
    let run = app.sync(source, false, &Cancel::new(), &mut |_| {}).unwrap().run;
    assert_eq!((run.added, run.rejected), (2, 0), "{:?}", run.problems);
}
