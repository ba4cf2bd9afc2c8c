//! Verifying a bag, as a folder or as a zip file, without a library: nothing in it is trusted, nothing is written.
//!
//! A bag that another program made is checked as RFC 8493 says. One that says Turnstone exported it is held to more: both
//! manifests, no file that is not listed, the signature it names, its part of the audit log, its vCons and every byte between
//! the files of its zip file.

mod checkpoint;
mod container;
mod declaration;
mod inspection;
mod own;
mod payload;
mod report;
mod tags;
mod tree;
mod vcon;

#[cfg(test)]
mod tests;

use std::path::Path;

use model::Cancel;

pub use checkpoint::kept_checkpoint;
pub use report::{Problem, Report, VerifyError};

use container::{Container, Opened};
use inspection::Inspection;

/// How thoroughly the payload is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// With every hash that the manifests have.
    All,
    /// With one hash: enough to see whether the disk holds what was written a moment ago.
    Once,
}

/// Checks a bag: its structure, every file against every manifest, the signature, and what Turnstone's own exports have
/// besides. `progress` hears bytes done and bytes in all.
///
/// # Errors
///
/// There is nothing at `path`, it is no bag at all, or it was cancelled. Everything else that is wrong is in the report.
pub fn verify(path: &Path, cancel: &Cancel, progress: &dyn Fn(u64, u64)) -> Result<Report, VerifyError> {
    check(path, Depth::All, cancel, progress)
}

pub(crate) fn check(
    path: &Path,
    depth: Depth,
    cancel: &Cancel,
    progress: &dyn Fn(u64, u64),
) -> Result<Report, VerifyError> {
    let container = match Container::open(path, cancel)? {
        Opened::Container(container) => container,
        Opened::Broken(problem) => return Ok(Report::broken(problem)),
    };
    if !container.looks_like_a_bag() {
        return Err(VerifyError::NoBag(path.to_owned()));
    }
    let mut inspection = Inspection::new(&container, depth, cancel, progress);
    declaration::check(&mut inspection)?;
    let info = tags::read_info(&mut inspection)?;
    let tag_manifests = tags::check(&mut inspection)?;
    let payload = payload::check(&mut inspection)?;
    tags::check_oxum(&mut inspection, &info);
    let signed_by =
        if info.is_turnstone() { own::check(&mut inspection, &info, &tag_manifests, &payload)? } else { None };
    progress(container.bytes(), container.bytes());
    Ok(inspection.report(info, signed_by))
}
