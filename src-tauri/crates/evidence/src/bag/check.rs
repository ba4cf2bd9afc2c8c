use std::path::Path;

use model::Cancel;

use super::BagError;
use crate::verify::{self, Depth, VerifyError};

/// Reads a bag back as it lies on disk and compares it with what was written.
pub(super) fn read_back(
    written: &Path,
    tagmanifest_sha512: &str,
    cancel: &Cancel,
    progress: &dyn Fn(u64, u64),
) -> Result<(), BagError> {
    let report = match verify::check(written, Depth::Once, cancel, progress) {
        Ok(report) => report,
        Err(VerifyError::Cancelled(cancelled)) => return Err(cancelled.into()),
        Err(error) => return Err(BagError::ReadBack(error)),
    };
    if !report.problems.is_empty() || report.tagmanifest_sha512.as_deref() != Some(tagmanifest_sha512) {
        return Err(BagError::Differs(report.problems));
    }
    Ok(())
}
