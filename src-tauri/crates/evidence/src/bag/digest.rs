use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use model::{Cancel, Cancelled};
use ring::digest::{Context, SHA256, SHA512, digest};

/// How much is read at once.
pub(crate) const BUFFER: usize = 512 * 1024;
/// What is hashed in one go rather than handed to another thread.
const SMALL: usize = 16 * 1024;
/// Buffers under way between the two threads.
const BUFFERS: usize = 4;

/// What bytes are, without the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
    pub(crate) sha512: [u8; 64],
}

impl Digests {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: sha256_of(bytes), sha512: sha512_of(bytes) }
    }
}

/// Why a stream was not hashed to its end.
pub(crate) enum Interrupted {
    /// It could not be read.
    Read(io::Error),
    /// It could not be passed on.
    Sink(io::Error),
    /// It was cancelled.
    Cancelled(Cancelled),
}

/// Hashes streams twice at once: SHA-256 on the caller's thread, SHA-512, the slower one, on a thread of its own, which ends
/// with the digester.
pub(crate) struct Digester {
    pool: Vec<Arc<Vec<u8>>>,
    work: SyncSender<Work>,
    freed: Receiver<()>,
    done: Receiver<[u8; 64]>,
}

enum Work {
    Bytes(Arc<Vec<u8>>, usize),
    End,
}

impl Digester {
    pub(crate) fn start() -> Self {
        let (work, jobs) = sync_channel(BUFFERS);
        let (free, freed) = sync_channel(BUFFERS);
        let (result, done) = sync_channel(1);
        thread::spawn(move || {
            let mut context = Context::new(&SHA512);
            for job in jobs {
                match job {
                    Work::Bytes(buffer, length) => {
                        context.update(&buffer[..length]);
                        drop(buffer);
                        // Nobody hears it when the digester has ended.
                        let _ = free.send(());
                    }
                    Work::End => {
                        let whole = std::mem::replace(&mut context, Context::new(&SHA512));
                        let _ = result.send(array(whole.finish().as_ref()));
                    }
                }
            }
        });
        let pool = (0..BUFFERS).map(|_| Arc::new(vec![0; BUFFER])).collect();
        Self { pool, work, freed, done }
    }

    /// Reads `from` to its end, hands every piece to `sink`, and answers with what it was. Pieces are [`BUFFER`] long, but
    /// for the last one, which may be empty only if the stream is.
    pub(crate) fn hash(
        &mut self,
        from: &mut dyn Read,
        cancel: &Cancel,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Digests, Interrupted> {
        let mut sha256 = Context::new(&SHA256);
        let mut bytes = 0_u64;
        let mut under_way = 0;
        let mut next = 0;
        let outcome = loop {
            if let Err(cancelled) = cancel.check() {
                break Err(Interrupted::Cancelled(cancelled));
            }
            if under_way == BUFFERS {
                let _ = self.freed.recv();
                under_way -= 1;
            }
            let buffer = &mut self.pool[next];
            next = (next + 1) % BUFFERS;
            let length = match fill(from, unshared(buffer)) {
                Ok(length) => length,
                Err(error) => break Err(Interrupted::Read(error)),
            };
            let last = length < BUFFER;
            if last && bytes == 0 && length <= SMALL {
                let whole = &buffer[..length];
                return match sink(whole) {
                    Ok(()) => Ok(Digests::of(whole)),
                    Err(error) => Err(Interrupted::Sink(error)),
                };
            }
            if length > 0 {
                let _ = self.work.send(Work::Bytes(Arc::clone(buffer), length));
                under_way += 1;
                sha256.update(&buffer[..length]);
                bytes += length as u64;
                if let Err(error) = sink(&buffer[..length]) {
                    break Err(Interrupted::Sink(error));
                }
            }
            if last {
                break Ok(());
            }
        };
        // The other thread begins afresh and gives the buffers back, whatever happened.
        let _ = self.work.send(Work::End);
        let sha512 = self.done.recv();
        for _ in 0..under_way {
            let _ = self.freed.recv();
        }
        outcome?;
        let sha512 = sha512.map_err(|_| Interrupted::Read(io::Error::other("the hashing ended too soon")))?;
        Ok(Digests { bytes, sha256: array(sha256.finish().as_ref()), sha512 })
    }
}

/// Reads `from` to its end for its SHA-256 alone.
pub(crate) fn hash_sha256(
    from: &mut dyn Read,
    buffer: &mut [u8],
    cancel: &Cancel,
    sink: &mut dyn FnMut(&[u8]),
) -> Result<[u8; 32], Interrupted> {
    let mut context = Context::new(&SHA256);
    loop {
        cancel.check().map_err(Interrupted::Cancelled)?;
        let length = fill(from, buffer).map_err(Interrupted::Read)?;
        context.update(&buffer[..length]);
        sink(&buffer[..length]);
        if length < buffer.len() {
            return Ok(array(context.finish().as_ref()));
        }
    }
}

/// The SHA-256 of bytes at hand.
pub(crate) fn sha256_of(bytes: &[u8]) -> [u8; 32] {
    array(digest(&SHA256, bytes).as_ref())
}

/// The SHA-512 of bytes at hand.
pub(crate) fn sha512_of(bytes: &[u8]) -> [u8; 64] {
    array(digest(&SHA512, bytes).as_ref())
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// The buffer, which the other thread has given back; a fresh one should it not have.
fn unshared(buffer: &mut Arc<Vec<u8>>) -> &mut [u8] {
    Arc::make_mut(buffer).as_mut_slice()
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

/// Fills the buffer as far as the stream goes.
fn fill(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_hashes_are_those_of_the_whole_stream_at_every_length_around_the_buffers() {
        let mut digester = Digester::start();
        for length in [0, 1, SMALL, SMALL + 1, BUFFER - 1, BUFFER, BUFFER + 1, BUFFER * 5 + 7] {
            let bytes: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let mut seen = Vec::new();
            let digests = digester.hash(&mut bytes.as_slice(), &Cancel::new(), &mut |piece| {
                seen.extend_from_slice(piece);
                Ok(())
            });
            let digests = digests.unwrap_or_else(|_| panic!("{length} bytes"));
            assert_eq!(digests.bytes, length as u64);
            assert_eq!(digests.sha256, sha256_of(&bytes), "{length}");
            assert_eq!(digests.sha512, sha512_of(&bytes), "{length}");
            assert_eq!(seen, bytes);
        }
    }

    #[test]
    fn a_stream_that_breaks_leaves_nothing_in_the_next_one() {
        let mut digester = Digester::start();
        let long = vec![1; BUFFER * 3];
        let broken = digester.hash(&mut long.as_slice(), &Cancel::new(), &mut |_| Err(io::Error::other("full")));
        assert!(matches!(broken, Err(Interrupted::Sink(_))));
        let digests = digester.hash(&mut long.as_slice(), &Cancel::new(), &mut |_| Ok(()));
        assert!(digests.is_ok_and(|d| d.sha512 == sha512_of(&long)));
    }
}
