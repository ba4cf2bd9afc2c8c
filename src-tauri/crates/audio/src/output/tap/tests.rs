use rtrb::Producer;

use super::super::BLOCK_FRAMES;
use super::*;

const RATE: u32 = 8_000;
const FADE: usize = 24;

fn tap() -> (Tap, Producer<Block>, Arc<Controls>) {
    let controls = Arc::new(Controls::new());
    let (producer, consumer) = rtrb::RingBuffer::new(8);
    (Tap::new(Arc::clone(&controls), consumer, RATE), producer, controls)
}

/// A full block of one value.
fn block(cue: u64, start: f64, value: f32) -> Block {
    let step = 1.0 / f64::from(RATE);
    Block { cue, start, step, frames: BLOCK_FRAMES, last: false, samples: [value; 2 * BLOCK_FRAMES] }
}

fn push(producer: &mut Producer<Block>, block: Block) {
    producer.push(block).expect("the ring has room");
}

fn left(tap: &mut Tap, frames: usize) -> Vec<f32> {
    (0..frames).map(|_| tap.frame()[0]).collect()
}

#[test]
fn the_start_of_a_recording_comes_out_bit_for_bit() {
    let (mut tap, mut producer, controls) = tap();
    push(&mut producer, block(1, 0.0, 0.123));
    controls.set_cue(1);
    controls.set_running(true);
    assert_eq!(left(&mut tap, BLOCK_FRAMES), [0.123; BLOCK_FRAMES]);
}

#[test]
fn what_is_cued_waits_in_silence_until_it_may_run() {
    let (mut tap, mut producer, controls) = tap();
    push(&mut producer, block(1, 0.0, 0.5));
    controls.set_cue(1);
    assert_eq!(left(&mut tap, 50), [0.0; 50]);
    controls.set_running(true);
    assert_eq!(tap.frame()[0], 0.5, "and is not lost");
    assert_eq!(controls.underruns(), 0, "silence while paused is no underrun");
}

#[test]
fn after_a_cue_no_sample_of_the_old_sound_follows_and_nothing_jumps() {
    let (mut tap, mut producer, controls) = tap();
    for n in 0..3 {
        push(&mut producer, block(1, f64::from(n), 0.5));
    }
    controls.set_cue(1);
    controls.set_running(true);
    left(&mut tap, 40);
    push(&mut producer, block(2, 9.0, -0.5));
    controls.set_cue(2);
    let heard = left(&mut tap, BLOCK_FRAMES);
    assert!(heard[FADE..].iter().all(|sample| *sample == -0.5), "after the fade only the new sound is heard");
    let mut before = 0.5;
    for sample in heard {
        assert!((sample - before).abs() <= 1.01 / FADE as f32, "from {before} to {sample} is a click");
        before = sample;
    }
}

#[test]
fn sound_of_a_cue_that_the_callback_has_not_seen_yet_is_kept() {
    let (mut tap, mut producer, controls) = tap();
    push(&mut producer, block(2, 0.0, 0.5));
    controls.set_cue(1);
    controls.set_running(true);
    left(&mut tap, 10);
    controls.set_cue(2);
    assert!(left(&mut tap, BLOCK_FRAMES).contains(&0.5), "the decoding thread was ahead of the callback");
}

#[test]
fn a_dry_ring_counts_once_and_sound_goes_on_when_it_comes() {
    let (mut tap, mut producer, controls) = tap();
    push(&mut producer, block(1, 0.0, 0.5));
    controls.set_cue(1);
    controls.set_running(true);
    left(&mut tap, BLOCK_FRAMES + 500);
    assert_eq!(controls.underruns(), 1, "one gap, however long");
    controls.publish(std::time::Duration::ZERO);
    let end = controls.anchor().expect("nobody writes").end;
    assert_eq!(end, BLOCK_FRAMES as f64 / f64::from(RATE), "silence is not counted as sound that was heard");
    push(&mut producer, block(1, end, 0.25));
    assert_eq!(left(&mut tap, BLOCK_FRAMES)[FADE + 1..], [0.25; BLOCK_FRAMES][FADE + 1..]);
}

#[test]
fn the_end_is_told_after_the_last_frame_and_is_no_underrun() {
    let (mut tap, mut producer, controls) = tap();
    push(&mut producer, Block { last: true, frames: 10, ..block(1, 2.0, 0.5) });
    controls.set_cue(1);
    controls.set_running(true);
    let ended = |controls: &Controls| {
        controls.publish(std::time::Duration::ZERO);
        controls.anchor().expect("nobody writes").ended
    };
    left(&mut tap, 10);
    assert!(!ended(&controls), "the tenth frame is out, but the device has not asked for more");
    left(&mut tap, 1);
    assert!(ended(&controls));
    left(&mut tap, 100);
    assert_eq!((tap.frame(), controls.underruns()), ([0.0; 2], 0));
}

#[test]
fn volume_moves_without_a_jump_and_is_exact_when_it_arrives() {
    let (mut tap, mut producer, controls) = tap();
    push(&mut producer, block(1, 0.0, 1.0));
    controls.set_cue(1);
    controls.set_running(true);
    left(&mut tap, 10);
    controls.set_volume(0.5);
    let heard = left(&mut tap, FADE);
    assert!(heard.windows(2).all(|pair| pair[0] - pair[1] <= 1.01 / FADE as f32), "no step is heard");
    assert_eq!(heard[FADE - 1], 0.5);
}
