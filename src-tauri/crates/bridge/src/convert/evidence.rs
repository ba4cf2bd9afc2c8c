use std::path::PathBuf;

use app::{Document, ExportAudio, ExportForm, Fault, FaultCode, ForCase, Signing};

use super::{count, word};
use crate::rooms::id;
use crate::view::{ExportOrder, ExportPlan, ExportProblem, Exported, MissingAudio, SigningKeyView, Verified};

impl ExportOrder {
    /// The order of an export that is to be made. Its folder was chosen, so one that is not there is on a drive that is gone,
    /// and is not made anew somewhere else.
    pub(crate) fn read_to_make(self) -> Result<app::ExportOrder, Fault> {
        if self.to.trim().is_empty() {
            return Err(Fault::new(FaultCode::Invalid, "choose a folder to put the export into"));
        }
        let order = self.read()?;
        if !order.to.is_dir() {
            let words = format!("{} is not there: connect its drive, or choose another folder", order.to.display());
            return Err(Fault::new(FaultCode::Io, words));
        }
        Ok(order)
    }

    /// The order as the application takes it, with or without a folder. The window offers to fetch what is missing before.
    pub(crate) fn read(self) -> Result<app::ExportOrder, Fault> {
        let documents = self.documents.iter().map(|text| word("document", text, Document::parse));
        Ok(app::ExportOrder {
            which: self.which.read()?,
            case: self.case.as_deref().map(|case| id(case).map(ForCase::Kept)).transpose()?,
            to: PathBuf::from(self.to),
            form: word("form of an export", &self.form, ExportForm::parse)?,
            audio: word("audio of an export", &self.audio, ExportAudio::parse)?,
            documents: documents.collect::<Result<_, _>>()?,
            inline_audio: self.inline_audio,
            reason: self.reason,
            fetch: false,
        })
    }
}

impl From<app::ExportPlan> for ExportPlan {
    fn from(plan: app::ExportPlan) -> Self {
        let (key, unsigned_because) = match plan.signing {
            Signing::With(key) => (Some(key.public().fingerprint()), None),
            Signing::Not(why) => (None, Some(why)),
        };
        Self {
            completeness: plan.completeness.into(),
            at_hand: count(plan.at_hand),
            is_there: plan.is_there,
            bytes: plan.bytes as f64,
            free_bytes: plan.free_bytes.map(|bytes| bytes as f64),
            key,
            unsigned_because,
        }
    }
}

impl From<app::Exported> for Exported {
    fn from(exported: app::Exported) -> Self {
        let missing =
            |one: app::MissingAudio| MissingAudio { call: one.call.to_string(), words: one.words, reason: one.reason };
        Self {
            path: exported.path.display().to_string(),
            calls: count(exported.calls),
            files: count(exported.files),
            bytes: exported.bytes as f64,
            tagmanifest: exported.tagmanifest,
            signed_by: exported.signed_by,
            unsigned_because: exported.unsigned_because,
            log_left_out: exported.log_left_out,
            missing: exported.missing.into_iter().map(missing).collect(),
        }
    }
}

impl From<app::Verified> for Verified {
    fn from(found: app::Verified) -> Self {
        let problem = |one: app::ExportProblem| ExportProblem { path: one.path, problem: one.problem };
        Self {
            path: found.path.display().to_string(),
            valid: found.problems.is_empty(),
            problems: found.problems.into_iter().map(problem).collect(),
            files: count(found.files),
            bytes: found.bytes as f64,
            tagmanifest: found.tagmanifest,
            signed_by: found.signed_by,
            own_key: found.own_key,
        }
    }
}

impl From<Signing> for SigningKeyView {
    fn from(signing: Signing) -> Self {
        match signing {
            Signing::With(key) => Self {
                public_key: Some(key.public().base64()),
                fingerprint: Some(key.public().fingerprint()),
                because: None,
            },
            Signing::Not(why) => Self { public_key: None, fingerprint: None, because: Some(why) },
        }
    }
}
