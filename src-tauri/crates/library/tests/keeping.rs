//! What is to be fetched, what is to stay, and what is known of the files that are here.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use library::{AudioFilter, CachedFile, Filter, PinnedSearch};
use model::*;

#[test]
fn downloads_come_in_the_order_they_were_asked_for_and_go_when_they_are_here() {
    let lib = Lib::new();
    let calls = lib.put(["a", "b", "c"].map(with_audio).to_vec());
    let (first, later) = (vec![calls[2], calls[0]], calls.clone());
    assert_eq!(lib.library.write(move |writer| writer.queue_downloads(&first)).unwrap(), 2);
    assert_eq!(
        lib.library.write(move |writer| writer.queue_downloads(&later)).unwrap(),
        1,
        "only what was not asked for"
    );
    let queued = lib.reader().downloads().unwrap();
    assert_eq!(queued.iter().map(|one| one.call).collect::<Vec<_>>(), [calls[2], calls[0], calls[1]]);
    assert_eq!((queued[0].source, queued[0].bytes), (lib.source, Some(960)));

    let (here, dropped) = (queued[0].recording, queued[1].recording);
    lib.library
        .write(move |writer| {
            writer.set_cached(here, &file("x"))?;
            writer.unqueue_download(dropped)
        })
        .unwrap();
    assert_eq!(lib.reader().count_downloads().unwrap(), 1);
    let again = calls.clone();
    assert_eq!(
        lib.library.write(move |writer| writer.queue_downloads(&again)).unwrap(),
        1,
        "what is here is not fetched"
    );
    lib.library.write(|writer| writer.clear_downloads()).unwrap();
    assert_eq!(lib.reader().downloads().unwrap(), []);
    lib.assert_whole();
}

#[test]
fn a_call_stays_pinned_while_anything_holds_it() {
    let lib = Lib::new();
    let calls = lib.put(["a", "b"].map(with_audio).to_vec());
    let recording = RecordingId::derive(calls[0], "main");
    let filter = Filter { source: Some(lib.source), audio: Some(AudioFilter::NotYet), ..Filter::default() };
    let search = PinnedSearch { name: "Crowns".into(), query: "crown".into(), filter };
    let (kept, found) = (search.clone(), calls.clone());
    let news = lib
        .library
        .write(move |writer| {
            writer.set_cached(recording, &file("x"))?;
            assert!(writer.pin(found[0], NOON)? && !writer.pin(found[0], NOON)?, "pinning twice is no news");
            writer.pin_search(&kept, NOON)?;
            writer.pin_found("Crowns", &found, NOON)
        })
        .unwrap();
    assert_eq!(news, calls);
    assert_eq!(lib.reader().pinned_searches().unwrap(), [search], "the filter reads as it was written");
    assert!(lib.reader().held_files().unwrap()[0].pinned);

    let call = calls[0];
    assert!(lib.library.write(move |writer| writer.unpin(call)).unwrap());
    assert!(lib.reader().held_files().unwrap()[0].pinned, "the search still holds it");
    assert!(lib.library.write(|writer| writer.unpin_search("Crowns")).unwrap());
    assert!(!lib.reader().held_files().unwrap()[0].pinned);
    assert_eq!(lib.reader().pinned_calls().unwrap(), []);
    lib.assert_whole();
}

#[test]
fn of_a_cached_file_it_is_known_when_it_was_played_and_verified_and_why_it_was_lost() {
    let lib = Lib::new();
    let call = lib.put(vec![with_audio("a")])[0];
    let recording = RecordingId::derive(call, "main");
    lib.library
        .write(move |writer| {
            writer.set_cached(recording, &file("x"))?;
            writer.set_played(recording, NOON + 5)?;
            writer.set_verified(recording, NOON + 7)
        })
        .unwrap();
    let held = lib.reader().held_files().unwrap().remove(0);
    assert_eq!((held.played_ms, held.verified_ms, held.fetched_ms), (Some(NOON + 5), Some(NOON + 7), NOON));
    assert!(!held.gone_at_source && !held.source_removed && !held.pinned);

    let why = Attempt { at_ms: NOON, tier: Tier::Local, outcome: Outcome::Invalid, detail: Some("damaged".into()) };
    let kept = why.clone();
    lib.library.write(move |writer| writer.lose_cached(recording, &kept)).unwrap();
    let lost = lib.reader().call(call).unwrap().unwrap().recordings.remove(0);
    assert_eq!((lost.state, lost.file, lost.attempts), (AudioState::Available, None, vec![why]));
}

#[test]
fn a_recording_that_changed_at_its_source_may_be_had_again() {
    let lib = Lib::new();
    let call = lib.put(vec![with_audio("a")])[0];
    let recording = RecordingId::derive(call, "main");
    let standing = library::Standing {
        state: AudioState::Unavailable,
        next_try_ms: Some(NOON),
        tries: 4,
        waits: vec![(Door::Source, NOON)],
    };
    lib.library.write(move |writer| writer.record_attempts(recording, &[], Some(&standing))).unwrap();
    let known = || lib.reader().call(call).unwrap().unwrap().recordings.remove(0);
    lib.put(vec![with_audio("a")]);
    assert_eq!((known().state, known().tries), (AudioState::Unavailable, 4), "told the same it stays as it is");

    let mut elsewhere = with_audio("a");
    elsewhere.recordings[0].storage_path = Some("elsewhere".into());
    lib.put(vec![elsewhere]);
    assert_eq!((known().state, known().tries, known().next_try_ms), (AudioState::Available, 0, None));
    assert_eq!(known().waits, [(Door::Source, NOON)], "what the server asked for still holds");
}

fn with_audio(remote_id: &str) -> CallRecord {
    let mut call = a_call(remote_id, Some(NOON));
    let claimed = AudioFacts { bytes: Some(960), ..AudioFacts::default() };
    call.recordings.push(Recording { remote_id: "main".into(), claimed, ..Recording::default() });
    call
}

fn file(path: &str) -> CachedFile {
    let facts = AudioFacts { bytes: Some(960), ..AudioFacts::default() };
    CachedFile { path: path.into(), facts, tier: Tier::Provider, fetched_at_ms: NOON }
}
