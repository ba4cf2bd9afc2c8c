use std::path::PathBuf;

use model::Cancel;

use super::staging::Staging;
use super::{
    BAG_INFO, BAGIT, BAGIT_TEXT, Bag, BagError, BagInfo, DATA, Digests, OXUM_FIELD, SIGNATURE, SIGNING_KEY,
    SIGNING_KEY_FIELD, check, hex, sha512_of,
};
use crate::manifest;
use crate::signature::SigningKey;

/// What a bag came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The SHA-512 of `tagmanifest-sha512.txt`, in lower-case hex: it stands for the whole bag.
    pub tagmanifest_sha512: String,
    /// How many payload files.
    pub files: u64,
    /// How many bytes of payload.
    pub bytes: u64,
    /// The fingerprint of the key that signed it, if it is signed.
    pub fingerprint: Option<String>,
}

/// A whole bag, on disk but not under its name.
pub struct SealedBag {
    staging: Staging,
    sealed: Sealed,
}

/// A bag that was read back as it was written, not yet under its name.
pub struct VerifiedBag {
    staging: Staging,
    sealed: Sealed,
}

impl Bag {
    /// Writes manifests, `bag-info.txt` with the payload counted, and the signature, and waits until all is on disk.
    ///
    /// # Errors
    ///
    /// Something cannot be written or signed.
    pub fn seal(mut self, info: &BagInfo, key: Option<&SigningKey>) -> Result<SealedBag, BagError> {
        let files = self.payload.len() as u64;
        let bytes = self.payload.iter().map(|(_, digests)| digests.bytes).sum();
        let payload = std::mem::take(&mut self.payload);
        if payload.is_empty() {
            self.store.make_data().map_err(|source| BagError::writing(DATA, source))?;
        }
        for (name, text) in both("manifest", &payload) {
            self.put(&name, text.as_bytes())?;
        }
        let mut info = info.clone();
        info.add(OXUM_FIELD, &format!("{bytes}.{files}"));
        if let Some(key) = key {
            info.add(SIGNING_KEY_FIELD, &key.public().fingerprint());
            self.put(SIGNING_KEY, key.public().text().as_bytes())?;
        }
        self.put(BAG_INFO, info.text().as_bytes())?;
        let tagmanifest = self.put_tagmanifests(&info, key)?;
        // Last: without it nothing is a bag.
        self.put(BAGIT, BAGIT_TEXT.as_bytes())?;
        self.store.finish(&self.names)?;
        let sealed = Sealed {
            tagmanifest_sha512: hex(&sha512_of(tagmanifest.as_bytes())),
            files,
            bytes,
            fingerprint: key.map(|key| key.public().fingerprint()),
        };
        Ok(SealedBag { staging: self.staging, sealed })
    }

    /// The SHA-512 tag manifest as it was written.
    fn put_tagmanifests(&mut self, info: &BagInfo, key: Option<&SigningKey>) -> Result<String, BagError> {
        let mut tags = self.tags.clone();
        tags.push((BAGIT.to_owned(), Digests::of(BAGIT_TEXT.as_bytes())));
        let [sha256, sha512] = both("tagmanifest", &tags);
        self.put(&sha256.0, sha256.1.as_bytes())?;
        self.put(&sha512.0, sha512.1.as_bytes())?;
        if let Some(key) = key {
            let comment = format!("file:{} bagged:{}", sha512.0, info.get("Bagging-Date").unwrap_or("unknown"));
            let signature =
                key.sign_file(sha512.1.as_bytes(), &comment).map_err(|error| BagError::Sign(error.to_string()))?;
            self.put(SIGNATURE, signature.as_bytes())?;
        }
        Ok(sha512.1)
    }
}

impl SealedBag {
    /// What the bag came to.
    pub fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// Reads everything back from where it was written and compares it; `progress` hears bytes done and bytes in all.
    ///
    /// # Errors
    ///
    /// Something differs or cannot be read; it was cancelled. Nothing remains then.
    pub fn verify(self, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<VerifiedBag, BagError> {
        check::read_back(&self.staging.inner(), &self.sealed.tagmanifest_sha512, cancel, progress)?;
        Ok(VerifiedBag { staging: self.staging, sealed: self.sealed })
    }
}

impl VerifiedBag {
    /// What the bag came to.
    pub fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    /// Gives the bag its name and answers with its path. Never overwrites.
    ///
    /// # Errors
    ///
    /// The name was taken meanwhile; the rename failed. Nothing remains then.
    pub fn publish(self) -> Result<PathBuf, BagError> {
        self.staging.publish()
    }
}

/// The SHA-256 and the SHA-512 manifest of some files, with their names.
fn both(kind: &str, files: &[(String, Digests)]) -> [(String, String); 2] {
    let mut files: Vec<&(String, Digests)> = files.iter().collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let lines = |digest: &dyn Fn(&Digests) -> String| {
        manifest::text(files.iter().map(|(path, digests)| (path.as_str(), digest(digests))))
    };
    [
        (format!("{kind}-sha256.txt"), lines(&|digests| hex(&digests.sha256))),
        (format!("{kind}-sha512.txt"), lines(&|digests| hex(&digests.sha512))),
    ]
}
