//! Everything that can be done to an export between sealing and verifying, in both forms.

mod foreign;
mod specimen;
mod tampering;
mod zipped;

use std::path::Path;

use model::Cancel;

use super::{Report, verify};

fn report_of(path: &Path) -> Report {
    verify(path, &Cancel::new(), &|_, _| {}).unwrap_or_else(|error| panic!("{error}"))
}

/// The problems as text, for messages of tests.
fn told(report: &Report) -> Vec<String> {
    report.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.problem)).collect()
}

#[track_caller]
fn assert_names(path: &Path, expected: &str, what: &str) {
    let report = report_of(path);
    assert!(
        report.problems.iter().any(|problem| problem.path == expected),
        "{what} must name {expected}: {:#?}",
        told(&report)
    );
}
