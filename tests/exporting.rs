//! Calls are handed over whole, or what is missing is said; nothing half-made is ever left; the audit log knows of it.

use std::fs;
use std::path::{Path, PathBuf};

use app::{
    App, AuditFilter, Document, ExportAudio, ExportForm, ExportOrder, Exported, FaultCode, Filter, ForCase, Selection,
    Trust, Verified, verify_export,
};
use model::Cancel;
use testkit::sandbox::Truth;

use crate::desk::{Desk, files_below};
use crate::served::Served;

const FORMS: [ExportForm; 2] = [ExportForm::Bag, ExportForm::Zip];

#[test]
fn a_bag_holds_the_original_bytes_and_every_document_and_verifies() {
    let desk = desk_with(3);
    for form in FORMS {
        let exported = export(&desk.app, &order(&desk, form));
        assert_eq!((exported.calls, exported.missing.len()), (3, 0));
        let verified = verify(&exported.path);
        assert_eq!(verified.problems, [], "{form:?}");
        assert_eq!(verified.tagmanifest, exported.tagmanifest);
    }
    let bag = only(&desk.home.path().join("out"), "");
    for number in 1..=3 {
        let call = desk.call(&format!("call-{number}"));
        let id = call.row.id.0.simple().to_string();
        let dir = only(&bag.join("data/calls"), &id[..12]);
        let names: Vec<String> = sorted_names(&dir);
        assert_eq!(
            names,
            ["audio-1.wav", "call.vcon.json", "transcript.srt", "transcript.txt", "transcript.vtt", "turns.csv"]
        );
        let at_source = fs::read(desk.folder.place(&format!("call-{number}.wav"))).unwrap();
        assert!(fs::read(dir.join("audio-1.wav")).unwrap() == at_source, "the bytes are those of the source");
    }
}

#[test]
fn the_same_calls_give_the_same_payload_and_plain_files_hold_the_same() {
    let desk = desk_with(2);
    let payload = |path: &Path| fs::read_to_string(path.join("manifest-sha512.txt")).unwrap();
    let first = export(&desk.app, &order(&desk, ExportForm::Bag));
    let again = export(&desk.app, &ExportOrder { reason: "asked twice".into(), ..order(&desk, ExportForm::Bag) });
    assert_ne!(first.path, again.path, "nothing is overwritten");
    assert_eq!(payload(&first.path), payload(&again.path));
    assert_ne!(first.tagmanifest, again.tagmanifest, "the log and the reason are not payload");

    let plain = export(&desk.app, &order(&desk, ExportForm::Folder));
    assert_eq!(plain.tagmanifest, None);
    for file in files_below(plain.path.clone()) {
        let inside = file.strip_prefix(&plain.path).unwrap();
        let in_bag = ["data/calls", "data"].map(|dir| first.path.join(dir).join(inside));
        let twin = in_bag.iter().find(|twin| twin.is_file()).unwrap();
        if inside != Path::new("index.csv") {
            assert!(fs::read(&file).unwrap() == fs::read(twin).unwrap(), "{}", inside.display());
        }
    }
}

#[test]
fn a_copy_for_listening_stands_beside_the_original() {
    let desk = desk_with(1);
    let wanted = ExportOrder { audio: ExportAudio::Wav, ..order(&desk, ExportForm::Bag) };
    let exported = export(&desk.app, &wanted);
    let dir = only(&exported.path.join("data/calls"), "");
    let samples = |name: &str| testkit::samples_of(&fs::read(dir.join(name)).unwrap());
    assert_eq!(samples("listening-1.wav"), samples("audio-1.wav"));
    assert_eq!(verify(&exported.path).problems, []);
    let none = export(&desk.app, &ExportOrder { audio: ExportAudio::None, ..order(&desk, ExportForm::Bag) });
    let names = files_below(none.path);
    assert!(names.iter().all(|file| file.extension().is_none_or(|ending| ending != "wav")), "no audio was wanted");
}

#[test]
fn a_file_that_is_not_what_was_fetched_is_left_out_and_said_and_the_rest_goes_on() {
    let plain_copies = (ExportForm::Folder, ExportAudio::Wav);
    for (form, audio) in FORMS.map(|form| (form, ExportAudio::Original)).into_iter().chain([plain_copies]) {
        let desk = desk_with(3);
        desk.fetch(desk.id("call-2"));
        let file = desk.cached_files().remove(0);
        let mut bytes = fs::read(&file).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&file, bytes).unwrap();
        let mut begun = 0;
        let wanted = ExportOrder { audio, ..order(&desk, form) };
        let exported = desk.app.export(&wanted, &Cancel::new(), &mut |step| {
            begun += u32::from(matches!(step, app::ExportStep::Writing { done: 0, .. }));
        });
        let exported = exported.unwrap();
        assert_eq!(begun, 1, "for it nothing is written twice");
        assert_eq!(exported.missing.len(), 1, "{form:?}");
        assert_eq!(exported.missing[0].call, desk.id("call-2"));
        assert!(exported.missing[0].reason.contains("damaged"), "{}", exported.missing[0].reason);
        if form != ExportForm::Folder {
            assert_eq!(verify(&exported.path).problems, [], "the bag itself is sound");
        }
    }
}

#[test]
fn what_is_missing_is_listed_with_its_reason() {
    let desk = desk_with(1);
    desk.folder.transcript("words only.vtt", 2);
    desk.folder.recording("gone.wav", 7, 300);
    desk.sync();
    desk.folder.remove("gone.wav");
    desk.sync();
    let exported = export(&desk.app, &order(&desk, ExportForm::Bag));
    let reason = |id: &str| {
        let call = desk.id(id);
        exported.missing.iter().find(|one| one.call == call).map(|one| one.reason.clone()).unwrap()
    };
    assert_eq!(exported.missing.len(), 2);
    assert!(exported.missing.iter().all(|one| !one.words.is_empty()), "people know a call by who and when");
    assert!(reason("words only").starts_with("never recorded"));
    assert!(!reason("gone").is_empty());
    let readme = fs::read_to_string(exported.path.join("README.txt")).unwrap();
    assert!(readme.contains("never recorded"), "the recipient is told too");
}

#[test]
fn a_file_that_was_lost_is_brought_again_and_a_plan_counts_what_is_at_hand() {
    let desk = desk_with(2);
    desk.fetch(desk.id("call-1"));
    let wish = ExportOrder { to: PathBuf::new(), fetch: false, ..order(&desk, ExportForm::Bag) };
    let planned = |order: &ExportOrder| {
        let plan = desk.app.plan_export(order).unwrap();
        (plan.completeness.here, plan.at_hand, plan.is_there)
    };
    assert_eq!(planned(&wish), (1, 1, false), "a plan needs no folder yet");
    fs::remove_file(desk.cached_files().remove(0)).unwrap();
    let wish = ExportOrder { to: desk.home.path().to_owned(), ..wish };
    assert_eq!(planned(&wish), (1, 2, true), "and finds what was lost");
    assert_eq!(export(&desk.app, &wish).missing, []);
}

#[test]
fn an_export_that_is_stopped_leaves_nothing_but_its_entry_in_the_log() {
    let desk = desk_with(4);
    for form in ExportForm::ALL {
        let cancel = Cancel::new();
        let stopped = desk.app.export(&order(&desk, *form), &cancel, &mut |step| {
            if matches!(step, app::ExportStep::Writing { done: 2, .. }) {
                cancel.cancel();
            }
        });
        assert_eq!(stopped.unwrap_err().code, FaultCode::Cancelled);
        assert_eq!(files_below(desk.home.path().join("out")), [] as [PathBuf; 0], "{form:?}");
    }
    let exports = entries(&desk.app, "export");
    let failed = exports.iter().filter(|detail| detail.contains("failed")).count();
    assert_eq!((exports.len(), failed), (3 * 5, 3), "each call and the end of each");
}

#[test]
fn the_log_knows_of_every_call_before_and_of_the_seal_after() {
    let desk = desk_with(2);
    let wanted = ExportOrder {
        reason: "a complaint".into(),
        case: Some(ForCase::Elsewhere("2026-17".into())),
        ..order(&desk, ExportForm::Bag)
    };
    let exported = export(&desk.app, &wanted);
    let exports = entries(&desk.app, "export");
    assert_eq!(exports.len(), 2);
    assert!(exports.iter().all(|detail| detail.contains("a complaint") && detail.contains("2026-17")));
    let seals = entries(&desk.app, "seal");
    assert!(seals.len() == 1 && seals[0].contains(exported.tagmanifest.as_deref().unwrap()));
    let lines = fs::read_to_string(exported.path.join("log/entries.jsonl")).unwrap();
    assert_eq!(lines.lines().count(), 2, "the log of these calls goes with them, the export itself included");
    let name = exported.path.file_name().unwrap().to_string_lossy().into_owned();
    assert!(name.starts_with("turnstone-2026-17-"), "{name}");
}

#[test]
fn names_from_outside_decide_no_path() {
    let desk = desk_with(1);
    let wanted = ExportOrder {
        case: Some(ForCase::Elsewhere("../../../etc/\u{202e}x <b> CON \0 %2e%2e".into())),
        ..order(&desk, ExportForm::Bag)
    };
    let exported = export(&desk.app, &wanted);
    assert_eq!(exported.path.parent(), Some(desk.home.path().join("out").as_path()));
    let name = exported.path.file_name().unwrap().to_str().unwrap();
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)), "{name}");
}

#[test]
fn a_bag_must_be_what_the_cover_letter_says() {
    let desk = desk_with(1);
    let exported = export(&desk.app, &order(&desk, ExportForm::Bag));
    let with = |trust: Trust| verify_export(&exported.path, &trust, &Cancel::new(), &mut |_, _| {}).unwrap().problems;
    let hash = exported.tagmanifest.clone().unwrap();
    let spaced = hash.to_uppercase().as_bytes().chunks(8).map(|group| String::from_utf8_lossy(group) + " ").collect();
    assert_eq!(with(Trust { tagmanifest: Some(spaced), ..Trust::default() }), [], "as people write it");
    assert_eq!(with(Trust { tagmanifest: Some("00".repeat(64)), ..Trust::default() }).len(), 1);
    assert_eq!(with(Trust { key: Some("RWnonsense".into()), ..Trust::default() }).len(), 1, "it is not signed");
}

#[test]
fn nothing_to_export_and_no_place_to_put_it_are_said() {
    let desk = desk_with(1);
    let nothing = Filter { number: Some("no such number".into()), ..Filter::default() };
    let empty = ExportOrder { which: Selection::Filter(nothing), ..order(&desk, ExportForm::Bag) };
    assert_eq!(refused(&desk.app, &empty), FaultCode::NotFound);
    let nowhere = ExportOrder { to: PathBuf::new(), ..order(&desk, ExportForm::Bag) };
    assert_eq!(refused(&desk.app, &nowhere), FaultCode::Invalid);
    assert_eq!(desk.app.plan_export(&nowhere).unwrap().completeness.calls, 1, "but it can be planned");
    let file = desk.home.path().join("a file");
    fs::write(&file, "x").unwrap();
    assert_eq!(
        refused(&desk.app, &ExportOrder { to: file.join("below"), ..order(&desk, ExportForm::Bag) }),
        FaultCode::Io
    );
}

#[test]
fn a_server_that_keeps_a_trail_of_downloads_hears_of_an_export_once() {
    let served = Served::new("vapi-backend", Truth::small(2));
    served.sync();
    served.fetch_all();
    let asked = || served.server().seen().iter().filter(|seen| seen.asked.path.contains("recording")).count();
    let before = asked();
    let to = tempfile::tempdir().unwrap();
    let wanted = ExportOrder { to: to.path().to_owned(), ..anywhere() };
    export(&served.app, &wanted);
    assert_eq!(asked() - before, 2, "one question for each recording");
    served.sync();
    assert_eq!(asked() - before, 2, "and none for what was told");
    served.app.set_offline(true).unwrap();
    export(&served.app, &wanted);
    assert_eq!(asked() - before, 2, "offline nobody is told");
    served.app.set_offline(false).unwrap();
    served.sync();
    assert_eq!(asked() - before, 4, "but with the next sync");
    let cancel = Cancel::new();
    let stopped = served.app.export(&wanted, &cancel, &mut |step| {
        if matches!(step, app::ExportStep::Writing { done: 1, .. }) {
            cancel.cancel();
        }
    });
    assert_eq!(stopped.unwrap_err().code, FaultCode::Cancelled);
    served.sync();
    assert_eq!(asked() - before, 4, "and never of one that came to nothing");
}

#[test]
fn audio_that_is_not_here_is_fetched_only_if_that_is_wanted() {
    let served = Served::new("elevenlabs", Truth::small(2));
    served.sync();
    let to = tempfile::tempdir().unwrap();
    let without = export(&served.app, &ExportOrder { to: to.path().to_owned(), fetch: false, ..anywhere() });
    assert_eq!(without.missing.len(), 2);
    assert!(without.missing.iter().all(|one| one.may_come && one.reason == "not fetched"));
    let with = export(&served.app, &ExportOrder { to: to.path().to_owned(), ..anywhere() });
    assert_eq!(with.missing.len(), 0);
}

/// Calls with a recording and a transcript each, `call-1.wav` and so on.
fn desk_with(calls: u16) -> Desk {
    let desk = Desk::new();
    for number in 1..=calls {
        desk.folder.recording(&format!("call-{number}.wav"), number, 400);
        desk.folder.transcript(&format!("call-{number}.vtt"), 4);
    }
    desk.sync();
    desk
}

/// Every call with everything, into a folder `out`.
fn order(desk: &Desk, form: ExportForm) -> ExportOrder {
    ExportOrder { to: desk.home.path().join("out"), form, ..anywhere() }
}

fn anywhere() -> ExportOrder {
    ExportOrder {
        which: Selection::Filter(Filter::default()),
        case: None,
        to: PathBuf::new(),
        form: ExportForm::Bag,
        audio: ExportAudio::Original,
        documents: Document::ALL.iter().copied().collect(),
        inline_audio: false,
        reason: String::new(),
        fetch: true,
    }
}

fn export(app: &App, order: &ExportOrder) -> Exported {
    app.export(order, &Cancel::new(), &mut |_| {}).unwrap()
}

fn refused(app: &App, order: &ExportOrder) -> FaultCode {
    app.export(order, &Cancel::new(), &mut |_| {}).unwrap_err().code
}

fn verify(path: &Path) -> Verified {
    verify_export(path, &Trust::default(), &Cancel::new(), &mut |_, _| {}).unwrap()
}

/// The details of all entries of an action, newest first.
fn entries(app: &App, action: &str) -> Vec<String> {
    let filter = AuditFilter { action: Some(action.into()), ..AuditFilter::default() };
    app.audit_log(&filter, None, 1_000).unwrap().0.into_iter().map(|line| line.entry.detail).collect()
}

/// The only folder in a folder whose name ends so.
fn only(dir: &Path, ending: &str) -> PathBuf {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &PathBuf| path.is_dir() && path.to_string_lossy().ends_with(ending);
    let mut folders: Vec<PathBuf> = entries.filter(is_it).collect();
    assert_eq!(folders.len(), 1, "in {}", dir.display());
    folders.remove(0)
}

fn sorted_names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}
