//! A file as bytes at offsets, read through a small window. Every allocation is bounded by the caller or by what the
//! file holds, never by what it claims.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// An open file with its length at the time of opening.
pub(crate) struct Input {
    file: File,
    len: u64,
    cursor: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl Input {
    const WINDOW: usize = 32 * 1024;

    pub(crate) fn new(file: File) -> io::Result<Self> {
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        Ok(Self { len: meta.len(), file, cursor: 0, window: Vec::new(), window_at: 0 })
    }

    /// As if no more than the first `bytes` bytes were there.
    pub(crate) fn until(self, bytes: u64) -> Self {
        Self { len: self.len.min(bytes), ..self }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Reads as much of `out` as the file has from `offset` on. Small reads are served from the window.
    pub(crate) fn read_at(&mut self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        if out.len() >= Self::WINDOW / 4 {
            return self.read_file(offset, out);
        }
        if !self.holds(offset, out.len()) {
            let mut window = std::mem::take(&mut self.window);
            window.resize(Self::WINDOW, 0);
            let read = self.read_file(offset, &mut window);
            window.truncate(*read.as_ref().unwrap_or(&0));
            self.window = window;
            self.window_at = offset;
            read?;
        }
        let from = usize::try_from(offset - self.window_at).unwrap_or(usize::MAX).min(self.window.len());
        let there = &self.window[from..];
        let n = there.len().min(out.len());
        out[..n].copy_from_slice(&there[..n]);
        Ok(n)
    }

    /// The bytes from `offset` on, at most `limit` of them and no more than there are.
    pub(crate) fn bytes_at(&mut self, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
        let there = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; there.min(limit)];
        let n = self.read_at(offset, &mut bytes)?;
        bytes.truncate(n);
        Ok(bytes)
    }

    /// Whether the window has `n` bytes from `offset` on, or all there are.
    fn holds(&self, offset: u64, n: usize) -> bool {
        let end = self.window_at + self.window.len() as u64;
        let wanted = offset.saturating_add(n as u64).min(self.len);
        !self.window.is_empty() && offset >= self.window_at && offset <= end && wanted <= end
    }

    fn read_file(&mut self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        if self.cursor != offset {
            self.cursor = u64::MAX;
            self.file.seek(SeekFrom::Start(offset))?;
            self.cursor = offset;
        }
        let mut filled = 0;
        while filled < out.len() {
            match self.file.read(&mut out[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.cursor = u64::MAX;
                    return Err(error);
                }
            }
        }
        self.cursor += filled as u64;
        Ok(filled)
    }
}

/// A number of up to eight bytes, most significant first.
pub(crate) fn big(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, &b| n << 8 | u64::from(b))
}

/// A number of up to eight bytes, least significant first.
pub(crate) fn little(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b))
}

/// A file's bytes in order, in large pieces: for scanning all of it.
pub(crate) struct Sweep<'a> {
    input: &'a mut Input,
    end: u64,
    piece: Vec<u8>,
    piece_at: u64,
}

impl<'a> Sweep<'a> {
    const PIECE: u64 = 1 << 20;

    /// Over the bytes before `end`.
    pub(crate) fn new(input: &'a mut Input, end: u64) -> Self {
        let end = end.min(input.len());
        Self { input, end, piece: Vec::new(), piece_at: 0 }
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// The bytes from `at` on: at least `n` of them, or all that are left.
    #[inline]
    pub(crate) fn from(&mut self, at: u64, n: usize) -> io::Result<&[u8]> {
        let piece_end = self.piece_at + self.piece.len() as u64;
        let wanted = at.saturating_add(n as u64).min(self.end);
        if at < self.piece_at || wanted > piece_end {
            let size = Self::PIECE.max(n as u64).min(self.end.saturating_sub(at));
            self.piece.resize(usize::try_from(size).unwrap_or(0), 0);
            let got = self.input.read_at(at, &mut self.piece)?;
            self.piece.truncate(got);
            self.piece_at = at;
        }
        let from = usize::try_from(at - self.piece_at).unwrap_or(usize::MAX).min(self.piece.len());
        Ok(&self.piece[from..])
    }
}
