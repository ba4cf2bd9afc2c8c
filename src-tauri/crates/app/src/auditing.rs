//! The audit log for those who read it: its entries in words, whether it is whole, and copies of both to keep elsewhere.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use evidence::log::{Checker, Checkpoint, entry_hash, entry_line};
use evidence::{PublicKey, table, verify};
use jiff::tz::TimeZone;
use library::{AuditFilter, AuditRow, LibraryError, Reader};
use model::{AuditEntry, CallId, Cancel, CaseId};

use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::trail::signature_by;

/// An entry of the audit log as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// The entry.
    pub entry: AuditEntry,
    /// Its hash as a leaf of the log's tree, as hex.
    pub hash: String,
    /// Who: the person and the user of the operating system.
    pub actor: String,
    /// To what, in words: a call's parties and time, a case's name.
    pub object_words: Option<String>,
    /// The call it concerns, if that is in the library.
    pub call: Option<CallId>,
}

/// Whether the audit log is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHealth {
    /// How many entries it has.
    pub entries: u64,
    /// What is wrong with it; empty if it is whole, as far as can be told.
    pub problems: Vec<AuditProblem>,
    /// What is odd and may have good reasons, such as a clock that was put back.
    pub remarks: Vec<AuditProblem>,
    /// The checkpoint of all of it, to keep elsewhere: a signed note, or the bare text where there is no key.
    pub checkpoint: Option<String>,
    /// The fingerprint of the key that note is signed with.
    pub signed_by: Option<String>,
}

/// One thing about the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditProblem {
    /// The entry; `None` where it concerns the log as a whole.
    pub seq: Option<u64>,
    /// What, in words.
    pub problem: String,
}

impl App {
    /// Entries of the audit log, newest first, of those before `before`; and what to give as `before` for the next page.
    pub fn audit_log(
        &self,
        filter: &AuditFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<(Vec<AuditLine>, Option<u64>), Fault> {
        let reader = self.inner.library.reader()?;
        let mut rows = reader.audit_page(filter, before, limit.saturating_add(1))?;
        let has_more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| has_more).map(|row| row.entry.seq);
        let lines = rows.into_iter().map(|row| line(&reader, row.entry)).collect::<Result<_, _>>()?;
        Ok((lines, next))
    }

    /// Looks for alterations in the whole audit log. `kept` are checkpoints that somebody kept elsewhere: only they show
    /// that entries are missing at the end, or that all of it was written anew.
    pub fn check_audit_log(&self, kept: &[Checkpoint], cancel: &Cancel) -> Result<AuditHealth, Fault> {
        let key = self.present_signing_key();
        let public = key.as_ref().map(evidence::SigningKey::public);
        let (checked, signed) = self.check_entries(public.as_ref(), kept, cancel)?;
        // Of a log that is not whole nothing is vouched for.
        let signer = key.as_ref().filter(|_| checked.problems.is_empty());
        let signed_by = signer.filter(|_| checked.checkpoint.is_some()).map(|key| key.public().fingerprint());
        let note = |checkpoint: Checkpoint| match signer {
            Some(key) => checkpoint.note(key),
            None => checkpoint.text(),
        };
        let in_words =
            |problem: evidence::log::Problem| AuditProblem { seq: problem.seq, problem: problem.to_string() };
        let mut remarks: Vec<AuditProblem> = checked.remarks.into_iter().map(in_words).collect();
        let mut remark = |words: &str| remarks.push(AuditProblem { seq: None, problem: words.to_owned() });
        if !self.inner.library.reader()?.audit_is_guarded()? {
            remark("the database does not refuse changes of the log any more: somebody removed what guards it");
        }
        if key.is_none() && signed {
            remark("signatures were not checked, as there is no signing key here");
        }
        Ok(AuditHealth {
            entries: checked.entries,
            problems: checked.problems.into_iter().map(in_words).collect(),
            remarks,
            checkpoint: checked.checkpoint.map(note),
            signed_by,
        })
    }

    /// The checkpoint of the log as far as it has come, to keep elsewhere, and whether it is signed.
    pub fn audit_checkpoint(&self) -> Result<(String, bool), Fault> {
        let none = || Fault::new(FaultCode::NotFound, "the audit log has no entries yet");
        let checkpoint = self.inner.trail.checkpoint()?.ok_or_else(none)?;
        Ok(match self.present_signing_key() {
            Some(key) => (checkpoint.note(&key), true),
            None => (checkpoint.text(), false),
        })
    }

    /// Writes entries of the audit log into a file, oldest first: `.csv`, or `.jsonl` with the entries as they were hashed.
    /// A file that is there already is replaced once the new one is complete.
    pub fn save_audit_log(&self, filter: &AuditFilter, file: &Path) -> Result<u64, Fault> {
        let extension = file.extension().map(|extension| extension.to_ascii_lowercase());
        let form = match extension.as_deref().and_then(|extension| extension.to_str()) {
            Some("csv") => Form::Table,
            Some("jsonl") => Form::Lines,
            _ => return Err(Fault::new(FaultCode::Invalid, "give the file a name that ends in .csv or .jsonl")),
        };
        let reader = self.inner.library.reader()?;
        write(&reader, filter, form, file).map_err(|unsaved| match unsaved {
            Unsaved::Library(error) => error.into(),
            Unsaved::File(cause) => Fault::new(FaultCode::Io, format!("{} cannot be written: {cause}", file.display())),
        })
    }

    /// The same search for alterations, in words, for the check of the whole library.
    pub(crate) fn audit_damage(&self) -> Result<Vec<String>, Fault> {
        let (checked, _) = self.check_entries(None, &[], &Cancel::new())?;
        Ok(checked.problems.into_iter().map(|problem| format!("the audit log: {problem}")).collect())
    }

    /// What is wrong with the entries, and whether any of them is signed, with whatever key.
    fn check_entries(
        &self,
        key: Option<&PublicKey>,
        kept: &[Checkpoint],
        cancel: &Cancel,
    ) -> Result<(evidence::log::Checked, bool), Fault> {
        let mut signed = false;
        let mut checker = Checker::new(key.cloned(), kept.to_vec());
        let reader = self.inner.library.reader()?.cancelled_by(cancel)?;
        reader.audit_rows(0..=u64::MAX, |row: AuditRow| {
            signed |= row.signature.is_some();
            checker.push(&row.entry, &row.edge, key.and_then(|key| signature_by(&row, key)));
            Ok::<_, LibraryError>(())
        })?;
        Ok((checker.finish(), signed))
    }
}

/// The checkpoint that somebody kept: a file that holds one, or the one in an export.
pub fn kept_checkpoint(path: &Path) -> Result<Checkpoint, Fault> {
    let fault = |why: String| Fault::new(FaultCode::Unreadable, why);
    let kept = verify::kept_checkpoint(path, &Cancel::new()).map_err(|error| fault(error.to_string()))?;
    let none = || fault(format!("there is no checkpoint of an audit log in {}", path.display()));
    Ok(kept.ok_or_else(none)?.checkpoint)
}

#[derive(Clone, Copy)]
enum Form {
    Table,
    Lines,
}

fn line(reader: &Reader, entry: AuditEntry) -> Result<AuditLine, Fault> {
    let hash = entry_hash(&entry).iter().map(|byte| format!("{byte:02x}")).collect();
    let actor = match &entry.person {
        Some(person) => format!("{person} ({})", entry.user),
        None => entry.user.clone(),
    };
    let mut line = AuditLine { hash, actor, object_words: None, call: None, entry };
    let object = line.entry.object.as_deref().unwrap_or_default();
    if let Ok(id) = object.parse::<CallId>()
        && let Some(row) = reader.call_row(id)?
    {
        line.call = Some(id);
        line.object_words = Some(call_in_words(&row));
    } else if let Ok(id) = object.parse::<CaseId>() {
        line.object_words = reader.case(id)?.map(|row| row.case.name);
    }
    Ok(line)
}

/// Such as `+15125550143 → Sarah, 2025-11-12 10:02`.
pub(crate) fn call_in_words(row: &library::CallRow) -> String {
    let side = |party: &Option<model::Party>| party.as_ref().and_then(model::Party::label).unwrap_or("?").to_owned();
    let started = row.started_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let local = started.map(|at| at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string());
    let parties = match (&row.from, &row.to, &row.title) {
        (None, None, Some(title)) => title.clone(),
        (from, to, _) => format!("{} → {}", side(from), side(to)),
    };
    format!("{parties}, {}", local.as_deref().unwrap_or("unknown time"))
}

/// Why a copy of the log was not saved.
enum Unsaved {
    Library(LibraryError),
    File(io::Error),
}

impl From<LibraryError> for Unsaved {
    fn from(error: LibraryError) -> Self {
        Self::Library(error)
    }
}

impl From<io::Error> for Unsaved {
    fn from(cause: io::Error) -> Self {
        Self::File(cause)
    }
}

fn write(reader: &Reader, filter: &AuditFilter, form: Form, file: &Path) -> Result<u64, Unsaved> {
    let part = beside(file);
    let written = write_part(reader, filter, form, &part).and_then(|entries| {
        fs::rename(&part, file)?;
        Ok(entries)
    });
    if written.is_err() {
        // What is there is an unfinished file of ours.
        drop(fs::remove_file(&part));
    }
    written
}

/// Entries go into the file as they are read, however many there are. Answers how many.
fn write_part(reader: &Reader, filter: &AuditFilter, form: Form, part: &Path) -> Result<u64, Unsaved> {
    let mut out = BufWriter::new(File::create(part)?);
    let mut entries = 0;
    match form {
        Form::Table => {
            let mut table = table::Access::begin(&mut out, &TimeZone::system())?;
            reader.audit_entries(filter, |entry| {
                entries += 1;
                Ok::<_, Unsaved>(table.add(&entry)?)
            })?;
            table.finish()?;
        }
        Form::Lines => reader.audit_entries(filter, |entry| {
            entries += 1;
            Ok::<_, Unsaved>(writeln!(out, "{}", entry_line(&entry))?)
        })?,
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(entries)
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    name.into()
}
