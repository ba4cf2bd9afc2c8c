//! One call on the page: a line that opens, its facts, its audio and what was said.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use model::{Call, Party};

use super::markup::{address, escaped, spoken};
use super::transcript;
use crate::harmless::{clipped, one_line};
use crate::moments::{clock, duration_of, local, rfc3339, utc};
use crate::{AudioFile, Exhibit, ExhibitRecording};

/// Names longer than this are cut in the list; the facts have them whole.
const MOST: usize = 40;

/// Writes a call, which is open at once if it is the only one.
pub(super) fn write(
    exhibit: &Exhibit,
    number: u64,
    alone: bool,
    zone: &TimeZone,
    out: &mut dyn Write,
) -> io::Result<()> {
    let open = if alone { " open" } else { "" };
    writeln!(out, "<article class=\"call\" id=\"call-{number}\"><details{open}>")?;
    summary(exhibit, zone, out)?;
    out.write_all(b"<div class=\"inside\">\n<dl class=\"facts\">\n")?;
    for (label, value) in facts(exhibit, zone) {
        writeln!(out, "<div><dt>{label}</dt><dd><bdi>{}</bdi></dd></div>", escaped(&one_line(&value)))?;
    }
    out.write_all(b"</dl>\n")?;
    told(exhibit, out)?;
    audio(exhibit, out)?;
    transcript::write(exhibit.record.transcript.as_ref(), out)?;
    out.write_all(b"</div></details></article>\n")
}

/// The line in the list.
fn summary(exhibit: &Exhibit, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let call = &exhibit.record.call;
    let when = match &call.started_at {
        Some(moment) => {
            format!("<time datetime=\"{}\">{}</time>", rfc3339(moment.utc_ms), local(moment.utc_ms, zone))
        }
        None => "<span class=\"unknown\">start unknown</span>".to_owned(),
    };
    let length = duration_of(exhibit).map(clock).unwrap_or_default();
    let heard = exhibit.recordings.iter().filter(|recording| Exhibit::kept(recording).is_some()).count();
    let mark = match (heard, exhibit.recordings.len()) {
        (_, 0) => "<span class=\"mark\">never recorded</span>".to_owned(),
        (0, _) => "<span class=\"mark gone\">no audio</span>".to_owned(),
        (heard, all) if heard < all => format!("<span class=\"mark gone\">{heard} of {all} recordings</span>"),
        _ => String::new(),
    };
    writeln!(
        out,
        "<summary><span class=\"when\">{when}</span><span class=\"who\">{}</span>{mark}<span class=\"length\">{length}</span></summary>",
        who(call)
    )
}

/// Between whom; the title where nobody is known.
fn who(call: &Call) -> String {
    let name = |party: &Option<Party>| party.as_ref().and_then(Party::label).and_then(short);
    let title = call.title.as_deref().and_then(short);
    let told = |name: Option<String>| name.unwrap_or_else(|| "<span class=\"unknown\">unknown</span>".to_owned());
    match (name(&call.from), name(&call.to)) {
        (None, None) => told(title),
        (from, to) => format!(
            "{}<span class=\"arrow\"> → </span>{}{}",
            told(from),
            told(to),
            title.map(|title| format!("<span class=\"title\">{title}</span>")).unwrap_or_default()
        ),
    }
}

fn short(text: &str) -> Option<String> {
    let text = one_line(text);
    (!text.is_empty()).then(|| format!("<bdi>{}</bdi>", escaped(&clipped(&text, MOST))))
}

fn facts(exhibit: &Exhibit, zone: &TimeZone) -> Vec<(&'static str, String)> {
    let call = &exhibit.record.call;
    let moment = |moment: &model::Moment| {
        let assumed = if moment.zone_assumed { "; the source named no zone, UTC was assumed" } else { "" };
        format!("{} ({}{assumed})", local(moment.utc_ms, zone), utc(moment.utc_ms))
    };
    let all = [
        ("Title", call.title.clone()),
        ("Started", Some(call.started_at.as_ref().map_or_else(|| "unknown".to_owned(), moment))),
        ("Ended", call.ended_at.as_ref().map(moment)),
        ("Length", duration_of(exhibit).map(clock)),
        ("From", call.from.as_ref().and_then(party)),
        ("To", call.to.as_ref().and_then(party)),
        ("Agent", call.agent.clone()),
        ("Direction", call.direction.map(|direction| direction.as_str().to_owned())),
        ("Status", call.status.clone()),
        ("Outcome", call.outcome.clone()),
        ("Source", Some(format!("{} ({})", exhibit.source, exhibit.source_kind))),
        ("Id at the source", Some(exhibit.record.remote_id.clone())),
        ("Call id", Some(exhibit.id.to_string())),
        ("Folder", Some(exhibit.dir.clone())),
        ("Gone from the source since", exhibit.vanished_ms.map(|ms| format!("{} ({})", local(ms, zone), utc(ms)))),
    ];
    let known = all.into_iter().filter_map(|(label, value)| Some((label, value?)));
    known.filter(|(_, value)| !value.trim().is_empty()).collect()
}

fn party(party: &Party) -> Option<String> {
    match (&party.name, &party.number) {
        (Some(name), Some(number)) => Some(format!("{name}, {number}")),
        _ => party.label().map(str::to_owned),
    }
}

/// What a machine made of the call.
fn told(exhibit: &Exhibit, out: &mut dyn Write) -> io::Result<()> {
    let summary = exhibit.record.insights.as_ref().and_then(|insights| insights.summary.as_deref()).map(spoken);
    match summary.filter(|summary| !summary.is_empty()) {
        Some(summary) => {
            writeln!(out, "<h2>Summary, by a machine</h2>\n<p class=\"told\" dir=\"auto\">{summary}</p>")
        }
        None => Ok(()),
    }
}

fn audio(exhibit: &Exhibit, out: &mut dyn Write) -> io::Result<()> {
    if exhibit.recordings.is_empty() {
        return out.write_all(b"<p class=\"missing\">This call was never recorded.</p>\n");
    }
    let origin = exhibit.recordings.iter().find_map(|recording| recording.started_at.as_ref()).map(|m| m.utc_ms);
    for (number, recording) in (1..).zip(&exhibit.recordings) {
        let number: usize = number;
        match Exhibit::playable(recording) {
            Some(file) => player(exhibit, recording, file, origin, out)?,
            None => {
                let reason = recording.missing.as_deref().unwrap_or("it is not part of this export");
                let reason = escaped(&one_line(reason));
                writeln!(out, "<p class=\"missing\">Recording {number} is not here: <bdi>{reason}</bdi></p>")?;
            }
        }
    }
    Ok(())
}

/// The player, and the files themselves for what a browser cannot play.
fn player(
    exhibit: &Exhibit,
    recording: &ExhibitRecording,
    file: &AudioFile,
    origin: Option<i64>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let offset = recording.started_at.as_ref().zip(origin).map_or(0, |(own, first)| own.utc_ms.saturating_sub(first));
    let source = address(&exhibit.dir, &file.name);
    writeln!(
        out,
        "<div class=\"recording\"><audio controls preload=\"none\" data-offset=\"{offset}\" src=\"{source}\"></audio><ul>"
    )?;
    for (what, file) in [("as recorded", &recording.original), ("copy for listening", &recording.listening)] {
        let Some(file) = file else { continue };
        let sha256 = file.facts.sha256.as_deref().map(|hash| format!(" <code>SHA-256 {}</code>", escaped(hash)));
        writeln!(
            out,
            "<li><a href=\"{}\">{}</a> {what}{}</li>",
            address(&exhibit.dir, &file.name),
            escaped(&file.name),
            sha256.unwrap_or_default()
        )?;
    }
    out.write_all(b"</ul></div>\n")
}
