use super::{count, js, label};
use crate::view::{SearchCount, SearchHit, SearchPage};

impl SearchPage {
    /// A page of hits, and why its query was read as plain words, if it was.
    pub(crate) fn read(page: app::SearchPage, note: Option<String>) -> Self {
        Self { hits: page.hits.into_iter().map(SearchHit::from).collect(), next: page.next, note }
    }
}

impl From<app::SearchHit> for SearchHit {
    fn from(hit: app::SearchHit) -> Self {
        Self {
            matches: hit.matches.iter().map(|range| utf16(&hit.snippet, *range)).collect(),
            call: hit.call.id.to_string(),
            turn: hit.turn,
            start_ms: hit.start_ms.map(js),
            speaker: hit.speaker,
            role: hit.role.map(|role| role.as_str().to_owned()),
            snippet: hit.snippet,
            call_started_ms: hit.call.started_ms.map(js),
            call_from: label(hit.call.from.as_ref()),
            call_to: label(hit.call.to.as_ref()),
            call_agent: hit.call.agent,
            call_title: hit.call.title,
        }
    }
}

impl From<app::SearchCount> for SearchCount {
    fn from(found: app::SearchCount) -> Self {
        Self { calls: count(found.calls), turns: count(found.turns) }
    }
}

/// A range counted in characters, counted in UTF-16 units instead.
fn utf16(text: &str, (from, to): (u32, u32)) -> (u32, u32) {
    let units = |characters: u32| -> u32 {
        let units: usize = text.chars().take(characters as usize).map(char::len_utf16).sum();
        u32::try_from(units).unwrap_or(u32::MAX)
    };
    (units(from), units(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_behind_an_emoji_still_mark_the_word() {
        let text = "😀 refund";
        let (from, to) = utf16(text, (2, 8));
        let units: Vec<u16> = text.encode_utf16().collect();
        let marked = String::from_utf16(&units[from as usize..to as usize]).unwrap();
        assert_eq!(marked, "refund", "JavaScript counts the emoji as two");
    }
}
