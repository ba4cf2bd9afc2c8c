//! A library with one source, and walks over it.

use model::{CallId, Cancel, SourceId};
use source::{Cursor, Source};
use testkit::TempLibrary;
use turnstone_sync::{Look, Observer, Report, Walk, run};

/// A library with one source.
pub struct Place {
    pub temp: TempLibrary,
    pub id: SourceId,
}

impl Place {
    pub fn new() -> Self {
        let temp = TempLibrary::new();
        let id = temp.add_source("Script");
        Self { temp, id }
    }

    pub fn walk(&self, source: &dyn Source) -> Report {
        self.go(source, false, &Cancel::new(), &mut |_| {})
    }

    pub fn walk_full(&self, source: &dyn Source) -> Report {
        self.go(source, true, &Cancel::new(), &mut |_| {})
    }

    pub fn walk_until(&self, source: &dyn Source, cancel: &Cancel) -> Report {
        self.go(source, false, cancel, &mut |_| {})
    }

    pub fn walk_telling(&self, source: &dyn Source, observe: &mut Observer<'_>) -> Report {
        self.go(source, false, &Cancel::new(), observe)
    }

    /// The names of the calls that have not vanished, in order.
    pub fn here(&self) -> Vec<String> {
        self.temp.reader().remote_ids(self.id).unwrap()
    }

    pub fn title(&self, remote_id: &str) -> Option<String> {
        self.temp.reader().call(CallId::derive(self.id, remote_id)).unwrap().and_then(|call| call.record.call.title)
    }

    pub fn cursor(&self) -> Option<Cursor> {
        self.temp.reader().source(self.id).unwrap().and_then(|row| row.cursor).map(Cursor)
    }

    pub fn set_cursor(&self, cursor: &str) {
        let (id, cursor) = (self.id, cursor.to_owned());
        self.temp.library.write(move |writer| writer.set_cursor(id, Some(&cursor))).unwrap();
    }

    pub fn walk_keeping_words(&self, source: &dyn Source) -> Report {
        self.walk_as(source, (true, true), &Cancel::new(), &mut |_| {})
    }

    fn go(&self, source: &dyn Source, full: bool, cancel: &Cancel, observe: &mut Observer<'_>) -> Report {
        self.walk_as(source, (full, false), cancel, observe)
    }

    fn walk_as(
        &self,
        source: &dyn Source,
        (full, keep_words): (bool, bool),
        cancel: &Cancel,
        observe: &mut Observer<'_>,
    ) -> Report {
        let library = &self.temp.library;
        let walk = Walk {
            library,
            id: self.id,
            source,
            look: if full { Look::Anew } else { Look::New },
            probe: &|_| None,
            keep_words,
            clock: || 1_762_941_600_000,
            cancel,
        };
        let report = run(&walk, observe);
        assert_eq!(self.temp.reader().check().unwrap(), [] as [&str; 0], "the library is whole after every walk");
        report
    }
}
