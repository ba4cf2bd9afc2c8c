//! A rendered file is what the player plays.

mod common;

use common::{decode, path};
use turnstone_audio::render::{Channels, RenderOptions, Rendered, render};
use turnstone_audio::{Depth, Spec, open};

fn rendered(name: &str, options: &RenderOptions) -> (Rendered, Spec, Vec<f32>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out.wav");
    let said = render(open(&path(name)).expect(name), options, &out).expect(name);
    let files = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, 1, "nothing unfinished is left behind");
    let (spec, samples) = decode(&out);
    (said, spec, samples)
}

#[test]
fn the_whole_at_normal_speed_is_the_recording_itself() {
    for (name, depth) in [("pcm_s16.wav", Depth::Bits16), ("mulaw.wav", Depth::Bits16), ("opus.ogg", Depth::Float)] {
        let (source_spec, source) = decode(&path(name));
        let (said, spec, samples) = rendered(name, &RenderOptions { depth, ..RenderOptions::default() });
        assert_eq!((said.spec, spec), (source_spec, source_spec), "{name}");
        assert!(samples == source, "{name}: not a bit is lost at speed 1");
    }
}

#[test]
fn a_part_begins_and_ends_at_its_very_frames() {
    let (_, source) = decode(&path("mp3_8k_cbr.mp3"));
    let options = RenderOptions { at_ms: 500, for_ms: Some(750), depth: Depth::Float, ..RenderOptions::default() };
    let (_, _, samples) = rendered("mp3_8k_cbr.mp3", &options);
    assert!(samples == source[4_000..10_000], "8 frames a millisecond, from 500 for 750 ms");
    let beyond = RenderOptions { at_ms: 60_000, ..RenderOptions::default() };
    assert_eq!(rendered("mp3_8k_cbr.mp3", &beyond).1.frames, 0, "there is nothing beyond the end");
}

#[test]
fn one_channel_can_be_rendered_alone() {
    let (_, source) = decode(&path("ima_stereo.wav"));
    let (_, mono) = decode(&path("mulaw.wav"));
    for (channels, offset) in [(Channels::Left, 0), (Channels::Right, 1)] {
        let options = RenderOptions { channels, ..RenderOptions::default() };
        let (_, spec, samples) = rendered("ima_stereo.wav", &options);
        assert_eq!(spec.channels, 1);
        assert!(samples.iter().eq(source.iter().skip(offset).step_by(2)), "{channels:?}");
        assert!(rendered("mulaw.wav", &options).2 == mono, "of one channel, {channels:?} is that one");
    }
}

#[test]
fn twice_the_speed_is_half_the_length() {
    let (_, source) = decode(&path("mulaw.wav"));
    let (_, _, samples) = rendered("mulaw.wav", &RenderOptions { speed: 2.0, ..RenderOptions::default() });
    assert_eq!(samples.len(), source.len() / 2);
}

#[test]
fn a_file_that_cannot_be_written_says_where_and_leaves_what_was_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("missing/out.wav");
    let error =
        render(open(&path("mulaw.wav")).expect("opens"), &RenderOptions::default(), &out).expect_err("no folder");
    assert!(error.to_string().starts_with("cannot write "), "{error}");
    assert!(error.to_string().contains("out.wav"), "{error}");

    let taken = folder.path().join("taken.wav");
    std::fs::create_dir(&taken).expect("the folder can be written");
    render(open(&path("mulaw.wav")).expect("opens"), &RenderOptions::default(), &taken).expect_err("a folder is there");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left, ["taken.wav"], "nothing unfinished is left behind");
}
