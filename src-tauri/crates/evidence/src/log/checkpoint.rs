use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use super::note::{self, NoteSignature};
use super::tree::{Edge, Hash};
use crate::signature::{PublicKey, SigningKey};

/// Which log it is: `turnstone/` and the UUID that its first entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Origin(pub Uuid);

/// The text names no log of Turnstone's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this does not name an audit log of Turnstone's")]
pub struct InvalidOrigin;

/// How far a log had come: whoever keeps one can later tell whether that much of the log is still there, unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// How many entries it had.
    pub size: u64,
    /// The root of the hash tree over them.
    pub root: Hash,
}

/// A checkpoint as it was read, with the signatures under it, which are not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointNote {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Those who may have said so; none in a note that was written without a key.
    pub signatures: Vec<NoteSignature>,
}

/// What a key says to a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The key signed it.
    Valid,
    /// A signature claims to be by the key and is not.
    Wrong,
    /// No signature is by the key.
    Absent,
}

/// The text is no checkpoint of a log of Turnstone's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a checkpoint of an audit log of Turnstone's")]
pub struct InvalidCheckpoint;

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "turnstone/{}", self.0.as_hyphenated())
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, InvalidOrigin> {
        let uuid = text.strip_prefix("turnstone/").ok_or(InvalidOrigin)?;
        let origin = Self(Uuid::parse_str(uuid).map_err(|_| InvalidOrigin)?);
        // A UUID has several spellings; a log has one name.
        if origin.to_string() == text { Ok(origin) } else { Err(InvalidOrigin) }
    }
}

impl Checkpoint {
    /// Of a log as far as `edge` reaches.
    pub fn of(origin: Origin, edge: &Edge) -> Self {
        Self { origin, size: edge.size(), root: edge.root() }
    }

    /// As text (C2SP tlog-checkpoint): origin, size and root, a line each.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signature of its text, as it is kept with an entry.
    pub fn sign(&self, key: &SigningKey) -> [u8; 64] {
        key.sign(self.text().as_bytes())
    }

    /// Whether the key made this signature of its text.
    pub fn is_signed(&self, key: &PublicKey, signature: &[u8; 64]) -> bool {
        key.verify(self.text().as_bytes(), signature)
    }

    /// As a note signed with `key` (C2SP signed-note).
    pub fn note(&self, key: &SigningKey) -> String {
        self.note_with(&key.public(), &self.sign(key))
    }

    /// As a note with a signature by `key` that was made before.
    pub fn note_with(&self, key: &PublicKey, signature: &[u8; 64]) -> String {
        note::with_signature(&self.text(), &self.origin.to_string(), key, signature)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let root = STANDARD.decode(root).ok()?.try_into().ok()?;
        let checkpoint = Self { origin: origin.parse().ok()?, size: size.parse().ok()?, root };
        // There is one spelling; further lines, which the format allows, are not written by Turnstone.
        (checkpoint.text() == text).then_some(checkpoint)
    }
}

impl CheckpointNote {
    /// Reads a signed note, or the bare text that is written where there is no key.
    pub fn parse(text: &str) -> Result<Self, InvalidCheckpoint> {
        let (text, signatures) = note::parse(text).unwrap_or((text, Vec::new()));
        let checkpoint = Checkpoint::parse(text).ok_or(InvalidCheckpoint)?;
        Ok(Self { checkpoint, signatures })
    }

    /// What `key` says to it. Signatures of others, witnesses for example, do no harm.
    pub fn signed_by(&self, key: &PublicKey) -> Signed {
        let name = self.checkpoint.origin.to_string();
        let key_id = note::key_id(&name, key);
        let own = self.signatures.iter().filter(|signature| signature.name == name && signature.key_id == key_id);
        let valid = own.map(|signature| {
            <&[u8; 64]>::try_from(&signature.bytes[..]).is_ok_and(|bytes| self.checkpoint.is_signed(key, bytes))
        });
        match valid.reduce(|all, one| all && one) {
            Some(true) => Signed::Valid,
            Some(false) => Signed::Wrong,
            None => Signed::Absent,
        }
    }
}
