use std::collections::{BTreeMap, BTreeSet};
use std::io;

use model::Cancel;

use super::container::{Container, problem};
use super::tags::Info;
use super::{Depth, Problem, Report, VerifyError};
use crate::PublicKey;
use crate::bag::{BUFFER, Digester, Digests, Interrupted, hash_sha256, hex};

/// More problems than anybody reads.
const MOST: usize = 10_000;

/// A bag being looked through: what of it was read, and what is wrong.
pub(super) struct Inspection<'a> {
    pub(super) bag: &'a Container,
    pub(super) depth: Depth,
    pub(super) cancel: &'a Cancel,
    progress: &'a dyn Fn(u64, u64),
    done: u64,
    total: u64,
    digester: Digester,
    buffer: Vec<u8>,
    seen: BTreeMap<String, Option<Seen>>,
    said: BTreeSet<Problem>,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
}

/// What a file is.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) sha256: [u8; 32],
    /// Left out where one hash is enough.
    pub(super) sha512: Option<[u8; 64]>,
}

impl<'a> Inspection<'a> {
    pub(super) fn new(bag: &'a Container, depth: Depth, cancel: &'a Cancel, progress: &'a dyn Fn(u64, u64)) -> Self {
        let mut inspection = Self {
            bag,
            depth,
            cancel,
            progress,
            done: 0,
            total: bag.bytes(),
            digester: Digester::start(),
            buffer: vec![0; BUFFER],
            seen: BTreeMap::new(),
            said: BTreeSet::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        };
        inspection.take(bag.faults.clone());
        inspection
    }

    /// Something is wrong with a file.
    pub(super) fn problem(&mut self, path: &str, words: impl Into<String>) {
        self.take(vec![problem(path, words)]);
    }

    pub(super) fn take(&mut self, problems: Vec<Problem>) {
        for found in problems {
            if self.problems.len() < MOST && self.said.insert(found.clone()) {
                self.problems.push(found);
            }
        }
    }

    /// Something about a file is worth knowing.
    pub(super) fn note(&mut self, path: &str, words: &str) {
        if self.notes.len() < MOST {
            self.notes.push(problem(path, words));
        }
    }

    /// What a file is, read once; `None` if it is not there or cannot be read, which is said then.
    pub(super) fn see(&mut self, path: &str) -> Result<Option<Seen>, VerifyError> {
        if !self.bag.files.contains_key(path) {
            return Ok(None);
        }
        if let Some(seen) = self.seen.get(path) {
            return Ok(*seen);
        }
        let mut crc = crc32fast::Hasher::new();
        let expected = self.bag.crc(path);
        let (progress, total) = (self.progress, self.total);
        let mut done = self.done;
        let mut sink = |piece: &[u8]| {
            if expected.is_some() {
                crc.update(piece);
            }
            done += piece.len() as u64;
            progress(done.min(total), total);
        };
        let once = self.depth == Depth::Once && path.starts_with(crate::bag::DATA);
        let hashed = match self.bag.read(path) {
            Err(error) => Err(Interrupted::Read(error)),
            Ok(mut from) if once => hash_sha256(&mut from, &mut self.buffer, self.cancel, &mut sink)
                .map(|sha256| Seen { sha256, sha512: None }),
            Ok(mut from) => self
                .digester
                .hash(&mut from, self.cancel, &mut |piece| {
                    sink(piece);
                    Ok(())
                })
                .map(Seen::from),
        };
        self.done = done;
        let seen = match hashed {
            Ok(seen) => Some(seen),
            Err(Interrupted::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(Interrupted::Read(error) | Interrupted::Sink(error)) => {
                self.problem(path, format!("cannot be read: {error}"));
                None
            }
        };
        if seen.is_some() && expected.is_some_and(|expected| expected != crc.finalize()) {
            self.problem(path, "does not have the checksum that the zip file has of it");
        }
        self.seen.insert(path.to_owned(), seen);
        Ok(seen)
    }

    /// The bytes of a tag file as they were hashed; `None` if it is not there, cannot be read, or is longer than `limit`,
    /// which is said then.
    pub(super) fn bytes(&mut self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, VerifyError> {
        let Some(length) = self.bag.files.get(path).copied() else { return Ok(None) };
        if length > limit {
            self.problem(path, "is longer than such a file ever is");
            return Ok(None);
        }
        let Some(seen) = self.see(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read =
            self.bag.read(path).and_then(|from| io::Read::read_to_end(&mut io::Read::take(from, limit), &mut bytes));
        if let Err(error) = read {
            self.problem(path, format!("cannot be read: {error}"));
            return Ok(None);
        }
        if Digests::of(&bytes).sha256 != seen.sha256 {
            self.problem(path, "changed while it was read");
            return Ok(None);
        }
        Ok(Some(bytes))
    }

    pub(super) fn report(self, info: Info, signed_by: Option<PublicKey>) -> Report {
        let tagmanifest = self.seen.get("tagmanifest-sha512.txt").copied().flatten();
        Report {
            problems: self.problems,
            notes: self.notes,
            files: self.bag.files.len() as u64,
            bytes: self.total,
            tagmanifest_sha512: tagmanifest.and_then(|seen| seen.sha512).map(|hash| hex(&hash)),
            signed_by,
            turnstone: info.is_turnstone(),
            info: info.fields,
        }
    }
}

impl From<Digests> for Seen {
    fn from(digests: Digests) -> Self {
        Self { sha256: digests.sha256, sha512: Some(digests.sha512) }
    }
}
