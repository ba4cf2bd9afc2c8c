//! `fetch`, `render` and `play`.

use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use app::{
    App, AppEvent, Channels, Command, Fault, FaultCode, Fetched, Options, PlayerCommand, PlayerPhase, RenderWhat,
};
use model::{AudioState, CallId, Cancel, Tier};
use serde_json::{Value, json};

use crate::End;
use crate::arguments::{Channel, Filters, Render, Span};
use crate::calls::attempt_json;
use crate::output::{Output, clock};

/// How often an interruption is looked for while playing.
const LOOK: Duration = Duration::from_millis(100);

/// Which calls' audio is wanted.
pub struct Wanted<'a> {
    /// These.
    pub calls: &'a [String],
    /// Where none is named, all that these leave.
    pub filters: &'a Filters,
}

/// Listening brings audio into the cache where the library can be changed, and otherwise, beside a window that has it
/// open, plays what is cached.
pub fn open(dir: PathBuf, offline: bool) -> Result<App, Fault> {
    match App::open(Options::to_change(dir.clone()).offline(offline)) {
        Err(fault) if fault.code == FaultCode::Locked => App::open(Options::to_look(dir).offline(offline)),
        other => other,
    }
}

/// Brings audio into the cache.
pub fn fetch(app: &App, wanted: &Wanted<'_>, jobs: u32, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let calls = chosen(app, wanted)?;
    let bar = output.progress("fetching");
    bar.set_length(calls.len() as u64);
    let totals = app.fetch(&calls, jobs as usize, cancel, &mut |fetched| {
        output.line(|| fetched_json(fetched), || fetched_words(fetched));
        output.flush();
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    output.line(
        || {
            json!({
                "total": totals.total,
                "cached": totals.cached,
                "pending": totals.pending,
                "failed": totals.failed,
                "unavailable": totals.unavailable,
            })
        },
        || format!("{} of {} recordings are in the cache", totals.cached, totals.total),
    );
    if cancel.is_cancelled() {
        return Err(Fault::new(FaultCode::Cancelled, "stopped; what was fetched until then is kept"));
    }
    Ok(if totals.cached == totals.total { End::Done } else { End::InPart })
}

/// Writes what the player would play into a WAV file.
pub fn render(app: &App, render: &Render, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let call = app.find_call(&render.call)?;
    let what = RenderWhat {
        at_ms: render.span.at,
        for_ms: render.length,
        speed: render.span.speed,
        channels: match render.channel {
            Channel::Left => Channels::Left,
            Channel::Right => Channels::Right,
            Channel::Both => Channels::Both,
        },
    };
    let written = app.render(call, what, &render.out, cancel)?.spec;
    let ms = written.duration_ms();
    output.line(
        || {
            json!({
                "call": call.to_string(),
                "path": render.out.display().to_string(),
                "duration_ms": ms,
                "sample_rate": written.rate,
                "channels": written.channels,
            })
        },
        || format!("{}: {} at {} Hz", render.out.display(), clock(ms), written.rate),
    );
    Ok(End::Done)
}

/// Plays a call through the sound card until its end or an interruption.
pub fn play(app: &App, call: &str, span: &Span, output: &Output, cancel: &Cancel) -> Result<End, Fault> {
    let call = app.find_call(call)?;
    app.start_listening()?;
    let (tell, told) = channel();
    app.subscribe(Box::new(move |event| {
        if let AppEvent::Player(snapshot) = event {
            drop(tell.send(snapshot.clone()));
        }
    }));
    app.player(PlayerCommand::Sound(Command::Speed(span.speed)))?;
    app.open_recording(call, None, span.at, true)?;
    let bar = output.progress("playing");
    let end = loop {
        if cancel.is_cancelled() {
            break Ok(End::Done);
        }
        let snapshot = match told.recv_timeout(LOOK) {
            Ok(snapshot) => snapshot,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break Ok(End::Done),
        };
        if snapshot.tag.is_none_or(|tag| tag.call != call) {
            continue;
        }
        bar.set_length(u64::try_from(snapshot.duration_ms).unwrap_or_default());
        bar.set_position(u64::try_from(snapshot.position_ms).unwrap_or_default());
        if let Some(problem) = snapshot.problem {
            break Err(Fault::new(FaultCode::NoDevice, problem.message));
        }
        if snapshot.phase == PlayerPhase::Ended {
            break Ok(End::Done);
        }
    };
    bar.finish_and_clear();
    end
}

fn chosen(app: &App, wanted: &Wanted<'_>) -> Result<Vec<CallId>, Fault> {
    let named: Vec<CallId> = wanted.calls.iter().map(|call| app.find_call(call)).collect::<Result<_, _>>()?;
    if !named.is_empty() {
        return Ok(named);
    }
    app.calls_with_audio(&wanted.filters.read(app)?)
}

fn fetched_json(fetched: &Fetched) -> Value {
    json!({
        "call": fetched.call.to_string(),
        "recording": fetched.recording.to_string(),
        "audio": fetched.state.as_str(),
        "tier": fetched.tier.map(Tier::as_str),
        "bytes": fetched.facts.bytes,
        "sha256": fetched.facts.sha256,
        "attempts": fetched.attempts.iter().map(attempt_json).collect::<Vec<_>>(),
    })
}

fn fetched_words(fetched: &Fetched) -> String {
    let call = &fetched.call.to_string()[..8];
    match (fetched.state, fetched.attempts.last().and_then(|attempt| attempt.detail.as_deref())) {
        (AudioState::Cached, _) => format!("{call}  cached"),
        (state, Some(detail)) => format!("{call}  {}: {detail}", state.as_str()),
        (state, None) => format!("{call}  {}", state.as_str()),
    }
}
