//! Keeps every path of a source inside the root the user chose.
//!
//! Relative paths come from databases, vCon files and the library; none of them is trusted. A path is first read as words
//! (no way up, no drive, no absolute start), then followed on disk: what it leads to, links included, must lie below the
//! root. Nothing is opened here.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// A folder that nothing may leave.
#[derive(Clone, Debug)]
pub struct Root {
    path: PathBuf,
}

/// Why a path was not followed.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// The path is absolute, goes up, names a drive, or holds a NUL.
    #[error("the path leads out of the folder")]
    Outside,
    /// The root itself cannot be reached.
    #[error("the folder {0} cannot be reached: {1}")]
    Root(String, io::Error),
    /// There is nothing at the path, or it cannot be looked at.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl Root {
    /// A root at `path`, which need not exist yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The root as the user wrote it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The root's real place on disk.
    pub fn canonical(&self) -> Result<PathBuf, ConfineError> {
        self.path.canonicalize().map_err(|cause| ConfineError::Root(self.path.display().to_string(), cause))
    }

    /// The real place of something that exists below the root. `/` and `\` both separate.
    pub fn resolve(&self, relative: &str) -> Result<PathBuf, ConfineError> {
        let root = self.canonical()?;
        let names = names(relative)?;
        let plain: PathBuf = names.iter().collect();
        let found = match root.join(&plain).canonicalize() {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => root.join(decoded(&names)?).canonicalize()?,
            other => other?,
        };
        if found.starts_with(&root) { Ok(found) } else { Err(ConfineError::Outside) }
    }
}

/// A name in a folder as part of a relative path. A name that is not UTF-8, or that would not be read back as one name,
/// has its odd bytes written as `%XX`; [`Root::resolve`] understands both.
pub fn encode_name(name: &OsStr) -> String {
    match name.to_str() {
        Some(text) if !text.contains('\\') && !has_drive(text) => text.to_owned(),
        Some(text) => text.replace('%', "%25").replace('\\', "%5C").replace(':', "%3A"),
        None => encode_bytes(name.as_encoded_bytes()),
    }
}

fn encode_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '%' | '\\' | ':' => out.push_str(&format!("%{:02X}", u32::from(c))),
                other => out.push(other),
            }
        }
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
    }
    out
}

/// Where a path is that a listing of `root` (its real place) has just met, without looking at what links lead to.
pub fn listed(root: &Path, path: &str) -> PathBuf {
    let plain = root.join(path);
    if path.contains('%') && plain.symlink_metadata().is_err() {
        let names: Vec<&str> = path.split('/').collect();
        decoded(&names).map_or(plain, |decoded| root.join(decoded))
    } else {
        plain
    }
}

/// The names along a relative path; refuses every path that could lead elsewhere.
fn names(relative: &str) -> Result<Vec<&str>, ConfineError> {
    if relative.contains('\0') || relative.starts_with(['/', '\\']) || has_drive(relative) {
        return Err(ConfineError::Outside);
    }
    let names: Vec<&str> = relative.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".").collect();
    if names.is_empty() || names.iter().any(|name| *name == ".." || has_drive(name)) {
        return Err(ConfineError::Outside);
    }
    Ok(names)
}

fn decoded(names: &[&str]) -> Result<PathBuf, ConfineError> {
    let mut path = PathBuf::new();
    for name in names {
        let bytes = decode_bytes(name);
        if bytes == b".." || bytes.contains(&b'/') || bytes.contains(&0) || (cfg!(windows) && bytes.contains(&b'\\')) {
            return Err(ConfineError::Outside);
        }
        path.push(os_name(bytes));
    }
    Ok(path)
}

fn decode_bytes(name: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = (first == b'%').then(|| after.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    out
}

#[cfg(unix)]
fn os_name(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_name(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

fn has_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests;
