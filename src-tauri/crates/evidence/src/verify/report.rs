use std::io;
use std::path::PathBuf;

use model::Cancelled;

use crate::PublicKey;

/// What verifying a bag found.
#[derive(Clone, Debug)]
pub struct Report {
    /// What is wrong, each with the file it concerns; empty if everything is as it was sealed.
    pub problems: Vec<Problem>,
    /// What is not wrong but worth knowing, such as names in another Unicode form.
    pub notes: Vec<Problem>,
    /// How many files the bag has.
    pub files: u64,
    /// How many bytes they have.
    pub bytes: u64,
    /// The SHA-512 of `tagmanifest-sha512.txt` as it is, in lower-case hex, if there is one.
    pub tagmanifest_sha512: Option<String>,
    /// The key whose signature is valid; `None` if the bag is not signed or its signature is not valid.
    pub signed_by: Option<PublicKey>,
    /// Whether it says that Turnstone made it.
    pub turnstone: bool,
    /// The fields of `bag-info.txt`, in order.
    pub info: Vec<(String, String)>,
}

impl Report {
    /// Of a zip file that cannot be read.
    pub(super) fn broken(problem: Problem) -> Self {
        Self {
            problems: vec![problem],
            notes: Vec::new(),
            files: 0,
            bytes: 0,
            tagmanifest_sha512: None,
            signed_by: None,
            turnstone: false,
            info: Vec::new(),
        }
    }
}

/// Something that is wrong with a bag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file within the bag; the zip file's own name where it concerns that.
    pub path: String,
    /// What is wrong, in words.
    pub problem: String,
}

/// Why a bag could not be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Nothing is there.
    #[error("there is nothing at {}", .0.display())]
    Missing(PathBuf),
    /// It is neither a bag nor a zip file with one.
    #[error("{} is no bag: neither a folder with bagit.txt or manifests in it nor a zip file", .0.display())]
    NoBag(PathBuf),
    /// It cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The bag, or what of it.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It was cancelled.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
