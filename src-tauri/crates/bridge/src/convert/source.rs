use std::collections::BTreeMap;

use app::{JobKind, KindDescription, NewSecret, Progress, Secret, SourceInfo};

use super::{count, js};
use crate::event::JobProgress;
use crate::view::{
    NetworkState, SourceAddress, SourceKind, SourceSecret, SourceSecretPart, SourceSetting, SourceView, SyncProblem,
    SyncRun,
};

impl From<SourceInfo> for SourceView {
    fn from(source: SourceInfo) -> Self {
        Self {
            id: source.id.to_string(),
            kind: source.kind,
            name: source.name,
            place: source.place,
            local: source.local,
            set: source.set,
            calls: count(source.calls),
            syncing: source.syncing,
            watching: source.watching,
            last_run: source.last_run.map(SyncRun::from),
        }
    }
}

impl From<KindDescription> for SourceKind {
    fn from(kind: KindDescription) -> Self {
        let setting = |setting: &app::SettingDescription| SourceSetting {
            key: setting.key.to_owned(),
            label: setting.label.to_owned(),
            hint: setting.hint.to_owned(),
        };
        Self {
            kind: kind.kind.to_owned(),
            label: kind.label.to_owned(),
            words: kind.words.to_owned(),
            wants_folder: kind.wants_folder,
            address: kind.address.map(|address| SourceAddress {
                hint: address.hint.to_owned(),
                usual: address.usual.map(str::to_owned),
            }),
            secret: kind.secret.map(SourceSecret::from),
            settings: kind.settings.iter().map(setting).collect(),
            server_settings: match kind.address {
                Some(_) => app::FOR_SERVERS.iter().map(setting).collect(),
                None => Vec::new(),
            },
        }
    }
}

impl From<app::SecretDescription> for SourceSecret {
    fn from(secret: app::SecretDescription) -> Self {
        let part = |part: &app::SecretPart| SourceSecretPart {
            key: part.key.to_owned(),
            label: part.label.to_owned(),
            visible: part.visible,
        };
        Self {
            words: secret.words.to_owned(),
            parts: secret.parts.iter().map(part).collect(),
            email_code: secret.email_code,
            optional: secret.optional,
        }
    }
}

/// A secret as the application takes it; `None` if nothing was entered.
pub(crate) fn secret(parts: &BTreeMap<String, String>) -> Option<NewSecret> {
    let given: BTreeMap<&String, &str> =
        parts.iter().map(|(key, value)| (key, value.trim())).filter(|(_, value)| !value.is_empty()).collect();
    let text = match given.iter().next()? {
        (key, value) if key.is_empty() => (*value).to_owned(),
        _ => serde_json::to_string(&given).ok()?,
    };
    Some(NewSecret { secret: Secret::new(text), or_for_this_run: true })
}

impl From<app::NetworkState> for NetworkState {
    fn from(state: app::NetworkState) -> Self {
        Self { offline: state.offline, away: state.away }
    }
}

impl From<app::SyncRun> for SyncRun {
    fn from(run: app::SyncRun) -> Self {
        let problem = |item: model::RejectedItem| SyncProblem { item: item.item, reason: item.reason };
        Self {
            at_ms: js(run.at_ms),
            elapsed_ms: js(run.elapsed_ms),
            seen: count(run.seen),
            added: count(run.added),
            updated: count(run.updated),
            vanished: count(run.vanished),
            rejected: count(run.rejected),
            complete: run.complete,
            unchanged: count(run.unchanged),
            pages: count(run.pages),
            requests: count(run.requests),
            error_code: run.error.as_ref().map(|error| error.code.clone()),
            error: run.error.map(|error| error.message),
            problems: run.problems.into_iter().map(problem).collect(),
        }
    }
}

impl From<&Progress> for JobProgress {
    fn from(job: &Progress) -> Self {
        Self {
            job: job.id,
            kind: match job.kind {
                JobKind::Sync => "sync",
                JobKind::Fetch => "fetch",
                JobKind::Export => "export",
                JobKind::Verify => "verify",
            }
            .to_owned(),
            source: job.source.map(|source| source.to_string()),
            words: job.words.clone(),
            done: count(job.done),
            total: job.total.map(count),
            waiting_until_ms: job.waiting.as_ref().map(|waiting| js(waiting.until_ms)),
            waiting_why: job.waiting.as_ref().map(|waiting| waiting.why.clone()),
            ended: job.end.is_some(),
            result: job.end.as_ref().map(|end| end.words.clone()),
            failed: job.end.as_ref().is_some_and(|end| end.failed),
        }
    }
}
