use super::{Inspection, VerifyError};
use crate::bag::{BAG_INFO, OXUM_FIELD};
use crate::verify::payload::{Listed, read_manifests};

/// No description is longer.
const LONGEST: u64 = 4 * 1024 * 1024;
/// The field that only Turnstone's exports have.
pub(super) const EXPORT_VERSION: &str = "Turnstone-Export-Version";

/// The fields of `bag-info.txt`.
#[derive(Default)]
pub(super) struct Info {
    pub(super) fields: Vec<(String, String)>,
}

impl Info {
    /// Every value of a field.
    pub(super) fn all<'a>(&'a self, label: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(label)).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_turnstone(&self) -> bool {
        self.all(EXPORT_VERSION).next().is_some()
    }
}

/// Reads `bag-info.txt`, which a bag may be without.
pub(super) fn read_info(inspection: &mut Inspection<'_>) -> Result<Info, VerifyError> {
    let mut info = Info::default();
    let Some(bytes) = inspection.bytes(BAG_INFO, LONGEST)? else { return Ok(info) };
    let Ok(text) = String::from_utf8(bytes) else {
        inspection.problem(BAG_INFO, "is not UTF-8");
        return Ok(info);
    };
    if text.starts_with('\u{feff}') {
        inspection.problem(BAG_INFO, "begins with a byte order mark");
    }
    for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = info.fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((label, value)) = line.split_once(':') {
            info.fields.push((label.trim().to_owned(), value.trim().to_owned()));
        } else {
            inspection.problem(BAG_INFO, "has a line without a label");
        }
    }
    Ok(info)
}

/// Checks the files beside the payload against the tag manifests, as far as there are any.
pub(super) fn check(inspection: &mut Inspection<'_>) -> Result<Vec<Listed>, VerifyError> {
    let manifests = read_manifests(inspection, "tagmanifest-")?;
    for manifest in &manifests {
        for (path, digest) in &manifest.content.files {
            if !inspection.bag.files.contains_key(path) {
                inspection.problem(path, format!("is missing, though {} lists it", manifest.name));
            } else if let Some(seen) = inspection.see(path)?
                && manifest.algorithm.of(&seen).is_some_and(|found| found != *digest)
            {
                inspection.problem(path, format!("was changed: it does not have the hash in {}", manifest.name));
            }
        }
    }
    Ok(manifests)
}

/// Compares the payload as a whole with its measure, if the bag has one.
pub(super) fn check_oxum(inspection: &mut Inspection<'_>, info: &Info) {
    let payload = || inspection.bag.files.iter().filter(|(path, _)| path.starts_with(crate::bag::DATA));
    let bytes = payload().fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let found = format!("{bytes}.{}", payload().count());
    for oxum in info.all(OXUM_FIELD) {
        if oxum != found {
            let words = format!("says the payload has {oxum} (bytes.files), and it has {found}");
            inspection.problem(BAG_INFO, words);
        }
    }
}
