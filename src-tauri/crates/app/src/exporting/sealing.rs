//! The end of an export: what stands beside the payload, the seal, and its name.

use std::collections::HashSet;

use evidence::PublicKey;
use evidence::bag::{Bag, BagInfo, PlainFiles};
use evidence::log::{Checkpoint, Edge, Excerpt};
use evidence::readme::{self, CaseFacts, readme};
use evidence::table;
use library::AuditRow;
use model::{Action, AuditEntry, Moment};
use serde_json::json;

use crate::exporting::destination::unwritten;
use crate::exporting::order::{Document, ExportOrder, ForCase};
use crate::exporting::{ExportStep, Exported, Making, OnStep, Written};
use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::signing::Signing;
use crate::trail::Deed;

/// What is said about the case that calls are exported for; all empty if for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CaseWords {
    name: String,
    number: String,
    purpose: String,
    person: String,
}

/// The part of the audit log that goes with an export.
struct LogExcerpt {
    note: String,
    origin: String,
    entries: Vec<u8>,
    proofs: Vec<u8>,
}

impl CaseWords {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn number(&self) -> &str {
        &self.number
    }

    /// The number, else the name.
    pub fn label(&self) -> Option<&str> {
        [&self.number, &self.name].into_iter().map(String::as_str).find(|text| !text.is_empty())
    }

    fn facts(&self) -> Option<CaseFacts<'_>> {
        let Self { name, number, purpose, person } = self;
        self.label().map(|_| CaseFacts { name, number, purpose, person })
    }
}

impl App {
    pub(super) fn case_words(&self, order: &ExportOrder) -> Result<CaseWords, Fault> {
        Ok(match &order.case {
            None => CaseWords::default(),
            Some(ForCase::Elsewhere(number)) => CaseWords { number: number.trim().to_owned(), ..CaseWords::default() },
            Some(ForCase::Kept(id)) => {
                let case = self.case(*id)?.case;
                CaseWords { name: case.name, number: case.number, purpose: case.purpose, person: case.person }
            }
        })
    }

    /// Plain files: nothing stands beside them.
    pub(super) fn finish_plain(
        &self,
        making: &Making<'_>,
        written: Written,
        files: PlainFiles,
    ) -> Result<Exported, Fault> {
        let (count, bytes) = files.written();
        self.record_sealed(making, None, &written)?;
        Ok(Exported {
            path: files.publish()?,
            calls: making.chosen.len() as u64,
            files: count,
            bytes,
            tagmanifest: None,
            signed_by: None,
            public_key: None,
            unsigned_because: None,
            log_left_out: None,
            missing: written.missing,
        })
    }

    /// A bag: what is said about it and the log's entries beside the payload, the seal, everything read again, its name.
    pub(super) fn finish_bag(
        &self,
        making: &Making<'_>,
        written: Written,
        mut bag: Bag,
        tell: OnStep<'_>,
    ) -> Result<Exported, Fault> {
        let (key, unsigned_because) = match self.signing_key()? {
            Signing::With(key) => (Some(key), None),
            Signing::Not(why) => (None, Some(why)),
        };
        let public = key.as_ref().map(|key| key.public());
        let (entries, excerpt) = self.excerpt(making, key.as_deref())?;
        let mut access = Vec::new();
        table::access(&entries, &making.zone, &mut access).map_err(|cause| unwritten(&making.order.to, &cause))?;
        bag.add_tag("log/access.csv", &access)?;
        if let Ok(excerpt) = &excerpt {
            bag.add_tag("log/checkpoint", excerpt.note.as_bytes())?;
            bag.add_tag("log/entries.jsonl", &excerpt.entries)?;
            bag.add_tag("log/proofs.jsonl", &excerpt.proofs)?;
        }
        let origin = excerpt.as_ref().ok().map(|excerpt| excerpt.origin.as_str());
        bag.add_tag("README.txt", self.readme(making, &written, public.as_ref(), origin)?.as_bytes())?;
        let sealed = bag.seal(&self.bag_info(making, &written)?, key.as_deref())?;
        let verified = {
            let tell = std::sync::Mutex::new(tell);
            sealed.verify(making.cancel, &|done, total| {
                let mut tell = tell.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                tell(ExportStep::Verifying { done, total });
            })?
        };
        let sealed = verified.sealed().clone();
        self.record_sealed(making, Some(&sealed.tagmanifest_sha512), &written)?;
        Ok(Exported {
            path: verified.publish()?,
            calls: making.chosen.len() as u64,
            files: sealed.files,
            bytes: sealed.bytes,
            tagmanifest: Some(sealed.tagmanifest_sha512),
            signed_by: public.as_ref().map(PublicKey::fingerprint),
            public_key: public.as_ref().map(PublicKey::base64),
            unsigned_because,
            log_left_out: excerpt.err(),
            missing: written.missing,
        })
    }

    /// That the export is complete, before it has its name.
    fn record_sealed(&self, making: &Making<'_>, tagmanifest: Option<&str>, written: &Written) -> Result<(), Fault> {
        let detail = json!({
            "calls": making.chosen.len(),
            "bytes": written.bytes,
            "missing": written.missing.len(),
            "tagmanifest": tagmanifest,
            "to": making.order.to.display().to_string(),
            "case": making.case.label(),
            "reason": making.order.reason.trim(),
        });
        self.record_all(vec![Deed::new(Action::Seal, Some(making.id.clone()), detail)])
    }

    /// The log's entries about the exported calls; and their proofs, or why there are none.
    fn excerpt(
        &self,
        making: &Making<'_>,
        key: Option<&evidence::SigningKey>,
    ) -> Result<(Vec<AuditEntry>, Result<LogExcerpt, String>), Fault> {
        let calls: HashSet<String> = making.chosen.iter().map(|one| one.id.to_string()).collect();
        let (mut entries, mut lines, mut edge, mut broken) = (Vec::new(), Vec::new(), Vec::new(), None);
        let mut excerpt = Excerpt::new(&mut lines);
        self.inner.library.reader()?.audit_rows(1..=u64::MAX >> 1, |row: AuditRow| {
            let wanted = row.entry.object.as_ref().is_some_and(|object| calls.contains(object));
            if broken.is_none() {
                broken = excerpt.push(&row.entry, wanted).err().map(|cause| cause.to_string());
            }
            if wanted {
                entries.push(row.entry);
            }
            edge = row.edge;
            Ok::<_, Fault>(())
        })?;
        if let Some(why) = broken {
            return Ok((entries, Err(why)));
        }
        let mut proofs = Vec::new();
        let origin = self.inner.trail.origin()?.ok_or_else(|| Fault::new(FaultCode::Io, "the audit log is empty"))?;
        let checkpoint = excerpt
            .finish(origin, &mut proofs)
            .map_err(|cause| Fault::new(FaultCode::Io, format!("the audit log could not be summed up: {cause}")))?;
        if Edge::from_bytes(checkpoint.size, &edge).map(|edge| edge.root()) != Ok(checkpoint.root) {
            let why = "the audit log is damaged; `audit verify` tells more".to_owned();
            return Ok((entries, Err(why)));
        }
        let note = note(&checkpoint, key);
        Ok((entries, Ok(LogExcerpt { note, origin: checkpoint.origin.to_string(), entries: lines, proofs })))
    }

    fn bag_info(&self, making: &Making<'_>, written: &Written) -> Result<BagInfo, Fault> {
        let mut info = BagInfo::new();
        let begun = Moment::from_utc_ms(making.begun_ms).to_rfc3339();
        let case = [making.case.name.as_str(), making.case.purpose.as_str()];
        let case: Vec<&str> = case.into_iter().filter(|text| !text.is_empty()).collect();
        info.add("Bagging-Date", begun.get(..10).unwrap_or(&begun));
        info.add("Bag-Software-Agent", SOFTWARE);
        info.add("External-Identifier", &making.case.number);
        info.add("External-Description", &case.join(": "));
        info.add("Internal-Sender-Description", &making.order.reason);
        info.add("Contact-Name", &self.settings()?.person);
        info.add("Turnstone-Export-Version", "1");
        info.add("Turnstone-Calls", &making.chosen.len().to_string());
        info.add("Turnstone-Missing", &written.missing.len().to_string());
        Ok(info)
    }

    fn readme(
        &self,
        making: &Making<'_>,
        written: &Written,
        key: Option<&PublicKey>,
        log_origin: Option<&str>,
    ) -> Result<String, Fault> {
        let person = self.settings()?.person;
        let fingerprint = key.map(PublicKey::fingerprint);
        let has = |document| making.order.documents.contains(&document);
        Ok(readme(&readme::Facts {
            made_ms: making.begun_ms,
            zone: &making.zone,
            software: SOFTWARE,
            person: Some(person.as_str()).filter(|person| !person.is_empty()),
            user: self.inner.trail.user(),
            case: making.case.facts(),
            reason: Some(making.order.reason.trim()).filter(|reason| !reason.is_empty()),
            calls: making.chosen.len() as u64,
            recordings: written.recordings,
            audio_files: written.audio_files,
            bytes: written.bytes,
            missing: &written.told,
            documents: readme::Documents {
                vcon: has(Document::VCon),
                vtt: has(Document::WebVtt),
                srt: has(Document::Srt),
                txt: has(Document::Text),
                csv: has(Document::Csv),
            },
            inline: making.order.inline_audio,
            is_bag: true,
            fingerprint: fingerprint.as_deref(),
            log_origin,
        }))
    }
}

const SOFTWARE: &str = concat!("Turnstone ", env!("CARGO_PKG_VERSION"));

/// The checkpoint as it goes into the export: signed if there is a key.
fn note(checkpoint: &Checkpoint, key: Option<&evidence::SigningKey>) -> String {
    key.map_or_else(|| checkpoint.text(), |key| checkpoint.note(key))
}
