use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// The rest of a recording on its way into a folder.
struct Sending {
    folder: TempDir,
    bytes: Vec<u8>,
    sent: usize,
    arrival: Arc<Arrival>,
    file: File,
}

impl Sending {
    fn new(bytes: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let arrival = Arc::new(Arrival::default());
        let part = folder.path().join("one.part");
        arrival.begins(&part, Some(bytes.len() as u64));
        let file = File::create(part).expect("a file");
        Self { folder, bytes, sent: 0, arrival, file }
    }

    fn send(&mut self, bytes: usize) {
        let end = (self.sent + bytes).min(self.bytes.len());
        self.file.write_all(&self.bytes[self.sent..end]).expect("room on the disk");
        self.sent = end;
        self.arrival.here(end as u64);
    }

    fn is_sent(&self) -> bool {
        self.sent == self.bytes.len()
    }

    /// The rest comes, and the file gets its name.
    fn keep(&mut self) {
        self.send(usize::MAX / 2);
        let whole = self.folder.path().join("one.audio");
        std::fs::rename(self.folder.path().join("one.part"), &whole).expect("a rename");
        self.arrival.kept(&whole);
    }

    fn begin_anew(&mut self, bytes: Vec<u8>) {
        let part = self.folder.path().join("one.part");
        self.arrival.begins(&part, None);
        self.file = File::create(part).expect("a file");
        (self.bytes, self.sent) = (bytes, 0);
    }

    fn straight(&self) -> (Spec, Vec<f32>) {
        let path = self.folder.path().join("straight");
        std::fs::write(&path, &self.bytes).expect("a file");
        let mut pcm = crate::open(&path).expect("the whole can be heard");
        let mut all = Vec::new();
        assert!(read_on(pcm.as_mut(), &mut all), "a whole file has an end");
        (pcm.spec(), all)
    }

    fn open(&self) -> Box<dyn Pcm> {
        open(&self.arrival, None).expect("a beginning is here")
    }
}

/// Reads what is here; whether it ended.
fn read_on(pcm: &mut dyn Pcm, into: &mut Vec<f32>) -> bool {
    let channels = usize::from(pcm.spec().channels);
    let mut piece = vec![0.0; 700 * channels];
    loop {
        match pcm.read(&mut piece) {
            Ok(0) => return true,
            Ok(frames) => into.extend_from_slice(&piece[..frames * channels]),
            Err(DecodeError::NotYet) => return false,
            Err(error) => panic!("{error}"),
        }
    }
}

fn assert_same(name: &str, heard: &[f32], straight: &[f32]) {
    let differs = heard.iter().zip(straight).position(|(heard, one)| heard.to_bits() != one.to_bits());
    assert_eq!((differs, heard.len()), (None, straight.len()), "{name}: the samples must be those of the whole");
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn wav(seconds: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::new(&mut bytes, spec).expect("a buffer");
    let noise = (0..seconds * 16_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 16) as i16);
    noise.for_each(|sample| wav.write_sample(sample).expect("a buffer"));
    wav.finalize().expect("a buffer");
    bytes.into_inner()
}

/// Recordings of some length in the formats that are heard while they arrive.
fn recordings() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![("wav", wav(10))];
    for (name, times) in [
        ("mp3_8k_cbr.mp3", 20),
        ("mp3_8k_vbr.mp3", 20),
        ("mp3_16k_id3v2.mp3", 12),
        ("mp3_16k_id3v1.mp3", 12),
        ("mp3_lowest_rate.mp3", 40),
        ("aac.aac", 12),
    ] {
        all.push((name, std::fs::read(fixture(name)).expect("a fixture").repeat(times)));
    }
    all
}

#[test]
fn of_every_beginning_the_samples_are_those_of_the_whole() {
    let folder = std::fs::read_dir(fixture("")).expect("the fixtures");
    let mut formats = [0; 2];
    for path in folder.map(|entry| entry.expect("a fixture").path()) {
        let Ok(mut whole) = crate::open(&path) else { continue };
        let mut straight = Vec::new();
        read_on(whole.as_mut(), &mut straight);
        let (name, bytes) = (path.display().to_string(), path.metadata().expect("a file").len());
        let grows = ["wav", "aiff", "aifc", "mp3", "flac", "aac"].iter().any(|end| name.ends_with(end));
        formats[usize::from(grows)] += 1;
        for cut in (4_096..bytes).step_by(211).chain(bytes.saturating_sub(40)..bytes) {
            match open_beginning(&path, cut) {
                Ok(Some(mut pcm)) => {
                    assert!(grows, "{name} has to be whole");
                    let (mut heard, spec) = (Vec::new(), pcm.spec());
                    assert_eq!((spec.rate, spec.channels), (whole.spec().rate, whole.spec().channels), "{name}");
                    read_on(pcm.as_mut(), &mut heard);
                    let margin = (MARGIN_MS * u64::from(spec.rate) / 1_000) as usize * usize::from(spec.channels);
                    let sure = heard.len().saturating_sub(margin);
                    assert!(sure <= straight.len(), "{name}: never more than there is");
                    assert_same(&format!("{name} cut at {cut}"), &heard[..sure], &straight[..sure]);
                }
                Ok(None) => assert!(!grows, "{name} can be heard while it arrives"),
                Err(error) => assert!(matches!(error, DecodeError::Malformed { .. }), "{name} cut at {cut}: {error}"),
            }
        }
    }
    assert!(formats[1] > 20 && formats[0] > 5, "both kinds were looked at: {formats:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_heard_while_it_arrives_is_what_is_in_the_whole(steps in prop::collection::vec(1usize..90_000, 1..40)) {
        for (name, bytes) in recordings() {
            let mut sending = Sending::new(bytes);
            let (spec, straight) = sending.straight();
            sending.send(64 << 10);
            let (mut pcm, mut heard) = (sending.open(), Vec::new());
            prop_assert!(!pcm.is_whole().expect("nothing failed"), "{} is heard before it is whole", name);
            let about = pcm.spec().frames as f64 / spec.frames as f64;
            prop_assert!((0.8..1.25).contains(&about), "{}: its length is about right, not {} of it", name, about);
            for step in steps.iter().cycle() {
                prop_assert!(!read_on(pcm.as_mut(), &mut heard), "{} does not end before its end", name);
                if sending.is_sent() {
                    break;
                }
                sending.send(*step);
            }
            sending.keep();
            prop_assert!(read_on(pcm.as_mut(), &mut heard));
            prop_assert_eq!(pcm.spec(), spec);
            assert_same(name, &heard, &straight);
        }
    }
}

#[test]
fn what_is_here_can_be_sought_and_what_is_not_is_waited_for() {
    for (name, bytes) in recordings() {
        let mut sending = Sending::new(bytes);
        let (spec, straight) = sending.straight();
        sending.send(64 << 10);
        let mut pcm = sending.open();
        let channels = usize::from(spec.channels);
        let mut piece = vec![0.0; 500 * channels];
        let mut exact = |pcm: &mut dyn Pcm, frame: u64| {
            let frames = pcm.read(&mut piece).unwrap_or_else(|error| panic!("{name} at {frame}: {error}"));
            let from = frame as usize * channels;
            assert_same(name, &piece[..frames * channels], &straight[from..from + frames * channels]);
        };
        for frame in [5_000, 1, 3_333, 0] {
            pcm.seek(frame).expect("a place that is here");
            exact(pcm.as_mut(), frame);
        }
        let late = spec.frames * 9 / 10;
        pcm.seek(late).expect("a place that will be here");
        assert!(matches!(pcm.read(&mut [0.0; 64]), Err(DecodeError::NotYet)), "{name}");
        sending.send(1_000);
        assert!(matches!(pcm.read(&mut [0.0; 64]), Err(DecodeError::NotYet)), "{name}");
        sending.keep();
        exact(pcm.as_mut(), late);
        pcm.seek(u64::MAX).expect("beyond the end is the end");
        assert_eq!(pcm.read(&mut [0.0; 64]).expect("the end is no error"), 0, "{name}");
    }
}

#[test]
fn at_another_speed_waiting_loses_nothing() {
    let mut sending = Sending::new(wav(10));
    let path = sending.folder.path().join("straight");
    sending.straight();
    let all = |mut sound: crate::stretch::Stretched, sending: Option<&mut Sending>| {
        let (mut all, mut piece, mut sending) = (Vec::new(), vec![0.0; 600], sending);
        loop {
            match sound.read(&mut piece) {
                Ok(0) => return all,
                Ok(frames) => all.extend_from_slice(&piece[..2 * frames]),
                Err(DecodeError::NotYet) => match &mut sending {
                    Some(sending) if !sending.is_sent() => sending.send(20_011),
                    Some(sending) => sending.keep(),
                    None => panic!("a whole file is never waited for"),
                },
                Err(error) => panic!("{error}"),
            }
        }
    };
    let straight = all(crate::stretch::Stretched::new(crate::open(&path).expect("a WAV"), 1.7), None);
    sending.send(64 << 10);
    let arriving = crate::stretch::Stretched::new(sending.open(), 1.7);
    assert_same("at 1.7", &all(arriving, Some(&mut sending)), &straight);
}

#[test]
fn a_transfer_that_begins_anew_is_heard_on_from_the_same_place() {
    let mut sending = Sending::new(wav(10));
    let (_, straight) = sending.straight();
    sending.send(100_000);
    let (mut pcm, mut heard) = (sending.open(), vec![0.0; 1_000]);
    assert_eq!(pcm.read(&mut heard).expect("what is here"), 500);
    sending.begin_anew(wav(10));
    assert!(!read_on(pcm.as_mut(), &mut heard), "of the old bytes nothing more is heard");
    assert_eq!(heard.len(), 1_000);
    sending.send(150_000);
    read_on(pcm.as_mut(), &mut heard);
    assert!(heard.len() > 50_000);
    sending.keep();
    read_on(pcm.as_mut(), &mut heard);
    assert_same("anew", &heard, &straight);

    let mut sending = Sending::new(wav(10));
    sending.send(100_000);
    let mut pcm = sending.open();
    sending.begin_anew(std::fs::read(fixture("mp3_8k_cbr.mp3")).expect("a fixture").repeat(20));
    sending.send(64 << 10);
    assert!(matches!(pcm.read(&mut [0.0; 64]), Err(DecodeError::Broke { .. })), "another shape cannot go on");
}

#[test]
fn a_failure_midway_is_told_with_its_reason() {
    let mut sending = Sending::new(wav(10));
    sending.send(100_000);
    let mut pcm = sending.open();
    sending.arrival.failed("the server hung up");
    sending.arrival.here(200_000);
    let error = pcm.read(&mut [0.0; 64]).expect_err("it will not be whole");
    assert_eq!(error.to_string(), "the recording did not arrive whole: the server hung up");
    let error = open(&sending.arrival, None).err().expect("nor can it be opened");
    assert!(matches!(error, DecodeError::Broke { .. }));
}

#[test]
fn what_has_to_be_whole_is_waited_for() {
    let mut sending = Sending::new(std::fs::read(fixture("aac.m4a")).expect("a fixture"));
    let arrival = Arc::clone(&sending.arrival);
    let opened = std::thread::spawn(move || open(&arrival, None));
    sending.keep();
    let mut pcm = opened.join().expect("no panic").expect("it is whole");
    assert!(pcm.is_whole().expect("nothing failed"));
    assert_eq!(pcm.spec().frames, 40_000);
}

#[test]
fn what_is_claimed_of_the_length_counts_while_the_bytes_do_not_tell() {
    let mut sending = Sending::new(wav(10));
    sending.begin_anew(wav(10));
    sending.send(100_000);
    let claimed = open(&sending.arrival, Some(9_000)).expect("a beginning");
    assert_eq!(claimed.spec().duration_ms(), 9_000);
    let here = open(&sending.arrival, None).expect("a beginning").spec();
    assert_eq!(here.frames, (100_000 - 44) / 4);
}
