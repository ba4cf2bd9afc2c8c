//! Keys and signatures: minisign's files, which `minisign -V` checks, and plain Ed25519 signatures for the audit log.
//!
//! One key serves both. A minisign secret key holds an Ed25519 key as RFC 8032 knows it; its first half is the seed.
//! What is signed cannot be confused, as no message of one kind is one of another:
//!
//! - A file is signed as its BLAKE2b hash: 64 bytes.
//! - Its trusted comment is signed behind that signature: more than 64 bytes, and a comment never ends in a newline.
//! - A checkpoint of an audit log is more than 90 bytes and ends in a newline; nothing else is signed as it stands, for
//!   which reason signing plain bytes is not offered outside this crate.
//!
//! Deliberately absent: keys under a password (the keychain or the environment keeps the key), and a store of keys that are
//! trusted: whoever verifies compares fingerprints.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Cursor;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, SecretKey, SecretKeyBox, SignatureBox};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

/// Where the 64 bytes of the Ed25519 key lie in a minisign secret key.
const SEED_AT: usize = 62;

/// The comment above a signature, which nothing signs.
const UNTRUSTED: &str = "signature by Turnstone";

/// Where its checksum lies, the last of it.
const CHECKSUM_AT: usize = SEED_AT + 64;

/// A key that signs. `Debug` shows none of it.
#[derive(Clone)]
pub struct SigningKey {
    secret: SecretKey,
    pair: Arc<Ed25519KeyPair>,
    public: PublicKey,
}

/// A key that verifies.
#[derive(Clone, Debug)]
pub struct PublicKey {
    key: minisign::PublicKey,
}

/// A key or a signature that cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The system gave no randomness.
    #[error("no signing key could be made, as the system gave no random numbers; try again")]
    Random,
    /// The secret key wants a password.
    #[error("the signing key is protected by a password; make one without, for example with minisign -G -W")]
    Encrypted,
    /// Not a minisign secret key, or a damaged one.
    #[error("this is not a whole minisign secret key; it takes both lines of the key file, unchanged")]
    SecretKey,
    /// Not a minisign public key, or a damaged one.
    #[error("this is not a minisign public key; it takes the .pub file or its line that begins with RW")]
    PublicKey,
    /// A comment with line breaks or control characters, or without any text.
    #[error("the comment of a signature must be one line of text")]
    Comment,
    /// The signature file is not one of minisign's, or is damaged.
    #[error("this is not a whole minisign signature")]
    Malformed,
    /// The signature is by another key.
    #[error("the signature was made with another key")]
    OtherKey,
    /// What was signed is not this file, or the signature or its comment was changed.
    #[error("the signature does not fit: the file, the signature or its comment was changed")]
    Wrong,
}

impl SigningKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Result<Self, SignatureError> {
        let pair = KeyPair::generate_unencrypted_keypair().map_err(|_| SignatureError::Random)?;
        Self::from_secret(pair.sk)
    }

    /// Reads a minisign secret key without a password: the file, or only its second line.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).ok_or(SignatureError::SecretKey)?;
        let bytes = STANDARD.decode(line).map_err(|_| SignatureError::SecretKey)?;
        match bytes.get(..4) {
            Some(b"EdSc") => return Err(SignatureError::Encrypted),
            Some(b"Ed\0\0") => {}
            _ => return Err(SignatureError::SecretKey),
        }
        // minisign leaves the checksum of a key without a password empty; where there is one, it must be right.
        let secret = match bytes.get(CHECKSUM_AT..) {
            Some(checksum) if checksum == [0; 32] => SecretKey::from_bytes(&bytes),
            _ => SecretKeyBox::from(format!("untrusted comment:\n{line}\n")).into_unencrypted_secret_key(),
        };
        Self::from_secret(secret.map_err(|_| SignatureError::SecretKey)?)
    }

    /// As minisign keeps it, without a password: for the keychain and nothing else.
    pub fn text(&self) -> String {
        format!("untrusted comment: Turnstone signing key\n{}\n", STANDARD.encode(self.secret.to_bytes()))
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        self.public.clone()
    }

    /// Signs a file, as the text of a `.minisig` file. The comment is signed too and is one line of text.
    pub fn sign_file(&self, bytes: &[u8], trusted_comment: &str) -> Result<String, SignatureError> {
        let comment = trusted_comment.trim();
        if comment.is_empty() || comment.contains(char::is_control) {
            return Err(SignatureError::Comment);
        }
        let signed = minisign::sign(Some(&self.public.key), &self.secret, bytes, Some(comment), Some(UNTRUSTED));
        signed.map(SignatureBox::into_string).map_err(|_| SignatureError::Random)
    }

    /// The Ed25519 signature of these bytes as they are; only for texts that nothing else is signed as.
    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(bytes).as_ref());
        signature
    }

    fn from_secret(secret: SecretKey) -> Result<Self, SignatureError> {
        let key = minisign::PublicKey::from_secret_key(&secret).map_err(|_| SignatureError::SecretKey)?;
        let bytes = secret.to_bytes();
        let pair = bytes.get(SEED_AT..SEED_AT + 64).and_then(|secret| {
            // The key's second half is its public key; here it is seen to belong to the first.
            Ed25519KeyPair::from_seed_and_public_key(&secret[..32], &secret[32..]).ok()
        });
        let pair = Arc::new(pair.ok_or(SignatureError::SecretKey)?);
        Ok(Self { secret, pair, public: PublicKey { key } })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

impl PublicKey {
    /// Reads a minisign public key: the `.pub` file, or only its line that begins with `RW`.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).ok_or(SignatureError::PublicKey)?;
        let bytes = STANDARD.decode(line).map_err(|_| SignatureError::PublicKey)?;
        if bytes.len() != 42 || !bytes.starts_with(b"Ed") {
            return Err(SignatureError::PublicKey);
        }
        let key = minisign::PublicKey::from_bytes(&bytes).map_err(|_| SignatureError::PublicKey)?;
        Ok(Self { key })
    }

    /// As a minisign `.pub` file.
    pub fn text(&self) -> String {
        format!("untrusted comment: minisign public key {}\n{}\n", self.id(), self.base64())
    }

    /// As minisign prints it, to be given to `minisign -V -P`; begins with `RW`.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.key.to_bytes())
    }

    /// To be compared by eye, such as on a cover letter: minisign's id of the key, and the first half of the SHA-256 of the
    /// 42 bytes that [`base64`](Self::base64) stands for, in groups of four digits. The id alone could be imitated.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.key.to_bytes());
        let groups = hash[..16].as_chunks::<2>().0.iter().map(|[a, b]| format!(" {a:02x}{b:02x}"));
        self.id() + &groups.collect::<String>()
    }

    /// Checks the text of a `.minisig` file against what it should sign, and answers with its trusted comment. Signatures
    /// of the old form, which hash nothing beforehand, are refused.
    pub fn verify_file(&self, bytes: &[u8], signature: &str) -> Result<String, SignatureError> {
        // minisign takes signatures that are too long, and counts on 64 bytes in the second.
        let size = |line| signature.lines().nth(line).and_then(|line| Some(STANDARD.decode(line.trim()).ok()?.len()));
        if (size(1), size(3)) != (Some(74), Some(64)) {
            return Err(SignatureError::Malformed);
        }
        let signed = SignatureBox::from_string(signature).map_err(|_| SignatureError::Malformed)?;
        if signed.keynum() != self.key.keynum() {
            return Err(SignatureError::OtherKey);
        }
        minisign::verify(&self.key, &signed, Cursor::new(bytes), true, false, false)
            .map_err(|_| SignatureError::Wrong)?;
        signed.trusted_comment().map_err(|_| SignatureError::Malformed)
    }

    /// Whether the comment above a signature, which anybody can change unnoticed, is the one that Turnstone writes.
    pub(crate) fn has_own_comment(signature: &str) -> bool {
        signature.lines().next().and_then(|line| line.strip_prefix("untrusted comment: ")) == Some(UNTRUSTED)
    }

    /// Whether the key made this plain Ed25519 signature of these bytes.
    pub fn verify(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.bytes()).verify(bytes, signature).is_ok()
    }

    /// The 32 bytes of the Ed25519 key.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&self.key.to_bytes()[10..]);
        bytes
    }

    /// The eight bytes by which minisign tells keys apart; chosen at random with the key, and not proof of it.
    pub fn number(&self) -> [u8; 8] {
        let mut number = [0; 8];
        number.copy_from_slice(self.key.keynum());
        number
    }

    /// minisign's id of the key, as minisign prints it.
    fn id(&self) -> String {
        self.key.keynum().iter().rev().map(|byte| format!("{byte:02X}")).collect()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key.to_bytes() == other.key.to_bytes()
    }
}

impl Eq for PublicKey {}
