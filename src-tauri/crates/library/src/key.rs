use std::fmt::{self, Write};

/// The raw key of an encrypted library: 32 random bytes from the keychain. No password is stretched here.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Takes the raw bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The statement that hands the key to SQLCipher.
    pub(crate) fn pragma(&self) -> String {
        let mut sql = String::from("PRAGMA key = \"x'");
        for byte in self.0 {
            // Writing to a String cannot fail.
            let _ = write!(sql, "{byte:02x}");
        }
        sql.push_str("'\"");
        sql
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
