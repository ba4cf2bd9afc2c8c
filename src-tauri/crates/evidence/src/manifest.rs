//! Manifests: which files a bag has, and their hashes.

/// The text of a manifest; paths as RFC 8493 wants them.
pub(crate) fn text<'a>(files: impl Iterator<Item = (&'a str, String)>) -> String {
    files.map(|(path, digest)| format!("{digest}  {}\n", encoded(path))).collect()
}

/// A path with what would end or change its line percent-encoded.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
