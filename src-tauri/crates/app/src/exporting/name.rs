//! What an export is called, and how much room it needs.

use std::collections::HashMap;
use std::path::Path;

use model::{CallId, Moment};

use crate::exporting::Making;
use crate::exporting::order::{ExportAudio, ExportForm, ExportOrder};
use crate::exporting::selection::Chosen;
use crate::fault::Fault;
use crate::open::App;

/// What one turn takes in one document, and a call in all of them besides, in bytes.
const PER_TURN: u64 = 400;
const PER_CALL: u64 = 8_192;
/// A copy for listening has about so many bytes for a second: two channels of 16 bits at 16 kHz.
const LISTENING_PER_SECOND: u64 = 64_000;
/// No call is taken for longer, in seconds, whatever its source says of its length.
const LONGEST: u64 = 86_400;

impl Making<'_> {
    /// A name that nothing has at the target: the case's number or name as far as that can be a file's name, and when.
    pub fn free_name(&self) -> String {
        let label: String = self.case.label().unwrap_or_default().chars().map(plain).collect();
        let label = label.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let label: String = label.chars().take(60).collect();
        let when: String =
            Moment::from_utc_ms(self.begun_ms).to_rfc3339().chars().take(19).filter(|c| !"-:".contains(*c)).collect();
        let parts = ["turnstone", label.trim_matches(['-', '.']), &format!("{when}Z")];
        let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
        let ending = if self.order.form == ExportForm::Zip { ".zip" } else { "" };
        let is_free = |name: &String| !self.order.to.join(format!("{name}{ending}")).exists();
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or_default()
    }
}

impl App {
    /// About how many bytes an export takes; rather too many than too few.
    pub(crate) fn expected_bytes(&self, order: &ExportOrder, chosen: &[Chosen]) -> Result<u64, Fault> {
        let mut audio: HashMap<CallId, u64> = HashMap::new();
        if order.audio != ExportAudio::None {
            for file in self.inner.library.reader()?.held_files()? {
                *audio.entry(file.call).or_default() += file.bytes;
            }
        }
        let documents = order.documents.len() as u64 + 1;
        let of_call = |one: &Chosen| {
            let bytes = audio.get(&one.id).copied().unwrap_or_default();
            let listening = match order.audio {
                ExportAudio::Wav if bytes > 0 => one.seconds().min(LONGEST) * LISTENING_PER_SECOND,
                _ => 0,
            };
            let inline = if order.inline_audio { bytes / 3 * 4 } else { 0 };
            bytes + listening + inline + PER_CALL + u64::from(one.turns) * PER_TURN * documents
        };
        Ok(chosen.iter().map(of_call).sum())
    }
}

/// How many bytes are free where a folder is, or will be.
pub(super) fn free_space(to: &Path) -> Option<u64> {
    evidence::bag::free_space(to.ancestors().find(|folder| folder.is_dir())?).ok()
}

fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '.' || c == '_' { c } else { '-' }
}
