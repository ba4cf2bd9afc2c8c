use super::{Inspection, VerifyError};
use crate::bag::{BAGIT, BAGIT_TEXT};

/// It has two lines.
const LONGEST: u64 = 4096;
/// Versions that differ in nothing that is checked here.
const VERSIONS: [&str; 6] = ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"];

/// Checks `bagit.txt`.
pub(super) fn check(inspection: &mut Inspection<'_>) -> Result<(), VerifyError> {
    if !inspection.bag.files.contains_key(BAGIT) {
        inspection.problem(BAGIT, "is missing, so that this is no bag: it may not have been completed");
        return Ok(());
    }
    let Some(bytes) = inspection.bytes(BAGIT, LONGEST)? else { return Ok(()) };
    if bytes == BAGIT_TEXT.as_bytes() {
        return Ok(());
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        inspection.problem(BAGIT, "begins with a byte order mark");
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    let value = |line: usize, label: &str| {
        lines.get(line).and_then(|line| line.strip_prefix(label)).and_then(|rest| rest.strip_prefix(':')).map(str::trim)
    };
    match value(0, "BagIt-Version") {
        Some(version) if VERSIONS.contains(&version) => {}
        Some(version) => inspection.problem(BAGIT, format!("is of version {version:?}, which is not known")),
        None => inspection.problem(BAGIT, "does not say which version of BagIt this is"),
    }
    match value(1, "Tag-File-Character-Encoding") {
        Some(encoding) if encoding.eq_ignore_ascii_case("UTF-8") => {}
        Some(encoding) => inspection.problem(BAGIT, format!("says {encoding:?}, and only UTF-8 is read")),
        None => inspection.problem(BAGIT, "does not say how the text is encoded"),
    }
    if lines.len() > 2 {
        inspection.problem(BAGIT, "has more than its two lines");
    }
    Ok(())
}
