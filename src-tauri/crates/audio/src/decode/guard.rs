//! The wall around the decoders: a panic inside becomes an error value, and what panicked is never touched again.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Stream;
use crate::error::Fail;
use crate::{DecodeError, Pcm, Spec};

/// A decoder behind the wall. After a panic only errors come out of it.
pub(crate) struct Guarded {
    stream: Option<Box<dyn Stream>>,
    spec: Spec,
    file: String,
}

impl Guarded {
    /// Opens a decoder behind the wall.
    pub(crate) fn open(file: &str, open: impl FnOnce() -> Result<Box<dyn Stream>, Fail>) -> Result<Self, DecodeError> {
        let (stream, spec) = guard(file, || {
            let stream = open()?;
            let spec = stream.spec();
            Ok((stream, spec))
        })?;
        Ok(Self { stream: Some(stream), spec, file: file.to_owned() })
    }

    fn with<T>(&mut self, work: impl FnOnce(&mut dyn Stream) -> Result<T, Fail>) -> Result<T, DecodeError> {
        let Some(mut stream) = self.stream.take() else {
            return Err(DecodeError::Panicked { file: self.file.clone() });
        };
        let result = guard(&self.file, || {
            let result = work(stream.as_mut());
            Ok((result, stream))
        });
        let (result, stream) = result?;
        self.stream = Some(stream);
        result.map_err(|fail| fail.named(&self.file))
    }
}

impl Pcm for Guarded {
    fn spec(&self) -> Spec {
        self.spec
    }

    fn seek(&mut self, frame: u64) -> Result<(), DecodeError> {
        let frame = frame.min(self.spec.frames);
        self.with(|stream| stream.seek(frame))
    }

    fn read(&mut self, out: &mut [f32]) -> Result<usize, DecodeError> {
        self.with(|stream| stream.read(out))
    }
}

/// Runs `work`; a panic in it is [`DecodeError::Panicked`]. What `work` held is dropped by the unwinding.
pub(crate) fn guard<T>(file: &str, work: impl FnOnce() -> Result<T, Fail>) -> Result<T, DecodeError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|fail| fail.named(file)),
        Err(_) => Err(DecodeError::Panicked { file: file.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics where it is told to.
    struct Fragile {
        on_seek: bool,
    }

    impl Stream for Fragile {
        fn spec(&self) -> Spec {
            Spec { rate: 8_000, channels: 1, frames: 100 }
        }

        fn seek(&mut self, _frame: u64) -> Result<(), Fail> {
            assert!(!self.on_seek, "as told");
            Ok(())
        }

        fn read(&mut self, _out: &mut [f32]) -> Result<usize, Fail> {
            panic!("as told")
        }
    }

    fn panicked<T>(result: Result<T, DecodeError>) -> bool {
        matches!(result, Err(DecodeError::Panicked { file }) if file == "call.mp3")
    }

    #[test]
    fn a_panic_while_opening_is_an_error_value() {
        assert!(panicked(Guarded::open("call.mp3", || panic!("as told"))));
    }

    #[test]
    fn a_panic_while_reading_is_an_error_value_and_the_decoder_is_never_touched_again() {
        let mut pcm = Guarded::open("call.mp3", || Ok(Box::new(Fragile { on_seek: false }))).expect("opens");
        pcm.seek(10).expect("seeking works before the panic");
        assert!(panicked(pcm.read(&mut [0.0; 8])));
        assert!(panicked(pcm.seek(0)), "a decoder that panicked is gone");
        assert_eq!(pcm.spec().frames, 100, "its shape is still known");
    }

    #[test]
    fn a_panic_while_seeking_is_an_error_value() {
        let mut pcm = Guarded::open("call.mp3", || Ok(Box::new(Fragile { on_seek: true }))).expect("opens");
        assert!(panicked(pcm.seek(10)));
        assert!(panicked(pcm.read(&mut [0.0; 8])));
    }
}
