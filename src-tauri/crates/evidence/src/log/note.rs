//! Signed notes (C2SP signed-note): a text, an empty line, and one line for each signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::signature::PublicKey;

/// What a note's signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Ed25519 as the signed-note specification has it.
const ED25519: u8 = 1;

/// More signatures than this are not read.
const MOST_SIGNATURES: usize = 64;

/// A signature under a note; by whom, only checking it can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub name: String,
    /// A short hash of name and key, to find the key by.
    pub key_id: [u8; 4],
    /// The signature as its kind has it.
    pub bytes: Vec<u8>,
}

/// The text with a signature by `key` under the name `name`. The text ends in a newline.
pub(super) fn with_signature(text: &str, name: &str, key: &PublicKey, signature: &[u8; 64]) -> String {
    let signature = STANDARD.encode([&key_id(name, key)[..], signature].concat());
    format!("{text}\n{DASH}{name} {signature}\n")
}

/// Takes a note apart: its text, with the newline at its end, and its signatures. `None` if it is not one.
pub(super) fn parse(note: &str) -> Option<(&str, Vec<NoteSignature>)> {
    if note.chars().any(|c| c < ' ' && c != '\n') {
        return None;
    }
    let end = note.rfind("\n\n")? + 1;
    let (text, signatures) = (&note[..end], &note[end + 1..]);
    let lines = signatures.strip_suffix('\n')?.split('\n');
    let signatures: Vec<_> = lines.take(MOST_SIGNATURES + 1).map(parse_signature).collect::<Option<_>>()?;
    (signatures.len() <= MOST_SIGNATURES).then_some((text, signatures))
}

/// By what a signature names its key: the start of the SHA-256 of name, newline, kind and public key.
pub(super) fn key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let hash = Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.bytes()).finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return None;
    }
    let decoded = STANDARD.decode(encoded).ok()?;
    let (key_id, bytes) = decoded.split_first_chunk::<4>()?;
    (!bytes.is_empty()).then(|| NoteSignature { name: name.to_owned(), key_id: *key_id, bytes: bytes.to_vec() })
}
