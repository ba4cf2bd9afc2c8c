//! The machine's own output: rodio's mixer on a cpal stream.
//!
//! The tap is a rodio source in rodio's mixer, which spreads it over the device's channels. The stream under the mixer
//! is opened here rather than by rodio, because rodio's own sink discards the callback's time stamps, and without those
//! nobody can say when a sample will be heard. The sound is already at the device's rate, so rodio converts no rate.
//! What an audio library prints to the standard error while it looks for devices is beyond our reach.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, FromSample, OutputCallbackInfo, SizedSample, StreamConfig, SupportedBufferSize};
use rodio::Source;
use rodio::mixer::{MixerSource, mixer};

use super::{Clock, Devices, Line, Loss, Output, OutputError, Report, Tap};

/// Frames per callback asked for: 11 ms at 48 kHz, so that a click is heard at once.
const PERIOD: u32 = 512;
/// A server that hangs must not hang us.
const OPEN_WITHIN: Duration = Duration::from_secs(3);
/// So many errors with no buffer in between are a loss; fewer pass.
const STRIKES: u32 = 20;

/// The default output of this machine.
#[derive(Debug, Default)]
pub struct RodioDevices;

impl Devices for RodioDevices {
    fn open(&mut self, line: &Line, loss: Loss) -> Result<Box<dyn Output>, OutputError> {
        let device = cpal::default_host().default_output_device().ok_or(OutputError::NoDevice)?;
        let supported = device.default_output_config().map_err(refused)?;
        let format = supported.sample_format();
        let mut config = supported.config();
        if let SupportedBufferSize::Range { min, max } = *supported.buffer_size() {
            config.buffer_size = BufferSize::Fixed(PERIOD.clamp(min, max.max(min)));
        }
        let stream = build(&device, config, format, line, loss.clone()).or_else(|_| {
            config.buffer_size = BufferSize::Default;
            build(&device, config, format, line, loss)
        })?;
        stream.play().map_err(refused)?;
        Ok(Box::new(RodioOutput { _stream: stream, rate: config.sample_rate }))
    }
}

struct RodioOutput {
    _stream: cpal::Stream,
    rate: u32,
}

impl Output for RodioOutput {
    fn rate(&self) -> u32 {
        self.rate
    }
}

/// The tap as rodio sees it: stereo, or both sides in one for a device with one channel.
struct TapSource {
    tap: Tap,
    rate: NonZero<u32>,
    channels: NonZero<u16>,
    right: Option<f32>,
}

impl Iterator for TapSource {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if let Some(right) = self.right.take() {
            return Some(right);
        }
        let [left, right] = self.tap.frame();
        if self.channels.get() == 1 {
            return Some((left + right) / 2.0);
        }
        self.right = Some(right);
        Some(left)
    }
}

impl Source for TapSource {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> NonZero<u16> {
        self.channels
    }

    fn sample_rate(&self) -> NonZero<u32> {
        self.rate
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: cpal::SampleFormat,
    line: &Line,
    loss: Loss,
) -> Result<cpal::Stream, OutputError> {
    use cpal::SampleFormat as F;
    match format {
        F::F32 => stream::<f32>(device, config, line, loss),
        F::F64 => stream::<f64>(device, config, line, loss),
        F::I8 => stream::<i8>(device, config, line, loss),
        F::I16 => stream::<i16>(device, config, line, loss),
        F::I24 => stream::<cpal::I24>(device, config, line, loss),
        F::I32 => stream::<i32>(device, config, line, loss),
        F::U8 => stream::<u8>(device, config, line, loss),
        F::U16 => stream::<u16>(device, config, line, loss),
        F::U32 => stream::<u32>(device, config, line, loss),
        other => Err(OutputError::Refused(format!("it wants samples as {other}"))),
    }
}

fn stream<T: SizedSample + FromSample<f32> + Send + 'static>(
    device: &cpal::Device,
    config: StreamConfig,
    line: &Line,
    loss: Loss,
) -> Result<cpal::Stream, OutputError> {
    let nothing = || OutputError::Refused("it has no channels or no rate".to_owned());
    let rate = NonZero::new(config.sample_rate).ok_or_else(nothing)?;
    let channels = NonZero::new(config.channels).ok_or_else(nothing)?;
    let (mixer, mixed) = mixer(channels, rate);
    let stereo = if channels.get() == 1 { channels } else { NonZero::<u16>::MIN.saturating_add(1) };
    mixer.add(TapSource { tap: line.tap(rate.get()), rate, channels: stereo, right: None });
    let strikes = Arc::new(AtomicU32::new(0));
    let mut callback = Callback {
        _mixer: mixer,
        mixed,
        channels: usize::from(channels.get()),
        rate: rate.get(),
        clock: line.clock(),
        report: line.report(),
        strikes: Arc::clone(&strikes),
    };
    device
        .build_output_stream::<T, _, _>(
            config,
            move |data, info| callback.fill(data, info),
            move |error| note(&error, &strikes, &loss),
            Some(OPEN_WITHIN),
        )
        .map_err(refused)
}

struct Callback {
    _mixer: rodio::mixer::Mixer,
    mixed: MixerSource,
    channels: usize,
    rate: u32,
    clock: Clock,
    report: Report,
    strikes: Arc<AtomicU32>,
}

impl Callback {
    fn fill<T: FromSample<f32>>(&mut self, data: &mut [T], info: &OutputCallbackInfo) {
        let now = (self.clock)();
        for sample in data.iter_mut() {
            *sample = T::from_sample_(self.mixed.next().unwrap_or_default());
        }
        let time = info.timestamp();
        let queued = time.playback.saturating_duration_since(time.callback);
        let buffer = Duration::from_secs_f64((data.len() / self.channels) as f64 / f64::from(self.rate));
        self.report.heard_at(now + queued + buffer);
        self.strikes.store(0, Ordering::Relaxed);
    }
}

/// Errors that end the stream are a loss at once; others only when nothing but errors comes.
fn note(error: &cpal::Error, strikes: &AtomicU32, loss: &Loss) {
    use cpal::ErrorKind as K;
    let ends = matches!(error.kind(), K::DeviceNotAvailable | K::StreamInvalidated | K::HostUnavailable);
    if ends || strikes.fetch_add(1, Ordering::Relaxed) >= STRIKES {
        loss.report();
    }
}

fn refused(error: cpal::Error) -> OutputError {
    match error.kind() {
        cpal::ErrorKind::DeviceNotAvailable | cpal::ErrorKind::HostUnavailable => OutputError::NoDevice,
        _ => OutputError::Refused(error.to_string()),
    }
}
