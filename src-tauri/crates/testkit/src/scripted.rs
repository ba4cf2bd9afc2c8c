use std::sync::{Mutex, PoisonError};

use model::{Cancel, Outcome};
use source::{Audio, AudioError, AudioRequest, Change, Check, Cursor, Memory, Page, Pages, Source, SourceError, Watch};

/// A source that hands out pages as written. Its cursor is the number of pages that were handed out, so that a walk goes
/// on behind the last page that was kept.
#[derive(Default)]
pub struct ScriptedSource {
    pages: Vec<Page>,
    breaks: Option<(usize, Break)>,
    asked: Mutex<Vec<Option<Cursor>>>,
}

/// What goes wrong at a source.
#[derive(Clone, Debug)]
pub enum Break {
    /// It cannot be reached any more.
    Unreachable,
    /// Its code panics.
    Panic,
    /// The user stops the walk just before this page is asked for, and the source takes no notice.
    Cancelled(Cancel),
    /// It gives the page before this one again and again, with the same cursor.
    Repeats,
}

impl ScriptedSource {
    /// A source without a page.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more page with these changes.
    pub fn page(mut self, changes: impl IntoIterator<Item = impl Into<Change>>) -> Self {
        let cursor = Cursor((self.pages.len() + 1).to_string());
        let changes = changes.into_iter().map(Into::into).collect();
        self.pages.push(Page { changes, cursor, total: None, waiting: Vec::new(), doubt: None });
        self
    }

    /// Says on the last page that this item is still being written.
    pub fn waiting_for(mut self, item: &str) -> Self {
        self.pages.last_mut().expect("a page first").waiting.push(item.to_owned());
        self
    }

    /// Says with the last page that the walk may not have shown everything.
    pub fn doubting(mut self) -> Self {
        self.pages.last_mut().expect("a page first").doubt = Some("the script says so".into());
        self
    }

    /// Breaks instead of giving the page of this number; the first one is 0.
    pub fn breaking_at(mut self, page: usize, how: Break) -> Self {
        self.breaks = Some((page, how));
        self
    }

    /// The cursors that walks began with, oldest first.
    pub fn asked_from(&self) -> Vec<Option<Cursor>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn at(&self, index: usize) -> Option<Result<Page, SourceError>> {
        let page = |index: usize| self.pages.get(index).cloned().map(Ok);
        match &self.breaks {
            Some((at, how)) if index >= *at => match how {
                Break::Unreachable => Some(Err(SourceError::Unreachable("the script says so".into()))),
                Break::Panic => panic!("the script says so"),
                Break::Cancelled(cancel) => {
                    cancel.cancel();
                    page(index)
                }
                Break::Repeats => page(at - 1),
            },
            _ => page(index),
        }
    }
}

impl Source for ScriptedSource {
    fn test(&self) -> Vec<Check> {
        Vec::new()
    }

    fn changes_since<'a>(&'a self, cursor: Option<&Cursor>, _memory: &'a dyn Memory, _cancel: &'a Cancel) -> Pages<'a> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(cursor.cloned());
        let first = cursor.map_or(0, |Cursor(pages)| pages.parse().expect("a cursor of this source"));
        let mut over = false;
        Box::new((first..).map_while(move |index| {
            let page = if over { None } else { self.at(index) };
            over = matches!(page, Some(Err(_)));
            page
        }))
    }

    fn audio(&self, _ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        Err(AudioError::new(Outcome::NotFound, "a script has no audio"))
    }

    fn watch(&self, _hint: Box<dyn Fn() + Send>) -> Option<Watch> {
        None
    }
}
