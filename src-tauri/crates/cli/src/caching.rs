//! `cache`.

use std::path::Path;

use app::{App, Fault, FaultCode, Leaving};
use model::{CallId, Cancel, RecordingId};
use serde_json::json;

use crate::End;
use crate::arguments::CacheCommand;
use crate::output::{Output, one_line};

/// Looks after the audio cache.
pub fn run(app: &App, command: &CacheCommand, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    match command {
        CacheCommand::Status => status(app, output),
        CacheCommand::Sweep { dry_run } => sweep(app, *dry_run, output, cancel),
        CacheCommand::Limit { size } => limit(app, size.0, output),
        CacheCommand::Pin { calls } => {
            let pinned = app.pin(&named(app, calls)?)?;
            output.line(|| json!({ "pinned": pinned }), || format!("pinned: {pinned}"));
            Ok(End::Done)
        }
        CacheCommand::Unpin { calls } => {
            let unpinned = app.unpin(&named(app, calls)?)?;
            output.line(|| json!({ "unpinned": unpinned }), || format!("no longer pinned: {unpinned}"));
            Ok(End::Done)
        }
        CacheCommand::Import { dir, source } => import(app, dir, source, output, cancel),
        CacheCommand::Retain { dry_run } => retain(app, *dry_run, output),
    }
}

fn status(app: &App, output: &Output) -> Result<End, Fault> {
    let status = app.cache_status()?;
    let missing: Vec<String> = status.missing.iter().map(ToString::to_string).collect();
    output.line(
        || {
            json!({
                "path": status.dir.display().to_string(),
                "files": status.files,
                "bytes": status.bytes,
                "limit": status.limit,
                "pinned": status.pinned,
                "held": status.held,
                "partials": status.partials,
                "partial_bytes": status.partial_bytes,
                "missing": missing,
            })
        },
        || {
            let limit = status.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("limit {limit}"));
            let (dir, files, bytes) = (status.dir.display(), status.files, status.bytes);
            format!(
                "{dir}: {files} recordings, {bytes} bytes, {limit}, {} pinned, {} held by cases",
                status.pinned, status.held
            )
        },
    );
    Ok(End::Done)
}

fn sweep(app: &App, dry_run: bool, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let found = app.sweep(dry_run, cancel)?;
    for path in &found.orphans {
        output.line(|| json!({ "orphan": path }), || format!("{path}: belongs to no recording"));
    }
    let each = |word: &str, words: &str, ids: &[RecordingId]| {
        for id in ids {
            output.line(|| json!({ word: id.to_string() }), || format!("recording {id}: {words}"));
        }
    };
    each("lost", "its file is missing or has the wrong length", &found.lost);
    each("damaged", "its file is damaged", &found.damaged);
    each(
        "damaged_but_kept",
        "its file is damaged and left as it is: its source no longer has it, or a case holds it",
        &found.damaged_but_kept,
    );
    output.line(
        || {
            json!({
                "orphans": found.orphans.len(),
                "partials": found.partials,
                "lost": found.lost.len(),
                "damaged": found.damaged.len(),
                "damaged_but_kept": found.damaged_but_kept.len(),
                "verified": found.verified,
                "dry_run": dry_run,
            })
        },
        || format!("{} files are as they were fetched", found.verified),
    );
    let is_whole = found.lost.is_empty() && found.damaged.is_empty() && found.damaged_but_kept.is_empty();
    Ok(if is_whole { End::Done } else { End::Faulty })
}

fn limit(app: &App, bytes: Option<u64>, output: &Output) -> Result<End, Fault> {
    let gone = app.set_cache_limit(bytes)?;
    gone.iter().for_each(|one| leaving(one, output));
    output.line(
        || json!({ "limit": bytes, "left": gone.len() }),
        || match bytes {
            Some(bytes) => format!("the cache may have {bytes} bytes; {} recordings left it", gone.len()),
            None => "the cache may have as many bytes as there are".to_owned(),
        },
    );
    let stays = app.cache_status()?.bytes;
    if bytes.is_some_and(|bytes| stays > bytes) {
        output.note(&format!(
            "{stays} bytes stay all the same: audio that is in a case, pinned, in use, or not to be had from its source again"
        ));
    }
    Ok(End::Done)
}

fn retain(app: &App, dry_run: bool, output: &Output) -> Result<End, Fault> {
    let gone = app.retain(dry_run)?;
    gone.iter().for_each(|one| leaving(one, output));
    let bytes: u64 = gone.iter().map(|one| one.bytes).sum();
    let verb = if dry_run { "would leave" } else { "left" };
    output.line(
        || json!({ "recordings": gone.len(), "bytes": bytes, "dry_run": dry_run }),
        || format!("{} recordings {verb} the cache, {bytes} bytes", gone.len()),
    );
    Ok(End::Done)
}

fn leaving(one: &Leaving, output: &Output) {
    output.line(
        || json!({ "call": one.call.to_string(), "recording": one.recording.to_string(), "bytes": one.bytes }),
        || format!("{}: {} bytes", one.call, one.bytes),
    );
}

fn import(app: &App, dir: &Path, source: &str, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let configured = app.sources()?.into_iter().find(|known| known.name == source);
    let no_source = || Fault::new(FaultCode::NotFound, format!("there is no source {source:?}"));
    let (mut files, mut imported) = (0, 0);
    app.import_audio_storage(dir, configured.ok_or_else(no_source)?.id, cancel, &mut |file| {
        files += 1;
        imported += u64::from(file.imported);
        output.line(
            || {
                json!({
                    "file": file.file,
                    "call": file.call.map(|call| call.to_string()),
                    "imported": file.imported,
                    "reason": file.reason,
                })
            },
            || one_line(&format!("{}: {}", file.file, file.reason.as_deref().unwrap_or("taken over"))),
        );
    })?;
    output.line(
        || json!({ "files": files, "imported": imported }),
        || format!("{imported} of {files} files were taken over"),
    );
    Ok(if imported == files { End::Done } else { End::InPart })
}

fn named(app: &App, calls: &[String]) -> Result<Vec<CallId>, Fault> {
    calls.iter().map(|call| app.find_call(call)).collect()
}
