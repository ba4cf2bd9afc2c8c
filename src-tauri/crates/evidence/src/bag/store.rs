use std::io;

use super::folder::Folder;
use super::staging::Staging;
use super::{BagError, DATA, Form, Names};
use crate::zip::ZipWriter;

/// Where the files of a bag go, one after the other.
pub(super) enum Store {
    Folder(Folder),
    Zip(ZipWriter),
}

impl Store {
    pub(super) fn begin(staging: &Staging, name: &str, form: Form) -> Result<Self, BagError> {
        let made = match form {
            Form::Folder => Folder::begin(staging.inner()).map(Self::Folder),
            Form::Zip => ZipWriter::create(&staging.inner(), name).map(Self::Zip),
        };
        made.map_err(|source| BagError::writing(name, source))
    }

    /// Begins a file; there is no other under way.
    pub(super) fn open(&mut self, path: &str) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.open(path),
            Self::Zip(zip) => zip.open(path),
        }
    }

    /// Goes on with the file under way.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.write(bytes),
            Self::Zip(zip) => zip.write(bytes),
        }
    }

    /// Ends the file under way.
    pub(super) fn close(&mut self) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.close(),
            Self::Zip(zip) => zip.close(),
        }
    }

    /// Takes the file under way back.
    pub(super) fn discard(&mut self) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.discard(),
            Self::Zip(zip) => zip.discard(),
        }
    }

    /// Makes the folder of the payload where no file of it has.
    pub(super) fn make_data(&mut self) -> io::Result<()> {
        match self {
            Self::Folder(folder) => folder.make_data(),
            Self::Zip(zip) => {
                zip.open(DATA)?;
                zip.close()
            }
        }
    }

    /// Waits until everything written so far is on disk.
    pub(super) fn finish(self, names: &Names) -> Result<(), BagError> {
        match self {
            Self::Folder(folder) => folder.finish(names),
            Self::Zip(zip) => zip.finish().map_err(|source| BagError::writing("the zip file", source)),
        }
    }
}
