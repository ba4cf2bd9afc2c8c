//! Verifying what was handed over: no library is needed for it.

use std::path::{Path, PathBuf};

use evidence::PublicKey;
use evidence::verify::{Problem, Report, VerifyError};
use model::Cancel;

use crate::fault::{Fault, FaultCode};
use crate::jobs::{JobEnd, JobKind};
use crate::open::App;

/// What whoever verifies knows from elsewhere, such as from the cover letter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// The public key it must be signed with: its text, a file that holds it, or its fingerprint.
    pub key: Option<String>,
    /// The SHA-512 that its tag manifest must have, as hex.
    pub tagmanifest: Option<String>,
}

/// What verifying an export found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong; nothing if everything is as it was sealed.
    pub problems: Vec<ExportProblem>,
    /// How many files were looked at.
    pub files: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The SHA-512 of its tag manifest, as hex.
    pub tagmanifest: Option<String>,
    /// The fingerprint of the key it is signed with.
    pub signed_by: Option<String>,
    /// That key, as minisign takes it.
    pub public_key: Option<String>,
    /// Whether that is the key of the library that is open.
    pub own_key: bool,
}

/// One thing that is wrong with an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportProblem {
    /// The file within it.
    pub path: String,
    /// What is wrong, in words.
    pub problem: String,
}

/// Verifies an export. `tell` hears bytes done and bytes in all.
pub fn verify_export(
    path: &Path,
    trust: &Trust,
    cancel: &Cancel,
    tell: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Verified, Fault> {
    let tell = std::sync::Mutex::new(tell);
    let report = evidence::verify::verify(path, cancel, &|done, total| {
        let mut tell = tell.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tell(done, total);
    })?;
    let mut verified = Verified::new(path, &report);
    verified.compare(trust, report.signed_by.as_ref());
    Ok(verified)
}

impl App {
    /// The same as a job that others see and can stop; tells also whether the library's own key signed it.
    pub fn verify_as_job(&self, path: &Path) -> Result<Verified, Fault> {
        let words = "Verifying an export".to_owned();
        let (mut job, cancel) = self.inner.jobs.begin(JobKind::Verify, None, words).ok_or_else(|| {
            Fault::new(FaultCode::Invalid, "another export is being verified: wait for it, or cancel it first")
        })?;
        self.report(&job);
        let found = verify_export(path, &Trust::default(), &cancel, &mut |done, total| {
            (job.done, job.total) = (done, Some(total));
            self.report(&job);
        });
        job.end = Some(match &found {
            Ok(found) if found.problems.is_empty() => JobEnd { words: "The export is valid".into(), failed: false },
            Ok(_) => JobEnd { words: "The export is not as it was sealed".into(), failed: true },
            Err(fault) => JobEnd { words: fault.message.clone(), failed: fault.code != FaultCode::Cancelled },
        });
        self.report(&job);
        let own = self.present_signing_key().map(|key| key.public().base64());
        found.map(|found| Verified { own_key: own.is_some() && own == found.public_key, ..found })
    }
}

impl Verified {
    fn new(path: &Path, report: &Report) -> Self {
        let problem = |one: &Problem| ExportProblem { path: one.path.clone(), problem: one.problem.clone() };
        Self {
            path: path.to_owned(),
            problems: report.problems.iter().map(problem).collect(),
            files: report.files,
            bytes: report.bytes,
            tagmanifest: report.tagmanifest_sha512.clone(),
            signed_by: report.signed_by.as_ref().map(PublicKey::fingerprint),
            public_key: report.signed_by.as_ref().map(PublicKey::base64),
            own_key: false,
        }
    }

    /// Adds what does not fit what is known from elsewhere.
    fn compare(&mut self, trust: &Trust, key: Option<&PublicKey>) {
        if let Some(wanted) = &trust.key
            && !key.is_some_and(|key| is_key(key, wanted))
        {
            let problem = match key {
                Some(_) => "it is signed with another key than the one that was given",
                None => "it is not signed, and a key was given that it should be signed with",
            };
            self.add("tagmanifest-sha512.txt.minisig", problem);
        }
        let plain = |hash: &str| hash.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        if let Some(wanted) = &trust.tagmanifest
            && self.tagmanifest.as_deref().map(plain) != Some(plain(wanted))
        {
            self.add("tagmanifest-sha512.txt", "its SHA-512 is not the one that was given");
        }
    }

    fn add(&mut self, path: &str, problem: &str) {
        self.problems.push(ExportProblem { path: path.to_owned(), problem: problem.to_owned() });
    }
}

/// Whether a key is meant by its text, a file that holds it, or its fingerprint.
fn is_key(key: &PublicKey, wanted: &str) -> bool {
    let is_text = |text: &str| PublicKey::parse(text).is_ok_and(|given| given == *key);
    let plain = |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_lowercase();
    is_text(wanted)
        || plain(wanted) == plain(&key.fingerprint())
        || std::fs::read_to_string(wanted).is_ok_and(|text| is_text(&text))
}

impl From<VerifyError> for Fault {
    fn from(error: VerifyError) -> Self {
        let code = match &error {
            VerifyError::Cancelled(_) => FaultCode::Cancelled,
            _ => FaultCode::Unreadable,
        };
        Self::new(code, error.to_string())
    }
}
