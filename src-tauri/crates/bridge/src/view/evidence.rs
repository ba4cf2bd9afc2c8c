use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::SomeCalls;

/// What to export, where to and how.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct ExportOrder {
    /// Which calls.
    pub which: SomeCalls,
    /// The case's id, if they are exported for a case.
    pub case: Option<String>,
    /// The folder that the export is put into, under a name of its own.
    pub to: String,
    /// `bag`, `zip` (a bag in one file) or `folder` (plain files).
    pub form: String,
    /// `original`, `wav` (for a bag: the originals and copies for listening) or `none`.
    pub audio: String,
    /// Which documents: `vcon`, `vtt`, `srt`, `txt`, `csv`.
    pub documents: Vec<String>,
    /// Whether the vCons hold their audio themselves instead of naming its file.
    pub inline_audio: bool,
    /// Why; may be empty.
    pub reason: String,
}

/// What an export would be.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExportPlan {
    /// How much of the calls' audio is here.
    pub completeness: super::Completeness,
    /// How many calls whose audio is not here have it on this machine's disks, from where an export takes it.
    pub at_hand: u32,
    /// Whether the folder to put it into is there.
    pub is_there: bool,
    /// About how many bytes would be written.
    pub bytes: f64,
    /// Bytes free where it would be put; `null` if that cannot be told.
    pub free_bytes: Option<f64>,
    /// The fingerprint of the key it would be signed with; `null`: it would not be signed.
    pub key: Option<String>,
    /// Why it would not be signed, in words.
    pub unsigned_because: Option<String>,
}

/// An export that was made.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Exported {
    /// Where it is: a folder or a file.
    pub path: String,
    /// How many calls are in it.
    pub calls: u32,
    /// How many files.
    pub files: u32,
    /// How many bytes.
    pub bytes: f64,
    /// The one hash that stands for all of it, SHA-512 as hex: that of its tag manifest; `null` for plain files.
    pub tagmanifest: Option<String>,
    /// The fingerprint of the key it was signed with.
    pub signed_by: Option<String>,
    /// Why it is not signed, in words, if it is not.
    pub unsigned_because: Option<String>,
    /// Why the proofs of the audit log are not in it, in words, if they are not.
    pub log_left_out: Option<String>,
    /// Calls without all of their audio, and why.
    pub missing: Vec<MissingAudio>,
}

/// A call whose audio is not, or not all, in an export.
#[derive(Clone, Debug, Serialize, TS)]
pub struct MissingAudio {
    /// The call.
    pub call: String,
    /// The call as people know it: who, and when.
    pub words: String,
    /// Why, in words.
    pub reason: String,
}

/// Names an export to verify.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct VerifyExport {
    /// A bag, or a bag in a zip file.
    pub path: String,
}

/// What verifying an export found.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Verified {
    /// Where it is.
    pub path: String,
    /// Whether everything is as it was sealed.
    pub valid: bool,
    /// What is not, each with the file it concerns.
    pub problems: Vec<ExportProblem>,
    /// How many files were looked at.
    pub files: u32,
    /// How many bytes.
    pub bytes: f64,
    /// The hash of its tag manifest, SHA-512 as hex.
    pub tagmanifest: Option<String>,
    /// The fingerprint of the key it is signed with; `null`: it is not signed.
    pub signed_by: Option<String>,
    /// Whether that is this library's own key.
    pub own_key: bool,
}

/// One thing that is wrong with an export.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ExportProblem {
    /// The file within it.
    pub path: String,
    /// What is wrong, in words.
    pub problem: String,
}

/// The key that exports are signed with.
#[derive(Clone, Debug, Serialize, TS)]
pub struct SigningKeyView {
    /// The public key as minisign takes it; `null` if there is none.
    pub public_key: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<String>,
    /// Why there is none, in words.
    pub because: Option<String>,
}

/// Entries of the audit log, newest first.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AuditQuery {
    /// Only this action, such as `export`.
    pub action: Option<String>,
    /// Only what concerns this call.
    pub call: Option<String>,
    /// Only entries in which this text occurs, whatever its case.
    pub text: Option<String>,
    /// Only from this moment on, Unix milliseconds.
    pub from_ms: Option<f64>,
    /// Only before this moment, Unix milliseconds.
    pub to_ms: Option<f64>,
    /// Only before this entry, for the next page.
    pub before: Option<u32>,
    /// At most this many.
    pub limit: u32,
}

/// A page of the audit log.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AuditPage {
    /// The entries, newest first.
    pub entries: Vec<AuditEntryView>,
    /// What to give as `before` for the next page; `null` on the last.
    pub next: Option<u32>,
}

/// One entry of the audit log.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AuditEntryView {
    /// Its place in the log.
    pub seq: u32,
    /// When, Unix milliseconds.
    pub at_ms: f64,
    /// Who: the person and the user of the operating system.
    pub actor: String,
    /// What was done, such as `open`.
    pub action: String,
    /// To what, as the log has it.
    pub object: Option<String>,
    /// To what, in words a person reads: a call's parties and time, a case's name.
    pub object_words: Option<String>,
    /// The call it concerns, if it is one that is in the library.
    pub call: Option<String>,
    /// Further facts.
    pub detail: serde_json::Value,
}

/// Whether the audit log is whole.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AuditHealth {
    /// How many entries it has.
    pub entries: u32,
    /// What is wrong with it, each with the entry it concerns; empty if it is whole.
    pub problems: Vec<AuditProblem>,
    /// The checkpoint of all of it, to keep elsewhere.
    pub checkpoint: Option<String>,
    /// The fingerprint of the key the newest checkpoint is signed with.
    pub signed_by: Option<String>,
}

/// One thing that is wrong with the audit log.
#[derive(Clone, Debug, Serialize, TS)]
pub struct AuditProblem {
    /// The entry; `null` where it concerns the log as a whole.
    pub seq: Option<u32>,
    /// What is wrong, in words.
    pub problem: String,
}

/// Writes entries of the audit log into a file.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SaveAudit {
    /// Which entries; its `before` and `limit` are of no account.
    pub query: AuditQuery,
    /// The file: `.csv`, or `.jsonl` with the entries as they were hashed.
    pub file: String,
}

/// Suggests a name in a dialog that asks where to save a file.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct SaveAs {
    /// The name.
    pub name: String,
}

/// A file or folder on this machine.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PathRef {
    /// Where it is.
    pub path: String,
}
