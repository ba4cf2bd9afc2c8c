//! The trail through a real library.

use std::time::Duration;

use library::{AuditFilter, AuditRow};
use model::{AuditEntry, RecordingId};
use uuid::Uuid;

use super::*;
use crate::open::Options;

struct Desk {
    app: App,
    _dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let app = App::open(Options::to_change(dir.path().to_owned()).without_keychain()).unwrap();
        Self { app, _dir: dir }
    }

    fn entries(&self) -> Vec<AuditEntry> {
        entries(&self.app)
    }

    /// The entries but the first, as action, object and detail.
    fn told(&self) -> Vec<(String, String, String)> {
        let told = |entry: AuditEntry| (entry.action, entry.object.unwrap_or_default(), entry.detail);
        self.entries().into_iter().skip(1).map(told).collect()
    }
}

fn rows(app: &App) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    let keep = |row| {
        rows.push(row);
        Ok::<_, LibraryError>(())
    };
    app.inner.library.reader().unwrap().audit_rows(1..=u64::MAX, keep).unwrap();
    rows
}

fn entries(app: &App) -> Vec<AuditEntry> {
    rows(app).into_iter().map(|row| row.entry).collect()
}

fn said(action: &str, object: &str, detail: &str) -> (String, String, String) {
    (action.to_owned(), object.to_owned(), detail.to_owned())
}

fn call(number: u128) -> CallId {
    CallId(Uuid::from_u128(number))
}

fn tag() -> Tag {
    Tag { call: call(1), recording: RecordingId(Uuid::from_u128(2)) }
}

#[test]
fn the_first_entry_names_the_log_and_every_entry_says_who() {
    let desk = Desk::new();
    desk.app.change_settings(crate::Settings { person: " Ann Ames ".into(), ..Default::default() }).unwrap();
    desk.app.record(Action::Case, Some("7".into()), json!({ "reason": "", "name": "Crown", "number": null })).unwrap();
    let entries = desk.entries();
    assert_eq!(entries[0].action, "begin");
    assert!(entries[0].object.as_ref().unwrap().parse::<Uuid>().is_ok());
    let last = entries.last().unwrap();
    assert_eq!((last.action.as_str(), last.detail.as_str()), ("case", r#"{"name":"Crown"}"#));
    assert_eq!(last.person.as_deref(), Some("Ann Ames"));
    assert_eq!(last.user, whoami::username().unwrap());
    assert_eq!(entries[0].person, None, "nobody was configured yet");
    assert!(entries.iter().zip(1..).all(|(entry, seq)| entry.seq == seq));
}

#[test]
fn every_row_carries_the_edge_of_the_tree_and_with_a_key_the_checkpoints_signature() {
    let desk = Desk::new();
    desk.app.record(Action::Open, None, json!({})).unwrap();
    let key = SigningKey::generate().unwrap();
    desk.app.inner.trail.sign_with(key.clone());
    let deed = |number: u32| Deed::new(Action::Export, Some(number.to_string()), json!({}));
    desk.app.record_all((0..5).map(deed).collect()).unwrap();
    let mut edge = evidence::log::Edge::empty();
    let rows = rows(&desk.app);
    for row in &rows {
        edge.push(evidence::log::entry_hash(&row.entry));
        assert_eq!(row.edge, edge.to_bytes());
    }
    assert!(rows[..6].iter().all(|row| row.signature.is_none()), "the last of those written together is enough");
    let origin = desk.app.inner.trail.origin().unwrap().unwrap();
    let signature = chain::signature_by(&rows[6], &key.public()).unwrap().try_into().unwrap();
    assert!(evidence::log::Checkpoint::of(origin, &edge).is_signed(&key.public(), signature));
}

#[test]
fn a_call_is_opened_once_while_it_is_one_of_the_two_on_screen() {
    let desk = Desk::new();
    for number in [1, 1, 2, 1, 2, 3, 1] {
        desk.app.inner.trail.open(call(number)).unwrap();
    }
    let opened: Vec<String> = desk.told().into_iter().map(|(_, object, _)| object).collect();
    assert_eq!(opened, [1, 2, 3, 1].map(|number| call(number).to_string()));
}

#[test]
fn typing_is_recorded_when_the_words_have_settled() {
    let desk = Desk::new();
    desk.app.start_recording();
    for words in ["r", "ref", "refund ", "refund"] {
        desk.app.search_typed(words, &Default::default(), None, 10).unwrap();
    }
    desk.app.search_typed("refund", &Default::default(), Some("2.0"), 10).unwrap_err();
    assert_eq!(desk.told(), [], "a page that could not be read was not shown");
    desk.app.inner.trail.open(call(1)).unwrap();
    desk.app.search_typed("refund", &Default::default(), None, 10).unwrap();
    desk.app.search_typed("crown", &Default::default(), None, 10).unwrap();
    desk.app.finish_recording();
    let told =
        [said("search", "refund", "{}"), said("open", &call(1).to_string(), "{}"), said("search", "crown", "{}")];
    assert_eq!(desk.told(), told);
}

#[test]
fn a_search_on_the_command_line_is_recorded_at_once() {
    let desk = Desk::new();
    desk.app.search_said("crown", &Default::default(), Default::default(), None, 10).unwrap();
    desk.app.count_search("bridge", &Default::default(), &model::Cancel::new()).unwrap();
    desk.app.search_typed("implant", &Default::default(), None, 10).unwrap();
    let words: Vec<String> = desk.told().into_iter().map(|(_, object, _)| object).collect();
    assert_eq!(words, ["crown", "bridge", "implant"], "also where no thread waits for words to settle");
}

#[test]
fn playing_is_recorded_before_it_begins_and_as_it_was_heard() {
    let desk = Desk::new();
    let trail = &desk.app.inner.trail;
    let seen = |phase, position_ms, at| Seen {
        tag: Some(tag()),
        phase,
        position_ms,
        speed: 1.0,
        at: Duration::from_millis(at),
    };
    use audio::player::{Command, Phase};
    trail.hear(seen(Phase::Paused, 1_000, 0)).unwrap();
    trail.about_to(PlayerCommand::Sound(Command::Play)).unwrap();
    let recording = tag().recording;
    let begins = said("play", &tag().call.to_string(), &format!(r#"{{"recording":"{recording}","from_ms":1000}}"#));
    assert_eq!(desk.told(), std::slice::from_ref(&begins));
    trail.hear(seen(Phase::Playing, 1_000, 10)).unwrap();
    trail.hear(seen(Phase::Playing, 3_000, 2_010)).unwrap();
    assert_eq!(desk.told(), std::slice::from_ref(&begins), "it still goes on");
    trail.fall_silent().unwrap();
    let heard =
        said("play", &tag().call.to_string(), &format!(r#"{{"recording":"{recording}","from_ms":1000,"to_ms":3000}}"#));
    assert_eq!(desk.told(), [begins, heard]);
}

#[test]
fn a_saved_log_has_what_the_filter_leaves_oldest_first() {
    let desk = Desk::new();
    for number in 1..=3 {
        desk.app.record(Action::Open, Some(call(number).to_string()), json!({})).unwrap();
        desk.app.record(Action::Search, Some("Refund".into()), json!({})).unwrap();
    }
    let place = tempfile::tempdir().unwrap();
    let save = |name: &str, filter: AuditFilter| {
        let file = place.path().join(name);
        let entries = desk.app.save_audit_log(&filter, &file).unwrap();
        (entries, std::fs::read_to_string(file).unwrap())
    };
    let opened = desk.entries().into_iter().filter(|entry| entry.action == "open");
    let lines: String = opened.map(|entry| evidence::log::entry_line(&entry) + "\n").collect();
    let filter = AuditFilter { action: Some("open".into()), ..AuditFilter::default() };
    assert_eq!(save("open.jsonl", filter), (3, lines));
    let (entries, table) = save("log.csv", AuditFilter { text: Some("refund".into()), ..AuditFilter::default() });
    assert_eq!((entries, table.lines().count()), (3, 4), "a line for each and one above");
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 2, "nothing unfinished is left");
}

#[test]
fn what_cannot_be_recorded_is_not_done() {
    let Desk { app, _dir } = Desk::new();
    app.record(Action::Open, None, json!({})).unwrap();
    damage_the_end(&app);
    let fault = app.inner.trail.open(call(1)).unwrap_err();
    assert_eq!(fault.code, FaultCode::NotRecorded);
    assert!(app.change_settings(crate::Settings { person: "Eve".into(), ..Default::default() }).is_err());
    assert_eq!(app.settings().unwrap().person, "", "a setting that cannot be recorded is not changed");
    app.inner
        .trail
        .hear(Seen {
            tag: Some(tag()),
            phase: audio::player::Phase::Playing,
            position_ms: 0,
            speed: 1.0,
            at: Duration::ZERO,
        })
        .unwrap_err();
    app.search_typed("crown", &Default::default(), None, 10).unwrap_err();
    assert_eq!(entries(&app).len(), 3);
}

/// An entry whose edge is none, so that nothing can follow it.
fn damage_the_end(app: &App) {
    let worthless = |tail: Option<AuditTail>| {
        let entry = AuditEntry {
            seq: tail.map_or(0, |tail| tail.seq) + 1,
            at_ms: 0,
            user: String::new(),
            person: None,
            action: "open".into(),
            object: None,
            detail: "{}".into(),
        };
        Ok(vec![AuditRow { entry, edge: vec![1, 2, 3], signature: None }])
    };
    app.inner.library.append_audit(worthless).unwrap();
}
