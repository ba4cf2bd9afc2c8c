//! Writing a bag (RFC 8493): files stream into a staging place beside the target, are hashed on the way, written down in
//! manifests, signed, read back, and only then appear under their name.
//!
//! `Bag` → [`Bag::seal`] → [`SealedBag::verify`] → [`VerifiedBag::publish`]: what was not read back cannot be published.
//! Dropping any of them removes what was written.

mod check;
mod digest;
mod error;
mod folder;
mod info;
mod path;
mod plain;
mod seal;
mod staging;
mod store;

#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;

use model::Cancel;

pub(crate) use digest::{BUFFER, Digester, Digests, Interrupted, hash_sha256, hex, sha512_of};
pub use error::BagError;
pub use info::BagInfo;
pub use plain::PlainFiles;
pub use seal::{Sealed, SealedBag, VerifiedBag};
pub use staging::free_space;

use path::Names;
use staging::Staging;
use store::Store;

/// Where the payload lies in a bag.
pub(crate) const DATA: &str = "data/";
/// The file whose presence makes a folder a bag; written last.
pub(crate) const BAGIT: &str = "bagit.txt";
/// What [`BAGIT`] says.
pub(crate) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// The fields that describe a bag.
pub(crate) const BAG_INFO: &str = "bag-info.txt";
/// The public key that made the signature.
pub(crate) const SIGNING_KEY: &str = "signing-key.pub";
/// The signature of the SHA-512 tag manifest.
pub(crate) const SIGNATURE: &str = "tagmanifest-sha512.txt.minisig";
/// The field that demands a signature.
pub(crate) const SIGNING_KEY_FIELD: &str = "Signing-Key";
/// The field that counts the payload.
pub(crate) const OXUM_FIELD: &str = "Payload-Oxum";

/// What a bag is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Folder,
    /// One zip file with stored entries.
    Zip,
}

/// A payload file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in lower-case hex.
    pub sha256: String,
    /// Their SHA-512.
    pub sha512: [u8; 64],
}

impl Added {
    fn of(digests: &Digests) -> Self {
        Self { bytes: digests.bytes, sha256: hex(&digests.sha256), sha512: digests.sha512 }
    }
}

/// A bag being filled.
pub struct Bag {
    // Before the staging, so that no file is open any more when it is removed.
    store: Store,
    staging: Staging,
    digester: Digester,
    names: Names,
    payload: Vec<(String, Digests)>,
    tags: Vec<(String, Digests)>,
}

impl Bag {
    /// Begins a bag `parent/name` or `parent/name.zip`; makes `parent` if it is not there, and removes what killed exports
    /// left in it.
    ///
    /// # Errors
    ///
    /// The name cannot be a file name everywhere; something of that name is there or being written; there is not enough
    /// space for `expected_bytes` of payload; nothing can be written there.
    pub fn begin(parent: &Path, name: &str, form: Form, expected_bytes: u64) -> Result<Self, BagError> {
        path::check_name(name)?;
        let staging = Staging::begin(parent, name, form, expected_bytes)?;
        let store = Store::begin(&staging, name, form)?;
        Ok(Self {
            store,
            staging,
            digester: Digester::start(),
            names: Names::default(),
            payload: Vec::new(),
            tags: Vec::new(),
        })
    }

    /// Streams a file into the payload, as `data/path`. After an error in reading, the bag is as it was before.
    ///
    /// # Errors
    ///
    /// The path is not one of a payload or is taken; `from` cannot be read; nothing can be written; it was cancelled.
    pub fn add(&mut self, path: &str, from: &mut dyn Read, cancel: &Cancel) -> Result<Added, BagError> {
        self.add_known(path, from, None, cancel)
    }

    /// The same, if its SHA-256, in lower-case hex, is the one that is given; else [`BagError::Altered`].
    ///
    /// # Errors
    ///
    /// As for [`Bag::add`].
    pub fn add_known(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Added, BagError> {
        let path = format!("{DATA}{path}");
        let digests = self.take(&path, from, sha256, cancel)?;
        let added = Added::of(&digests);
        self.payload.push((path, digests));
        Ok(added)
    }

    /// Writes a file beside the payload, such as `README.txt` or `log/checkpoint`.
    ///
    /// # Errors
    ///
    /// The path is not one of a tag file, is taken, or belongs to the bag itself; nothing can be written.
    pub fn add_tag(&mut self, path: &str, bytes: &[u8]) -> Result<(), BagError> {
        path::check_tag(path)?;
        self.put(path, bytes)
    }

    fn put(&mut self, path: &str, mut bytes: &[u8]) -> Result<(), BagError> {
        let digests = self.take(path, &mut bytes, None, &Cancel::new())?;
        self.tags.push((path.to_owned(), digests));
        Ok(())
    }

    /// Claims a path and writes it; what could not be written frees its path.
    fn take(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Digests, BagError> {
        self.names.claim(path)?;
        self.write(path, from, sha256, cancel).inspect_err(|_| self.names.release(path))
    }

    fn write(
        &mut self,
        path: &str,
        from: &mut dyn Read,
        sha256: Option<&str>,
        cancel: &Cancel,
    ) -> Result<Digests, BagError> {
        self.store.open(path).map_err(|source| BagError::writing(path, source))?;
        let store = &mut self.store;
        let hashed = self.digester.hash(from, cancel, &mut |bytes| store.write(bytes));
        let failed = match hashed {
            Ok(digests) if sha256.is_some_and(|known| known != hex(&digests.sha256)) => {
                BagError::Altered { path: path.to_owned() }
            }
            Ok(digests) => {
                self.store.close().map_err(|source| BagError::writing(path, source))?;
                return Ok(digests);
            }
            Err(Interrupted::Read(source)) => BagError::Read { path: path.to_owned(), source },
            Err(Interrupted::Sink(source)) => BagError::writing(path, source),
            Err(Interrupted::Cancelled(cancelled)) => cancelled.into(),
        };
        self.store.discard().map_err(|source| BagError::writing(path, source))?;
        Err(failed)
    }
}
