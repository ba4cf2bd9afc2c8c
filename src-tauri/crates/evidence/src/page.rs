//! The recipient's `index.html`: all calls of an export on one page, which any browser shows from a disk, without a network
//! and, for reading and hearing, without its script.
//!
//! Invariants: text from sources is only ever escaped text or an escaped attribute, and cannot turn the direction of what
//! stands beside it; the policy allows the page's own script and style by their hashes and nothing else; the page depends on
//! its calls, heading and zone alone; calls are written as they come and then forgotten.

mod call;
mod markup;
#[cfg(test)]
mod tests;
mod transcript;

use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::Exhibit;
use crate::harmless::one_line;
use crate::moments::zone_name;
use markup::escaped;

const SCRIPT: &str = include_str!("page/page.js");
const STYLE: &str = include_str!("page/page.css");

/// What stands at the head of the page.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// The case's name, or what else the export is of; `Call recordings` if empty.
    pub title: &'a str,
    /// The case's number; may be empty.
    pub number: &'a str,
    /// How many calls follow.
    pub calls: u64,
}

/// The page in the making.
pub struct Page<W: Write> {
    out: W,
    zone: TimeZone,
    written: u64,
    alone: bool,
}

impl<W: Write> Page<W> {
    /// Begins the page; times are in `zone` with their offset, and in UTC.
    pub fn begin(mut out: W, heading: &Heading<'_>, zone: &TimeZone) -> io::Result<Self> {
        head(heading, zone, &mut out)?;
        Ok(Self { out, zone: zone.clone(), written: 0, alone: heading.calls == 1 })
    }

    /// Adds a call.
    pub fn add(&mut self, exhibit: &Exhibit) -> io::Result<()> {
        self.written += 1;
        call::write(exhibit, self.written, self.alone, &self.zone, &mut self.out)
    }

    /// Ends the page and gives its writer back, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        let none = if self.written == 0 { "<p class=\"none\">There are no calls in this export.</p>\n" } else { "" };
        write!(self.out, "{none}</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn head(heading: &Heading<'_>, zone: &TimeZone, out: &mut dyn Write) -> io::Result<()> {
    let given = one_line(heading.title);
    let title = escaped(if given.is_empty() { "Call recordings" } else { &given });
    let number = escaped(&one_line(heading.number));
    let number = if number.is_empty() { number } else { format!("<span class=\"number\"><bdi>{number}</bdi></span>") };
    let (policy, calls, zone) = (policy(), heading.calls, escaped(&zone_name(zone)));
    let counted = if calls == 1 { "1 call".to_owned() } else { format!("{calls} calls") };
    write!(
        out,
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1><bdi>{title}</bdi> {number}</h1>
<p class="about">{counted}. Times are in the zone {zone}, with their offset from UTC, and in UTC.</p>
<div class="tools" hidden>
<label>Filter <input type="search" id="filter" autocomplete="off" spellcheck="false" placeholder="Name, number, words"></label>
<label class="check"><input type="checkbox" id="follow" checked> Follow</label>
<output id="found"></output>
<span class="keys"><kbd>space</kbd> play, <kbd>j</kbd> <kbd>l</kbd> back and on 10 s, <kbd>/</kbd> filter</span>
</div>
</header>
<main>
"#
    )
}

/// Nothing may be loaded but audio from beside the page; only the script and the style whose hashes these are may run.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {}; style-src {}; media-src 'self' file:; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}
