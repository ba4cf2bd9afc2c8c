use std::io::{self, Write};

use model::{Ms, Role, Transcript};

use super::Table;

const COLUMNS: &[&str] =
    &["turn", "start", "end", "start_ms", "end_ms", "timing", "speaker", "role", "confidence", "text"];

/// Writes the turns of a call in the source's order, with all that is known of each. Times count from the start of the
/// recording; a cell is empty where there is none.
pub fn turns(transcript: &Transcript, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::begin(out, COLUMNS)?;
    for (number, turn) in (1..).zip(&transcript.turns) {
        let number: usize = number;
        table.row([
            number.to_string().as_str(),
            &turn.start_ms.map(position).unwrap_or_default(),
            &turn.end_ms.map(position).unwrap_or_default(),
            &turn.start_ms.map(|ms| ms.to_string()).unwrap_or_default(),
            &turn.end_ms.map(|ms| ms.to_string()).unwrap_or_default(),
            turn.timing.as_str(),
            turn.speaker.as_deref().unwrap_or_default(),
            turn.role.map(Role::as_str).unwrap_or_default(),
            &turn.confidence.filter(|c| c.is_finite()).map(|c| c.to_string()).unwrap_or_default(),
            &turn.text,
        ])?;
    }
    table.finish()?.flush()
}

/// `0:00:03.120`, which a spreadsheet takes for a length of time.
fn position(ms: Ms) -> String {
    let (seconds, millis) = (ms.max(0) / 1000, ms.max(0) % 1000);
    format!("{}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds % 3600 / 60, seconds % 60)
}
