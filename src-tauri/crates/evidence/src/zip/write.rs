use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::header::{self, Entry};
use crate::bag::BUFFER;

/// A zip file being written: entries stream in, one after the other, below one folder.
pub(crate) struct ZipWriter {
    file: File,
    /// Where the next byte goes.
    at: u64,
    top: String,
    entries: Vec<Entry>,
    under_way: Option<UnderWay>,
}

struct UnderWay {
    entry: Entry,
    crc: crc32fast::Hasher,
    /// Its header is written with the first piece, whose length decides about its room.
    begun: bool,
}

impl ZipWriter {
    pub(crate) fn create(path: &Path, top: &str) -> io::Result<Self> {
        let file = File::create_new(path)?;
        Ok(Self { file, at: 0, top: top.to_owned(), entries: Vec::new(), under_way: None })
    }

    pub(crate) fn open(&mut self, path: &str) -> io::Result<()> {
        let entry = Entry { name: format!("{}/{path}", self.top), size: 0, crc: 0, offset: self.at, wide: false };
        self.under_way = Some(UnderWay { entry, crc: crc32fast::Hasher::new(), begun: false });
        Ok(())
    }

    /// Pieces are [`BUFFER`] long but for the last one.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(under_way) = &mut self.under_way else { return Ok(()) };
        under_way.crc.update(bytes);
        under_way.entry.size += bytes.len() as u64;
        if !under_way.begun {
            under_way.begun = true;
            under_way.entry.wide = bytes.len() >= BUFFER;
            under_way.entry.crc = under_way.crc.clone().finalize();
            let header = header::local(&under_way.entry);
            self.file.write_all(&header)?;
            self.at += header.len() as u64;
        }
        self.file.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    pub(crate) fn close(&mut self) -> io::Result<()> {
        if self.under_way.as_ref().is_some_and(|under_way| !under_way.begun) {
            self.write(&[])?;
        }
        let Some(UnderWay { mut entry, crc, .. }) = self.under_way.take() else { return Ok(()) };
        if entry.wide {
            entry.crc = crc.finalize();
            self.file.seek(SeekFrom::Start(entry.offset))?;
            self.file.write_all(&header::local(&entry))?;
            self.file.seek(SeekFrom::Start(self.at))?;
        }
        self.entries.push(entry);
        Ok(())
    }

    pub(crate) fn discard(&mut self) -> io::Result<()> {
        if let Some(under_way) = self.under_way.take() {
            self.at = under_way.entry.offset;
            self.file.set_len(self.at)?;
            self.file.seek(SeekFrom::Start(self.at))?;
        }
        Ok(())
    }

    /// Writes the directory and waits until all is on disk.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let directory: Vec<u8> = self.entries.iter().flat_map(header::central).collect();
        self.file.write_all(&directory)?;
        self.file.write_all(&header::end(self.entries.len() as u64, self.at, directory.len() as u64))?;
        self.file.sync_all()
    }
}
