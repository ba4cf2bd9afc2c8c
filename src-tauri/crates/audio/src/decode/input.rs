//! A file as bytes at offsets. Every allocation is bounded by the caller, never by what a file claims.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// An open file with its length at the time of opening and the place its cursor is at.
pub(crate) struct Input {
    file: File,
    len: u64,
    at: u64,
}

impl Input {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        Ok(Self { len: meta.len(), file, at: 0 })
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Reads as much of `out` as the file has from `offset` on.
    pub(crate) fn read_at(&mut self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        if self.at != offset {
            self.at = u64::MAX;
            self.file.seek(SeekFrom::Start(offset))?;
            self.at = offset;
        }
        let mut filled = 0;
        while let Some(rest) = out.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read(rest) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.at = u64::MAX;
                    return Err(error);
                }
            }
        }
        self.at += filled as u64;
        Ok(filled)
    }

    /// The bytes from `offset` on, at most `limit` of them and no more than there are.
    pub(crate) fn bytes_at(&mut self, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
        let there = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; there.min(limit)];
        let n = self.read_at(offset, &mut bytes)?;
        bytes.truncate(n);
        Ok(bytes)
    }

    /// The file itself, from its start.
    pub(crate) fn into_file(mut self) -> io::Result<File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(self.file)
    }
}
