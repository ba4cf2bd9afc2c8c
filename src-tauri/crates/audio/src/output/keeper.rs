//! Keeps an output open: opens it at launch, and again whenever one appears after a loss.
//!
//! Runs on its own thread, which opens and drops the output: a device that goes away may call its error callback in a
//! busy loop and must be dropped by somebody else.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, select};

use super::{Devices, Line};
use crate::player::Event;

/// Where an output says, once, that it no longer sounds. Cheap enough for a callback in a busy loop.
#[derive(Clone)]
pub struct Loss {
    told: Arc<AtomicBool>,
    tell: Sender<()>,
}

impl Loss {
    /// Says that the output is gone.
    pub fn report(&self) {
        if !self.told.swap(true, Ordering::Relaxed) {
            let _ = self.tell.try_send(());
        }
    }
}

/// Keeps an output open until `stop` is dropped. Waits between attempts grow within `retry`.
pub(crate) fn keep(
    mut devices: Box<dyn Devices>,
    line: &Line,
    retry: &RangeInclusive<Duration>,
    stop: &Receiver<()>,
    tell: &dyn Fn(Event),
) {
    let mut wait = *retry.start();
    loop {
        let (lost, gone) = bounded(1);
        let loss = Loss { told: Arc::default(), tell: lost };
        match devices.open(line, loss.clone()) {
            Ok(output) => {
                wait = *retry.start();
                tell(Event::DeviceReady);
                if !wait_for_loss(&gone, stop) {
                    return;
                }
                tell(Event::DeviceLost);
                drop(output);
            }
            Err(_) => {
                tell(Event::DeviceMissing);
                if stop.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                wait = (wait * 2).min(*retry.end());
            }
        }
    }
}

/// Whether the output was lost rather than no longer wanted.
fn wait_for_loss(gone: &Receiver<()>, stop: &Receiver<()>) -> bool {
    select! {
        recv(gone) -> _ => true,
        recv(stop) -> _ => false,
    }
}
