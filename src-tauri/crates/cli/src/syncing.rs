//! `sync`.

use std::sync::mpsc::channel;
use std::time::Duration;

use app::{App, AppEvent, Fault, FaultCode, Looked, SourceInfo, Subscriber, SyncEvent, SyncOutcome};
use model::{CallId, Cancel};
use serde_json::{Value, json};

use crate::End;
use crate::output::{Output, Remarks, one_line};

/// How often an interruption is looked for while watching.
const LOOK: Duration = Duration::from_millis(200);
/// How soon after the sync that begins a watch a source is looked at again: what changed in between is found then.
const FIRST_LOOK: Duration = Duration::from_secs(3);

/// Brings calls in from the named sources, or from all.
pub fn run(
    app: &App,
    names: &[String],
    full: bool,
    watch: bool,
    output: &Output,
    cancel: &Cancel,
) -> Result<End, Fault> {
    let sources = chosen(app, names)?;
    if sources.is_empty() {
        output.note("there are no sources yet: add one with `source add`");
    }
    app.subscribe(tell_waiting(sources.clone(), output.remarks()));
    let mut end = End::Done;
    let mut first_fault = None;
    for source in &sources {
        match one(app, source, full, output, cancel)? {
            SyncOutcome { fault: Some(fault), .. } if sources.len() == 1 => first_fault = Some(fault),
            SyncOutcome { fault: None, run, waiting } if run.rejected == 0 && waiting.is_empty() => {}
            _ => end = End::InPart,
        }
    }
    if watch && !cancel.is_cancelled() {
        go_on(app, &sources, output, cancel)?;
    }
    first_fault.map_or(Ok(end), Err)
}

/// Says when a source waits, and why.
fn tell_waiting(sources: Vec<SourceInfo>, remarks: Remarks) -> Subscriber {
    Box::new(move |event| {
        if let AppEvent::Waiting(id, Some(waiting)) = event
            && let Some(source) = sources.iter().find(|source| source.id == *id)
        {
            let seconds = (waiting.until_ms - app::now_ms()).max(0).div_euclid(1_000) + 1;
            remarks.note(&one_line(&format!("{}: waiting {seconds} s: {}", source.name, waiting.why)));
        }
    })
}

fn one(app: &App, source: &SourceInfo, full: bool, output: &Output, cancel: &Cancel) -> Result<SyncOutcome, Fault> {
    let bar = output.progress(&one_line(&source.name));
    let refused = |item: &str, reason: &str| {
        let reason = format!("{item}: {reason}");
        if !output.is_json() {
            bar.suspend(|| output.note(&one_line(&format!("{}: {reason}", source.name))));
        }
        change(source, "rejected", None, Some(&reason), output);
    };
    let outcome = app.sync_settled(source.id, full, cancel, &mut |event| match event {
        SyncEvent::Progress { seen, total, pages, transcripts } => {
            total.inspect(|total| bar.set_length(*total));
            bar.set_position(seen);
            bar.set_message(one_line(&format!("{}: {pages} pages, {transcripts} transcripts", source.name)));
            // Whoever reads along sees a page's calls when they are kept.
            output.flush();
        }
        SyncEvent::Added(call) => change(source, "added", Some(call), None, output),
        SyncEvent::Updated(call) => change(source, "updated", Some(call), None, output),
        SyncEvent::Vanished(call) => change(source, "vanished", Some(call), None, output),
        SyncEvent::Rejected(item) => refused(&item.item, &item.reason),
    })?;
    for item in &outcome.waiting {
        refused(item, "it is still being written or is incomplete; it comes in later");
    }
    bar.finish_and_clear();
    output.line(|| report_json(source, &outcome), || report_words(source, &outcome));
    Ok(outcome)
}

/// Goes on whenever a source says that something changed, and from time to time in any case, until interrupted.
fn go_on(app: &App, sources: &[SourceInfo], output: &Output, cancel: &Cancel) -> Result<(), Fault> {
    let (hint, hinted) = channel();
    for (index, source) in sources.iter().enumerate() {
        let hint = hint.clone();
        let look = move || if hint.send(index).is_ok() { Looked::Done } else { Looked::Over };
        app.keep_watch(source.id, FIRST_LOOK, look)?;
    }
    output.note("watching; press Ctrl+C to stop");
    while !cancel.is_cancelled() {
        if let Ok(index) = hinted.recv_timeout(LOOK) {
            if !one(app, &sources[index], false, output, cancel)?.waiting.is_empty() {
                app.look_again_soon(sources[index].id);
            }
            output.flush();
        }
    }
    Ok(())
}

fn chosen(app: &App, names: &[String]) -> Result<Vec<SourceInfo>, Fault> {
    let all = app.sources()?;
    if names.is_empty() {
        return Ok(all);
    }
    let find = |name: &String| {
        let missing =
            || Fault::new(FaultCode::NotFound, format!("there is no source {name:?}: `source list` shows them"));
        all.iter().find(|source| source.name == *name).cloned().ok_or_else(missing)
    };
    names.iter().map(find).collect()
}

fn change(source: &SourceInfo, what: &str, call: Option<CallId>, reason: Option<&str>, output: &Output) {
    let call = call.map(|call| call.to_string());
    output.value(json!({ "source": source.name, "call": call, "change": what, "reason": reason }));
}

fn report_json(source: &SourceInfo, outcome: &SyncOutcome) -> Value {
    let run = &outcome.run;
    let error = outcome.fault.as_ref().map(|f| json!({ "code": f.code.as_str(), "message": f.message }));
    json!({
        "source": source.name,
        "seen": run.seen,
        "added": run.added,
        "updated": run.updated,
        "unchanged": run.unchanged,
        "vanished": run.vanished,
        "rejected": run.rejected,
        "pages": run.pages,
        "requests": run.requests,
        "elapsed_ms": run.elapsed_ms,
        "complete": run.complete,
        "error": error,
        "waiting": outcome.waiting.len(),
    })
}

fn report_words(source: &SourceInfo, outcome: &SyncOutcome) -> String {
    let run = &outcome.run;
    let mut words = format!(
        "{}: {} new, {} changed, {} unchanged, {} gone, {} unreadable",
        source.name, run.added, run.updated, run.unchanged, run.vanished, run.rejected
    );
    if !outcome.waiting.is_empty() {
        words.push_str(&format!(", {} still being written", outcome.waiting.len()));
    }
    if let Some(fault) = &outcome.fault {
        words.push_str(&format!("; {}", fault.message));
    }
    one_line(&words)
}
