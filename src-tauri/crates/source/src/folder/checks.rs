//! What the self-test of a folder says.

use model::Cancel;

use super::bags::{self, Bags};
use super::naming::{Part, part, split};
use crate::remote::checks::{failed, fine};
use crate::shelf::{Files, Shelf};
use crate::tree::Tree;
use crate::{Check, SourceError};

/// How many files are counted at most.
const MOST: usize = 200_000;

/// The lines of the self-test.
pub fn of(shelf: &Shelf) -> Vec<Check> {
    match look(shelf) {
        Ok((files, tree)) => lines(shelf, &files, &tree),
        Err(error) => vec![failed(error.to_string())],
    }
}

fn look(shelf: &Shelf) -> Result<(Files, Tree), SourceError> {
    let files = shelf.open(&Cancel::new())?;
    let tree = files.list(&|name| part(name).is_some() || is_zip(name), &Cancel::new())?;
    Ok((files, tree))
}

fn lines(shelf: &Shelf, files: &Files, tree: &Tree) -> Vec<Check> {
    let path = shelf.path().display();
    let what = if matches!(files, Files::Zip(_)) { "zip" } else { "folder" };
    let mut checks = vec![fine(format!("The {what} {path} can be read."))];
    let bags = Bags::among(files, &tree.files);
    let is_derived = |path: &str| bags.is_exported(path) && bags::is_derived(path);
    let content = || tree.files.iter().filter(|file| bags.is_content(&file.path) && !is_derived(&file.path)).take(MOST);
    let count = |wanted| content().filter(|file| part(split(&file.path).1) == Some(wanted)).count();
    let (audio, vcons, sidecars) = (count(Part::Audio), count(Part::VCon), count(Part::Sidecar));
    checks.extend(bag_line(
        shelf,
        &bags,
        content().filter(|file| bags.is_exported(&file.path) && bags::is_call(&file.path)).count(),
    ));
    let words = format!("Found {audio} recordings, {vcons} vCon files and {sidecars} files that may be transcripts.");
    if audio + vcons + sidecars > 0 {
        checks.push(fine(words));
    } else {
        let advice = "Choose a folder that holds recordings or transcripts, or put some there.";
        checks.push(failed(format!("{words} {advice}")));
    }
    let zips = tree.files.iter().filter(|file| is_zip(&file.path)).count();
    if zips > 0 {
        checks.push(fine(format!("{zips} zip files in it are not opened: add each as a source of its own.")));
    }
    checks.extend(tree.rejected.iter().take(10).map(|item| failed(format!("{}: {}", item.item, item.reason))));
    checks
}

/// What is said of bags. Whether their files are what they were is for a verification to say, not for reading.
fn bag_line(shelf: &Shelf, bags: &Bags, calls: usize) -> Option<Check> {
    let path = shelf.path().display();
    match bags.count() {
        (0, _) => None,
        (1, 1) => Some(fine(format!(
            "It is an export of Turnstone\'s with {}; `turnstone verify {path}` checks that it is unchanged.",
            number_of(calls, "call")
        ))),
        (all, ours @ 1..) => Some(fine(format!(
            "{all} bags in it, {ours} of them exports of Turnstone\'s, with {calls} calls; `turnstone verify` checks that \
             each is unchanged."
        ))),
        (all, 0) => {
            let bags = number_of(all, "bag");
            Some(fine(format!("{bags} in it, made by other programs; what is in the data of a bag is read.")))
        }
    }
}

fn number_of(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn is_zip(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".zip")
}
