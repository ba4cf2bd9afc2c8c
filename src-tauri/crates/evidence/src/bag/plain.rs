use std::io::Read;
use std::path::{Path, PathBuf};

use model::Cancel;

use super::{Added, Bag, BagError, Form};

/// Plain files in a folder, written as carefully as a bag but without anything to verify them by.
pub struct PlainFiles {
    inner: Bag,
    files: u64,
    bytes: u64,
}

impl PlainFiles {
    /// Begins the folder `parent/name`; see [`Bag::begin`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn begin(parent: &Path, name: &str, expected_bytes: u64) -> Result<Self, BagError> {
        Ok(Self { inner: Bag::begin(parent, name, Form::Folder, expected_bytes)?, files: 0, bytes: 0 })
    }

    /// Streams a file to `path` in the folder; see [`Bag::add`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn add(&mut self, path: &str, from: &mut dyn Read, cancel: &Cancel) -> Result<Added, BagError> {
        self.add_known(path, from, None, cancel)
    }

    /// The same with a known SHA-256; see [`Bag::add_known`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn add_known(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Added, BagError> {
        let digests = self.inner.take(path, from, sha256, cancel)?;
        self.files += 1;
        self.bytes += digests.bytes;
        Ok(Added::of(&digests))
    }

    /// How many files were added, and how many bytes.
    pub fn written(&self) -> (u64, u64) {
        (self.files, self.bytes)
    }

    /// Waits until all is on disk, gives the folder its name and answers with its path. Never overwrites.
    ///
    /// # Errors
    ///
    /// Something cannot be written; the name was taken meanwhile. Nothing remains then.
    pub fn publish(self) -> Result<PathBuf, BagError> {
        let Bag { store, staging, names, .. } = self.inner;
        store.finish(&names)?;
        staging.publish()
    }
}
