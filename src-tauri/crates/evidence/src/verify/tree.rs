use std::fs;
use std::path::{Path, PathBuf};

use model::Cancel;

use super::VerifyError;
use super::container::{Container, problem};

/// Deeper folders are not looked into.
const DEEPEST: usize = 64;
/// With more files something else than a bag was meant.
const MOST: usize = 5_000_000;

/// Lists a folder without following a link.
pub(super) fn walk(root: &Path, cancel: &Cancel) -> Result<Container, VerifyError> {
    let mut container = Container::folder(root);
    let mut waiting: Vec<(PathBuf, String)> = vec![(root.to_owned(), String::new())];
    while let Some((folder, prefix)) = waiting.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(source) if prefix.is_empty() => return Err(VerifyError::Read { path: folder, source }),
            Err(error) => {
                container.faults.push(problem(prefix.trim_end_matches('/'), format!("cannot be read: {error}")));
                continue;
            }
        };
        for entry in entries {
            cancel.check()?;
            let entry = entry.map_err(|source| VerifyError::Read { path: folder.clone(), source })?;
            let name = entry.file_name();
            let path = format!("{prefix}{}", name.to_string_lossy());
            match entry.metadata() {
                Err(error) => container.faults.push(problem(path, format!("cannot be read: {error}"))),
                Ok(_) if name.to_str().is_none() => {
                    container.faults.push(problem(path, "has a name that is not Unicode"));
                }
                Ok(found) if found.is_dir() => {
                    if path.matches('/').count() < DEEPEST {
                        waiting.push((entry.path(), format!("{path}/")));
                    } else {
                        container.faults.push(problem(path.as_str(), "lies too deep"));
                    }
                    container.folders.insert(path);
                }
                Ok(found) if found.is_file() => {
                    container.files.insert(path, found.len());
                }
                Ok(found) if found.is_symlink() => {
                    container.faults.push(problem(path, "is a link, which is never followed"));
                }
                Ok(_) => container.faults.push(problem(path, "is neither a file nor a folder")),
            }
        }
        if container.files.len() > MOST {
            let words = "has more files than any bag of Turnstone";
            return Err(VerifyError::Read { path: root.to_owned(), source: std::io::Error::other(words) });
        }
    }
    Ok(container)
}
