//! A recording that is not here is heard while it comes, and is kept once it has.

use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use app::{AppEvent, Filter, Opened, PlayerPhase, PlayerSnapshot};
use model::{AudioState, CallId, Cancel, Tier};
use testkit::sandbox::{Answer, Truth};
use testkit::wav;

use crate::served::Served;

/// How long a test waits for what must come; far beyond what it takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the addresses of audio have in common.
const AUDIO: &str = ".wav";

/// A library whose source gives the bytes of audio only as fast as the test wants.
struct Tap {
    served: Served,
    told: Receiver<AppEvent>,
    audio: Vec<u8>,
}

impl Tap {
    fn new() -> Self {
        let mut truth = Truth::small(1);
        let audio = wav(1, 20_000);
        for call in &mut truth.calls {
            (call.audio, call.format, call.duration_ms) = (audio.clone(), "wav".into(), 20_000);
        }
        let served = Served::new("twilio", truth);
        served.sync();
        let (tell, told) = mpsc::channel();
        served.app.subscribe(Box::new(move |event| drop(tell.send(event.clone()))));
        served.app.start_listening().unwrap();
        served.server().forget();
        Self { served, told, audio }
    }

    /// Has the next who asks for audio get what is sent here, and nothing else.
    fn held(&self) -> Sender<Vec<u8>> {
        let (send, pieces) = mpsc::channel();
        let answer = Answer { headers: vec![("Content-Type".into(), "audio/wav".into())], ..Answer::events(pieces) };
        self.served.server().tamper(move |asked, given| {
            if asked.path.contains(AUDIO) {
                *given = answer.clone();
            }
        });
        send
    }

    fn call(&self) -> CallId {
        self.served.app.calls_with_audio(&Filter::default()).unwrap()[0]
    }

    fn state(&self) -> AudioState {
        self.served.app.call(self.call()).unwrap().recordings[0].state
    }

    fn open(&self) -> Opened {
        self.served.app.open_recording(self.call(), None, 0, true).unwrap()
    }

    fn player(&self, wanted: impl Fn(&PlayerSnapshot) -> bool) -> PlayerSnapshot {
        loop {
            match self.told.recv_timeout(PATIENCE).expect("what was waited for is told") {
                AppEvent::Player(snapshot) if wanted(&snapshot) => return snapshot,
                _ => {}
            }
        }
    }

    fn until_changed(&self) {
        while !matches!(self.told.recv_timeout(PATIENCE).expect("the library changes"), AppEvent::LibraryChanged) {}
    }

    /// Waits until the recording is cached, and looks: it is there byte for byte, and its hash is right.
    fn assert_kept(&self) {
        while self.state() != AudioState::Cached {
            self.until_changed();
        }
        let got = &mut None;
        self.served.app.fetch(&[self.call()], 1, &Cancel::new(), &mut |one| *got = one.file.clone()).unwrap();
        assert!(std::fs::read(got.as_ref().unwrap()).unwrap() == self.audio);
        assert_eq!(self.served.app.sweep(false, &Cancel::new()).unwrap().verified, 1, "its hash is that of its bytes");
    }

    fn asked_for_audio(&self) -> usize {
        self.served.server().seen().iter().filter(|seen| seen.asked.path.contains(AUDIO)).count()
    }
}

#[test]
fn playing_begins_before_the_last_byte_was_sent_and_afterwards_the_recording_is_kept() {
    let tap = Tap::new();
    let send = tap.held();
    send.send(tap.audio[..100_000].to_vec()).unwrap();
    let opened = tap.open();
    assert_eq!((opened.tier, opened.duration_ms), (Tier::Provider, 20_000), "as long as its source says");
    tap.player(|now| now.phase == PlayerPhase::Playing);
    assert_ne!(tap.state(), AudioState::Cached, "what is not whole does not count as cached");
    assert_eq!(tap.served.app.cache_status().unwrap().files, 0);
    send.send(tap.audio[100_000..].to_vec()).unwrap();
    drop(send);
    tap.assert_kept();
    assert_eq!(tap.asked_for_audio(), 1);
}

#[test]
fn a_recording_that_is_being_downloaded_is_heard_from_that_download() {
    let tap = Tap::new();
    let send = tap.held();
    tap.served.app.download(&[tap.call()]).unwrap();
    send.send(tap.audio[..100_000].to_vec()).unwrap();
    tap.open();
    tap.player(|now| now.phase == PlayerPhase::Playing);
    send.send(tap.audio[100_000..].to_vec()).unwrap();
    drop(send);
    tap.assert_kept();
    assert_eq!(tap.asked_for_audio(), 1, "it was fetched once");
}

#[test]
fn a_transfer_that_breaks_after_the_sound_began_leaves_nothing_that_counts() {
    let tap = Tap::new();
    let send = tap.held();
    send.send(tap.audio[..100_000].to_vec()).unwrap();
    tap.open();
    tap.player(|now| now.phase == PlayerPhase::Playing);
    tap.served.server().tamper(|asked, given| {
        if asked.path.contains(AUDIO) {
            *given = Answer::empty(404);
        }
    });
    tap.served.server().hang_up();
    tap.until_changed();
    assert_ne!(tap.state(), AudioState::Cached);
    assert_eq!(tap.served.app.cache_status().unwrap().files, 0);
    let fault = tap.served.app.open_recording(tap.call(), None, 0, true).unwrap_err();
    assert!(fault.message.contains("no audio"), "what keeps it from being heard at all is the answer: {fault}");
    tap.served.server().behave();
    tap.open();
    tap.assert_kept();
}
