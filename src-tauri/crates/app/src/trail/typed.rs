//! Searches by somebody who is typing: recorded once their words have settled.

/// What is being typed, and what was recorded last.
#[derive(Debug, Default)]
pub struct Typed {
    waiting: Option<String>,
    recorded: Option<String>,
}

impl Typed {
    /// These words are searched. Answers whether they wait to settle: not if they are the ones recorded last.
    pub fn typed(&mut self, words: &str) -> bool {
        let is_new = self.recorded.as_deref() != Some(words);
        self.waiting = is_new.then(|| words.to_owned());
        is_new
    }

    /// The words have settled: they stood for a while, or more was asked about what they found. Answers what is to be
    /// recorded.
    pub fn settled(&mut self) -> Option<String> {
        let words = self.waiting.take()?;
        self.recorded = Some(words.clone());
        Some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settled_words_are_recorded_and_the_same_ones_once() {
        let mut typed = Typed::default();
        for words in ["r", "re", "refund"] {
            assert!(typed.typed(words));
        }
        assert_eq!(typed.settled().as_deref(), Some("refund"));
        assert!(!typed.typed("refund"), "asked again because the library changed");
        assert_eq!(typed.settled(), None);
        assert!(typed.typed("refunds"));
        assert!(!typed.typed("refund"), "what was taken back before it settled was never searched");
        assert_eq!(typed.settled(), None);
    }
}
