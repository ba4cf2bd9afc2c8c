//! The callback's side of the ring.
//!
//! Starts, stops and jumps fade over 3 ms so that they do not click: the last value heard dies away while the new sound
//! rises. The very start of a recording is not faded, and untouched sound at full volume comes out bit for bit.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rtrb::Consumer;

use super::{Block, Controls};

/// Gives one stereo frame at a time, always, silence if there is nothing to hear. Never blocks, allocates or locks.
pub struct Tap {
    controls: Arc<Controls>,
    ring: Consumer<Block>,
    rate: u32,
    /// How many frames a fade takes.
    fade: u32,
    block: Block,
    next: usize,
    cue: u64,
    running: bool,
    stage: Stage,
    volume: f32,
    risen: u32,
    last: [f32; 2],
    dying: [f32; 2],
    dying_left: u32,
}

/// How far the sound of the present cue has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// None of it has arrived.
    Awaited,
    /// It flows.
    Flowing,
    /// It should flow, but the ring is empty.
    Dry,
    /// All of it has been handed out.
    Ended,
}

impl Tap {
    pub(crate) fn new(controls: Arc<Controls>, ring: Consumer<Block>, rate: u32) -> Self {
        let volume = controls.volume();
        Self {
            controls,
            ring,
            rate,
            fade: (rate * 3 / 1000).max(1),
            block: Block::empty(),
            next: 0,
            cue: 0,
            running: false,
            stage: Stage::Awaited,
            volume,
            risen: 0,
            last: [0.0; 2],
            dying: [0.0; 2],
            dying_left: 0,
        }
    }

    /// Frames per second.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// The next frame, left and right.
    pub fn frame(&mut self) -> [f32; 2] {
        self.obey();
        let fresh = if self.running { self.take() } else { None };
        let gain = self.gain(fresh.is_some());
        let mut frame = fresh.unwrap_or_default().map(|sample| sample * gain);
        if self.dying_left > 0 {
            let share = self.dying_left as f32 / self.fade as f32;
            frame[0] += self.dying[0] * share;
            frame[1] += self.dying[1] * share;
            self.dying_left -= 1;
        }
        self.last = frame;
        frame
    }

    /// Whether sound is wanted that has not been decoded yet.
    pub(crate) fn waits(&mut self) -> bool {
        self.obey();
        self.drop_older();
        let at_end = self.stage == Stage::Ended || (self.block.last && self.block.frames > 0);
        let has_frame = self.next < self.block.frames || self.ring.peek().is_ok_and(|block| block.cue == self.cue);
        self.running && !at_end && !has_frame
    }

    fn obey(&mut self) {
        let cue = self.controls.cue();
        if cue != self.cue {
            self.cue = cue;
            self.stage = Stage::Awaited;
            (self.block.frames, self.next) = (0, 0);
            self.drop_older();
            self.cut();
        }
        let running = self.controls.running();
        if running != self.running {
            self.running = running;
            self.cut();
        }
    }

    /// The next frame of the present cue, if it has been decoded.
    fn take(&mut self) -> Option<[f32; 2]> {
        if self.stage == Stage::Ended {
            return None;
        }
        while self.next == self.block.frames {
            if self.block.last && self.block.frames > 0 {
                return self.end();
            }
            if !self.load() {
                if self.stage == Stage::Flowing {
                    self.stage = Stage::Dry;
                    self.controls.count_underrun();
                    self.cut();
                }
                return None;
            }
            if self.block.frames == 0 && self.block.last {
                return self.end();
            }
        }
        let frame = [self.block.samples[2 * self.next], self.block.samples[2 * self.next + 1]];
        self.next += 1;
        self.controls.hand_until(self.block.start + self.next as f64 * self.block.step);
        Some(frame)
    }

    fn load(&mut self) -> bool {
        self.drop_older();
        if !self.ring.peek().is_ok_and(|block| block.cue == self.cue) {
            return false;
        }
        let Ok(block) = self.ring.pop() else { return false };
        self.block = block;
        self.next = 0;
        if self.stage == Stage::Awaited {
            self.controls.hand_cue(block.cue, block.start, block.step * f64::from(self.rate));
            self.risen = if block.start == 0.0 { self.fade } else { 0 };
        }
        self.stage = Stage::Flowing;
        true
    }

    fn end(&mut self) -> Option<[f32; 2]> {
        self.stage = Stage::Ended;
        self.controls.hand_end();
        self.cut();
        None
    }

    fn drop_older(&mut self) {
        while self.ring.peek().is_ok_and(|block| block.cue < self.cue) {
            if self.ring.pop().is_err() {
                return;
            }
        }
    }

    /// Lets what is heard die away; what follows rises.
    fn cut(&mut self) {
        self.dying = self.last;
        self.dying_left = self.fade;
        self.risen = 0;
    }

    fn gain(&mut self, sounds: bool) -> f32 {
        let target = self.controls.volume();
        let most = 1.0 / self.fade as f32;
        self.volume += (target - self.volume).clamp(-most, most);
        if (target - self.volume).abs() < most / 2.0 {
            self.volume = target;
        }
        let rise = self.risen as f32 / self.fade as f32;
        if sounds && self.risen < self.fade {
            self.risen += 1;
        }
        self.volume * rise
    }
}
