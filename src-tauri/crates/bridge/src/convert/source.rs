use app::{JobKind, KindDescription, Progress, SourceInfo};

use super::{count, js};
use crate::event::JobProgress;
use crate::view::{SourceKind, SourceSetting, SourceView, SyncProblem, SyncRun};

impl From<SourceInfo> for SourceView {
    fn from(source: SourceInfo) -> Self {
        Self {
            id: source.id.to_string(),
            kind: source.kind,
            name: source.name,
            place: source.place,
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
            settings: kind.settings.iter().map(setting).collect(),
        }
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
                JobKind::Sync => "sync".to_owned(),
                JobKind::Fetch => "fetch".to_owned(),
            },
            source: job.source.map(|source| source.to_string()),
            words: job.words.clone(),
            done: count(job.done),
            total: job.total.map(count),
            ended: job.end.is_some(),
            result: job.end.as_ref().map(|end| end.words.clone()),
            failed: job.end.as_ref().is_some_and(|end| end.failed),
        }
    }
}
