//! Handing calls over: as a bag that anyone can verify, in a folder or in one zip file, or as plain files.
//!
//! An export is written call by call into a place that nobody takes for an export, sealed, read again, recorded in the audit
//! log, and only then given its name. The audit log knows of it before the first byte is written; when it fails or is
//! stopped nothing of it remains but that.

pub(crate) mod destination;
mod documents;
mod dragging;
mod gather;
mod name;
mod order;
mod reported;
mod sealing;
pub(crate) mod selection;

use std::path::PathBuf;

use evidence::bag::{Bag, Form, PlainFiles};
use jiff::tz::TimeZone;
use model::{Action, Cancel, Completeness};
use serde_json::json;

use crate::fault::{Fault, FaultCode};
use crate::jobs::{JobEnd, JobKind};
use crate::open::App;
use crate::signing::Signing;
use crate::trail::Deed;

use documents::Documents;
use gather::Gathering;
use selection::{Chosen, Reach};

pub use dragging::DragEnd;
pub use gather::MissingAudio;
pub use order::{Document, ExportAudio, ExportForm, ExportOrder, ForCase};
use sealing::CaseWords;

/// What an export would be.
#[derive(Clone, Debug)]
pub struct ExportPlan {
    /// How much of the calls' audio is here.
    pub completeness: Completeness,
    /// How many calls whose audio is not here have it on this machine's disks, from where an export takes it.
    pub at_hand: u64,
    /// About how many bytes would be written.
    pub bytes: u64,
    /// Whether the folder to put it into is there.
    pub is_there: bool,
    /// Bytes free where it would be put; `None` if that cannot be told.
    pub free_bytes: Option<u64>,
    /// What it would be signed with.
    pub signing: Signing,
}

/// An export that was made.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Where it is: a folder or a file.
    pub path: PathBuf,
    /// How many calls are in it.
    pub calls: u64,
    /// How many files of payload.
    pub files: u64,
    /// How many bytes those have.
    pub bytes: u64,
    /// The SHA-512 of its tag manifest as hex, which stands for all of it; `None` for plain files.
    pub tagmanifest: Option<String>,
    /// The fingerprint of the key it is signed with.
    pub signed_by: Option<String>,
    /// That key, as minisign takes it.
    pub public_key: Option<String>,
    /// Why it is not signed, in words, if it is a bag that is not.
    pub unsigned_because: Option<String>,
    /// Why the proofs of the audit log are not in it, in words, if it is a bag without them.
    pub log_left_out: Option<String>,
    /// What is missing.
    pub missing: Vec<MissingAudio>,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportStep {
    /// Bringing in audio that is not here: recordings' calls.
    Fetching {
        /// Done.
        done: u64,
        /// In all.
        total: u64,
    },
    /// Writing calls.
    Writing {
        /// Done.
        done: u64,
        /// In all.
        total: u64,
    },
    /// Reading again what was written: bytes.
    Verifying {
        /// Done.
        done: u64,
        /// In all.
        total: u64,
    },
}

/// Hears how far an export is.
pub type OnStep<'a> = &'a mut (dyn FnMut(ExportStep) + Send);

/// One export on its way.
struct Making<'a> {
    order: &'a ExportOrder,
    chosen: &'a [Chosen],
    case: CaseWords,
    zone: TimeZone,
    /// Tells this export from others in the audit log.
    id: String,
    begun_ms: i64,
    cancel: &'a Cancel,
}

/// What the calls came to.
#[derive(Default)]
struct Written {
    missing: Vec<MissingAudio>,
    told: Vec<evidence::readme::Missing>,
    recordings: u64,
    audio_files: u64,
    bytes: u64,
}

impl App {
    /// What an export would be.
    pub fn plan_export(&self, order: &ExportOrder) -> Result<ExportPlan, Fault> {
        let chosen = self.chosen(&order.which)?;
        let completeness = self.completeness(&order.which)?;
        Ok(ExportPlan {
            completeness,
            at_hand: self.lacking_audio(&chosen, Reach::ThisMachine)?.len() as u64,
            is_there: order.to.is_dir(),
            bytes: self.expected_bytes(order, &chosen)?,
            free_bytes: name::free_space(&order.to),
            signing: self.signing_key()?,
        })
    }

    /// Exports calls, and verifies what was written before it has its name.
    pub fn export(&self, order: &ExportOrder, cancel: &Cancel, tell: OnStep<'_>) -> Result<Exported, Fault> {
        if order.to.as_os_str().is_empty() {
            return Err(Fault::new(FaultCode::Invalid, "choose a folder to put the export into"));
        }
        let chosen = self.chosen(&order.which)?;
        let case = self.case_words(order)?;
        self.fetch_first(order, &chosen, cancel, tell)?;
        let making = Making {
            order,
            chosen: &chosen,
            case,
            zone: TimeZone::system(),
            id: uuid::Uuid::new_v4().to_string(),
            begun_ms: self.now_ms(),
            cancel,
        };
        let mut recorded = false;
        let made = self.make_export(&making, &mut recorded, tell);
        if let Err(fault) = &made
            && recorded
        {
            // The reason is told either way; that it failed is worth an entry, if one can be written.
            drop(self.record(Action::Export, None, json!({ "export": making.id, "failed": fault.message })));
        }
        let exported = made?;
        if order.audio != ExportAudio::None {
            self.report_downloads_soon(&chosen);
        }
        Ok(exported)
    }

    /// The same as a job that others see and can stop.
    pub fn export_as_job(&self, order: &ExportOrder) -> Result<Exported, Fault> {
        let words = "Exporting".to_owned();
        let (mut job, cancel) = self.inner.jobs.begin(JobKind::Export, None, words).ok_or_else(|| {
            Fault::new(FaultCode::Invalid, "another export is being made: wait for it, or cancel it first")
        })?;
        self.report(&job);
        let made = self.export(order, &cancel, &mut |step| {
            let (words, done, total) = match step {
                ExportStep::Fetching { done, total } => ("Fetching what is missing", done, total),
                ExportStep::Writing { done, total } => ("Exporting", done, total),
                ExportStep::Verifying { done, total } => ("Verifying the export", done, total),
            };
            (job.words, job.done, job.total) = (words.to_owned(), done, Some(total));
            self.report(&job);
        });
        job.end = Some(match &made {
            Ok(Exported { calls: 1, .. }) => JobEnd { words: "Exported 1 call".into(), failed: false },
            Ok(Exported { calls, .. }) => JobEnd { words: format!("Exported {calls} calls"), failed: false },
            Err(fault) => JobEnd { words: fault.message.clone(), failed: fault.code != FaultCode::Cancelled },
        });
        self.report(&job);
        made
    }

    fn make_export(&self, making: &Making<'_>, recorded: &mut bool, tell: OnStep<'_>) -> Result<Exported, Fault> {
        let expected = self.expected_bytes(making.order, making.chosen)?;
        let name = making.free_name();
        let to = &making.order.to;
        match making.order.form {
            ExportForm::Folder => {
                let mut files = PlainFiles::begin(to, &name, expected)?;
                self.record_begun(making, recorded)?;
                let written = self.write_calls(making, &mut files, tell)?;
                self.finish_plain(making, written, files)
            }
            ExportForm::Bag | ExportForm::Zip => {
                let form = if making.order.form == ExportForm::Zip { Form::Zip } else { Form::Folder };
                let mut bag = Bag::begin(to, &name, form, expected)?;
                self.record_begun(making, recorded)?;
                let written = self.write_calls(making, &mut bag, tell)?;
                self.finish_bag(making, written, bag, tell)
            }
        }
    }

    /// Every call has an entry in the audit log before the first byte is written.
    fn record_begun(&self, making: &Making<'_>, recorded: &mut bool) -> Result<(), Fault> {
        let detail = json!({
            "export": making.id,
            "form": making.order.form.as_str(),
            "audio": making.order.audio.as_str(),
            "case": making.case.label(),
            "reason": making.order.reason.trim(),
        });
        let deed = |one: &Chosen| Deed::new(Action::Export, Some(one.id.to_string()), detail.clone());
        self.record_all(making.chosen.iter().map(deed).collect())?;
        *recorded = true;
        Ok(())
    }

    /// Writes the calls one after another, then the index and the page.
    fn write_calls(
        &self,
        making: &Making<'_>,
        to: &mut dyn destination::Destination,
        tell: OnStep<'_>,
    ) -> Result<Written, Fault> {
        let order = making.order;
        let gathering = Gathering {
            audio: order.audio,
            plain: order.form == ExportForm::Folder,
            scratch: &order.to,
            cancel: making.cancel,
        };
        let total = making.chosen.len() as u64;
        let mut documents = Documents::begin(making)?;
        let mut written = Written::default();
        for (done, one) in making.chosen.iter().enumerate() {
            making.cancel.check().map_err(|_| stopped())?;
            tell(ExportStep::Writing { done: done as u64, total });
            let mut gathered = self.gather(&self.call(one.id)?, &gathering, to)?;
            written.bytes += gathered.bytes + documents.add(&mut gathered, to, making)?;
            written.count(gathered);
        }
        written.bytes += documents.finish(to, making)?;
        tell(ExportStep::Writing { done: total, total });
        Ok(written)
    }

    /// Brings in what is not here: over the network if that is wanted, from this machine's disks always.
    fn fetch_first(
        &self,
        order: &ExportOrder,
        chosen: &[Chosen],
        cancel: &Cancel,
        tell: OnStep<'_>,
    ) -> Result<(), Fault> {
        const JOBS: usize = 8;
        if order.audio == ExportAudio::None || self.inner.library.access() != library::Access::Owner {
            return Ok(());
        }
        let calls = self.lacking_audio(chosen, if order.fetch { Reach::Anywhere } else { Reach::ThisMachine })?;
        let (total, mut done) = (calls.len() as u64, 0);
        if total > 0 {
            tell(ExportStep::Fetching { done, total });
            self.fetch(&calls, JOBS, cancel, &mut |_| {
                done = (done + 1).min(total);
                tell(ExportStep::Fetching { done, total });
            })?;
        }
        cancel.check().map_err(|_| stopped())
    }
}

impl Written {
    fn count(&mut self, gathered: gather::Gathered) {
        let exhibit = &gathered.exhibit;
        self.recordings += exhibit.recordings.len() as u64;
        let files = exhibit.recordings.iter().flat_map(|one| [one.original.is_some(), one.listening.is_some()]);
        self.audio_files += files.filter(|there| *there).count() as u64;
        self.told.extend(gathered.missing.iter().map(|(number, missing)| evidence::readme::Missing {
            dir: exhibit.dir.clone(),
            recording: *number,
            reason: missing.reason.clone(),
        }));
        self.missing.extend(gathered.missing.into_iter().map(|(_, missing)| missing));
    }
}

/// What a user who stops an export is told.
fn stopped() -> Fault {
    Fault::new(FaultCode::Cancelled, "stopped; nothing was left behind")
}
