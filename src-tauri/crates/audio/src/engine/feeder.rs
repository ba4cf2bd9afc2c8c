//! The decoding thread: turns a recording into blocks for the ring, ahead of the device.
//!
//! Decode, fold to two channels at most, stretch at the recording's rate, convert to the device's rate, cut into blocks.
//! It sleeps while nothing runs, and looks at the ring 20 times a second while something does. A new cue interrupts it
//! between two blocks. While a recording is still arriving it looks as often whether more is here; where nothing is, the
//! ring runs dry, which is silence in which the place stands still.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvError, RecvTimeoutError};
use rtrb::Producer;

use crate::output::{BLOCK_FRAMES, Block, Controls};
use crate::player::{Cue, Opening};
use crate::resample::Resampler;
use crate::stretch::Stretched;
use crate::{DecodeError, Pcm};

/// How often the ring is topped up; it holds half a second.
const TOP_UP: Duration = Duration::from_millis(50);
/// How soon to look again when the ring is full of sound of an older cue, which the next callback drops.
const CLEARING: Duration = Duration::from_millis(2);
/// How many frames are read at a time.
const PIECE: usize = 256;
/// How many blocks of a new cue may use the half of the ring that is kept free for it.
const HASTE: u64 = 32;

/// What the decoding thread is told.
pub(crate) enum Order {
    /// A device pulls from the other end of this ring, at this rate.
    Attach(Producer<Block>, u32),
    /// This is the recording now.
    Load(Opening, Box<dyn Pcm>),
    /// There is no recording.
    Unload,
    /// Give the sound from this position, in milliseconds.
    Cue { cue: Cue, at: i64, speed: f64 },
    /// Look whether there is something to do.
    Wake,
}

/// What the decoding thread has to say.
pub(crate) enum News {
    /// A cue cannot be decoded further.
    Broken(Cue, DecodeError),
    /// The recording is this long, in milliseconds, as far as can be told now.
    Lasts(Opening, i64),
}

/// Works until the orders end.
pub(crate) fn feed(orders: &Receiver<Order>, controls: Arc<Controls>, tell: &dyn Fn(News)) {
    let mut feeder = Feeder {
        controls,
        ring: None,
        sound: None,
        arriving: None,
        resampler: Resampler::new(1, 1, 1),
        job: None,
        raw: Vec::new(),
        folded: Vec::new(),
    };
    loop {
        let order = match feeder.pause() {
            None => orders.recv().map_err(|RecvError| RecvTimeoutError::Disconnected),
            Some(pause) => orders.recv_timeout(pause),
        };
        match order {
            Ok(order) => feeder.obey(order, tell),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        feeder.look(tell);
        feeder.fill(orders, tell);
    }
}

struct Feeder {
    controls: Arc<Controls>,
    ring: Option<Ring>,
    sound: Option<Stretched>,
    /// The recording while it is not whole, and how long it was last said to be.
    arriving: Option<(Opening, i64)>,
    /// Kept from cue to cue: its table takes longer to make than the first sound.
    resampler: Resampler,
    job: Option<Job>,
    raw: Vec<f32>,
    folded: Vec<f32>,
}

struct Ring {
    producer: Producer<Block>,
    rate: u32,
    blocks: usize,
}

/// The cue being worked on.
struct Job {
    cue: Cue,
    speed: f64,
    channels: usize,
    /// Frames made so far, at the device's rate.
    made: u64,
    blocks: u64,
    source_ended: bool,
    done: bool,
}

impl Feeder {
    /// How long to wait for an order; `None` while there is nothing else to wait for.
    fn pause(&self) -> Option<Duration> {
        let arriving = self.arriving.map(|_| TOP_UP);
        let (Some(job), Some(ring)) = (&self.job, &self.ring) else { return arriving };
        if job.done {
            arriving
        } else if job.blocks == 0 && ring.producer.slots() == 0 {
            Some(CLEARING)
        } else {
            arriving.or_else(|| self.controls.running().then_some(TOP_UP))
        }
    }

    fn obey(&mut self, order: Order, tell: &dyn Fn(News)) {
        match order {
            Order::Attach(producer, rate) => {
                let blocks = producer.slots();
                self.ring = Some(Ring { producer, rate, blocks });
                self.job = None;
            }
            Order::Load(opening, pcm) => {
                self.arriving = Some((opening, pcm.spec().duration_ms()));
                self.sound = Some(Stretched::new(pcm, 1.0));
                self.job = None;
            }
            Order::Unload => (self.sound, self.job, self.arriving) = (None, None, None),
            Order::Cue { cue, at, speed } => {
                self.job = None;
                match self.begin(cue, at, speed) {
                    Ok(job) => self.job = job,
                    Err(error) => tell(News::Broken(cue, error)),
                }
            }
            Order::Wake => {}
        }
    }

    fn begin(&mut self, cue: Cue, at: i64, speed: f64) -> Result<Option<Job>, DecodeError> {
        let (Some(sound), Some(ring)) = (&mut self.sound, &self.ring) else { return Ok(None) };
        if sound.speed() != speed {
            sound.set_speed(speed)?;
        }
        let spec = sound.spec();
        let rate = spec.rate.max(1);
        // Rounded up: the turn that begins at this millisecond has begun.
        let frame = (u128::try_from(at).unwrap_or(0) * u128::from(rate)).div_ceil(1000);
        let frame = u64::try_from(frame).unwrap_or(u64::MAX).min(spec.frames);
        sound.seek(frame)?;
        let channels = spec.channels.clamp(1, 2);
        if self.resampler.converts(rate, ring.rate, channels) {
            self.resampler.reset();
        } else {
            self.resampler = Resampler::new(rate, ring.rate, channels);
        }
        Ok(Some(Job {
            cue,
            speed: sound.speed(),
            channels: usize::from(channels),
            made: 0,
            blocks: 0,
            source_ended: false,
            done: false,
        }))
    }

    /// Learns how far a recording that is arriving has come. That it will not come is for the cue that needs it to say.
    fn look(&mut self, tell: &dyn Fn(News)) {
        let (Some((opening, told)), Some(sound)) = (self.arriving, &mut self.sound) else { return };
        let is_whole = sound.is_whole();
        let length = sound.spec().duration_ms();
        if length != told {
            tell(News::Lasts(opening, length));
        }
        self.arriving = matches!(is_whole, Ok(false)).then_some((opening, length));
        if let Err(error) = is_whole
            && let Some(job) = self.job.take_if(|job| !job.done)
        {
            tell(News::Broken(job.cue, error));
        }
    }

    fn fill(&mut self, orders: &Receiver<Order>, tell: &dyn Fn(News)) {
        while self.has_room() {
            match self.make_block() {
                Ok(()) => {}
                Err(DecodeError::NotYet) => return,
                Err(error) => {
                    if let Some(job) = self.job.take() {
                        tell(News::Broken(job.cue, error));
                    }
                }
            }
            if !orders.is_empty() {
                return;
            }
        }
    }

    fn has_room(&self) -> bool {
        let (Some(job), Some(ring)) = (&self.job, &self.ring) else { return false };
        let kept_free = if job.blocks < HASTE { 0 } else { ring.blocks / 2 };
        !job.done && ring.producer.slots() > kept_free
    }

    /// Makes a block; a shorter one of what is here before it says that more is not here yet.
    fn make_block(&mut self) -> Result<(), DecodeError> {
        let (Some(job), Some(ring), Some(sound)) = (&mut self.job, &mut self.ring, &mut self.sound) else {
            return Ok(());
        };
        let step = job.speed / f64::from(ring.rate);
        let rate = f64::from(sound.spec().rate.max(1));
        let start = sound.place(job.made as f64 * rate / f64::from(ring.rate)) / rate;
        let mut block = Block { cue: job.cue.0, start, step, ..Block::empty() };
        let mut made = [0.0; 2 * BLOCK_FRAMES];
        let mut ended = Ok(());
        let room = BLOCK_FRAMES * job.channels;
        loop {
            let from = block.frames * job.channels;
            block.frames += self.resampler.pull(&mut made[from..room]);
            if block.frames == BLOCK_FRAMES {
                break;
            }
            if job.source_ended {
                (block.last, job.done) = (true, true);
                break;
            }
            let channels = usize::from(sound.spec().channels.max(1));
            self.raw.resize(PIECE * channels, 0.0);
            let frames = match sound.read(&mut self.raw) {
                Err(DecodeError::NotYet) => {
                    ended = Err(DecodeError::NotYet);
                    break;
                }
                read => read?,
            };
            if frames == 0 {
                job.source_ended = true;
                self.resampler.finish();
            } else {
                fold(&self.raw[..frames * channels], channels, &mut self.folded);
                self.resampler.push(&self.folded);
            }
        }
        if block.frames == 0 && ended.is_err() {
            return ended;
        }
        spread(&made, job.channels, &mut block);
        job.made += block.frames as u64;
        job.blocks += 1;
        // Room was looked for before; if there is none after all the block would be lost, which `has_room` excludes.
        let _ = ring.producer.push(block);
        ended
    }
}

/// Mono and stereo stay; of more channels the odd ones go left and the even ones right.
fn fold(frames: &[f32], channels: usize, out: &mut Vec<f32>) {
    out.clear();
    if channels <= 2 {
        out.extend_from_slice(frames);
        return;
    }
    let (lefts, rights) = (channels.div_ceil(2) as f32, (channels / 2) as f32);
    for frame in frames.chunks_exact(channels) {
        out.push(frame.iter().step_by(2).sum::<f32>() / lefts);
        out.push(frame.iter().skip(1).step_by(2).sum::<f32>() / rights);
    }
}

/// Mono goes to both ears. What is louder than full scale is cut there, not left to the device.
fn spread(made: &[f32], channels: usize, block: &mut Block) {
    for (frame, out) in made.chunks_exact(channels).zip(block.samples.chunks_exact_mut(2)).take(block.frames) {
        out[0] = frame[0].clamp(-1.0, 1.0);
        out[1] = frame[channels - 1].clamp(-1.0, 1.0);
    }
}
