//! Finding calls: the list, one call, search, and the numbers of the navigation.

use std::sync::PoisonError;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use library::{
    CallRow, Facets, Filter, FindError, Overview, Page, Query, SearchCount, SearchPage, SearchSort, Sort, StoredCall,
};
use model::{CallId, Cancel, SourceId};

use crate::fault::{Fault, FaultCode};
use crate::open::App;

/// Whether a day begins or has ended at the moment asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// The day's first moment.
    Start,
    /// The next day's first moment.
    End,
}

impl App {
    /// A page of calls in the list's order, after the cursor of an earlier page.
    pub fn calls(&self, filter: &Filter, sort: Sort, after: Option<&str>, limit: u32) -> Result<Page<CallRow>, Fault> {
        Ok(self.inner.library.reader()?.calls(filter, sort, after, limit)?)
    }

    /// The calls from an absolute position in the list on.
    pub fn calls_at(&self, filter: &Filter, sort: Sort, position: u64, limit: u32) -> Result<Vec<CallRow>, Fault> {
        Ok(self.inner.library.reader()?.calls_at(filter, sort, position, limit)?)
    }

    /// How many calls a filter leaves.
    pub fn count_calls(&self, filter: &Filter) -> Result<u64, Fault> {
        Ok(self.inner.library.reader()?.count(filter)?)
    }

    /// The call that `text` names: an id, a unique prefix of one with 8 characters or more, or `SOURCE:REMOTE_ID`.
    pub fn find_call(&self, text: &str) -> Result<CallId, Fault> {
        self.inner.library.reader()?.find_call(text).map_err(|error| match error {
            FindError::NotFound(_) => {
                Fault::new(FaultCode::NotFound, format!("there is no call {text}: `list` shows what there is"))
            }
            FindError::Ambiguous(_) => {
                Fault::new(FaultCode::Ambiguous, format!("several calls begin with {text}: give more of the id"))
            }
            FindError::Library(error) => error.into(),
        })
    }

    /// The newest call, if there is any.
    pub fn newest_call(&self) -> Result<Option<CallId>, Fault> {
        let page = self.calls(&Filter::default(), Sort::default(), None, 1)?;
        Ok(page.rows.first().map(|row| row.id))
    }

    /// Everything known about one call, to be shown to somebody: it is recorded that they opened it.
    pub fn open_call(&self, id: CallId) -> Result<StoredCall, Fault> {
        let call = self.call(id)?;
        self.inner.trail.open(id)?;
        Ok(call)
    }

    /// Everything known about one call, for work on it; nobody is shown it.
    pub fn call(&self, id: CallId) -> Result<StoredCall, Fault> {
        let call = self.inner.library.reader()?.call(id)?;
        call.ok_or_else(|| Fault::new(FaultCode::NotFound, format!("there is no call {id}: it may have been removed")))
    }

    /// The turns in which something was said, a page at a time, to be shown to somebody: it is recorded what they searched.
    pub fn search_said(
        &self,
        query: &str,
        filter: &Filter,
        sort: SearchSort,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SearchPage, Fault> {
        let page = self.search(query, filter, sort, after, limit)?;
        self.record_typed(query, true)?;
        Ok(page)
    }

    /// The same for somebody who may still be typing: their words are recorded once they have settled, which they have at
    /// the latest when a further page is asked for.
    pub fn search_typed(
        &self,
        query: &str,
        filter: &Filter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SearchPage, Fault> {
        let page = self.search(query, filter, SearchSort::default(), after, limit)?;
        self.record_typed(query, after.is_some())?;
        Ok(page)
    }

    /// The turns in which something was said, for work on them; nobody is shown them.
    pub fn search(
        &self,
        query: &str,
        filter: &Filter,
        sort: SearchSort,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SearchPage, Fault> {
        Ok(self.inner.library.reader()?.search(&Query::parse(query), filter, sort, after, limit)?)
    }

    /// Why a query is read as plain words, if it is.
    pub fn query_note(&self, query: &str) -> Option<String> {
        Query::parse(query).note().map(str::to_owned)
    }

    /// How many calls and turns a search finds in all, which is recorded as a search; `cancel` stops it.
    pub fn count_search(&self, query: &str, filter: &Filter, cancel: &Cancel) -> Result<SearchCount, Fault> {
        let count = self.count(query, filter, cancel)?;
        self.record_typed(query, true)?;
        Ok(count)
    }

    fn count(&self, query: &str, filter: &Filter, cancel: &Cancel) -> Result<SearchCount, Fault> {
        Ok(self.inner.library.reader()?.search_count(&Query::parse(query), filter, cancel)?)
    }

    /// The same for somebody who is still typing and asked for the hits as well: a count that runs already is of no interest any more and ends.
    pub fn count_latest_search(&self, query: &str, filter: &Filter) -> Result<SearchCount, Fault> {
        let cancel = Cancel::new();
        let former =
            std::mem::replace(&mut *self.inner.counting.lock().unwrap_or_else(PoisonError::into_inner), cancel.clone());
        former.cancel();
        self.count(query, filter, &cancel)
    }

    /// What the filters can offer.
    pub fn facets(&self) -> Result<Facets, Fault> {
        Ok(self.inner.library.reader()?.facets()?)
    }

    /// The numbers of the navigation, and when today began.
    pub fn overview(&self) -> Result<(Overview, i64), Fault> {
        let today = Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH);
        let from = day_start(today.to_zoned(TimeZone::system()).date(), &TimeZone::system(), Day::Start)?;
        Ok((self.inner.library.reader()?.overview(from)?, from))
    }

    /// The source a user names.
    pub fn source_named(&self, name: &str) -> Result<SourceId, Fault> {
        let source = self.inner.library.reader()?.source_by_name(name)?;
        source.map(|row| row.id).ok_or_else(|| {
            Fault::new(FaultCode::NotFound, format!("there is no source {name:?}: `source list` shows them"))
        })
    }
}

/// The first moment of a day in a zone, or of the day after it, in UTC milliseconds. Days that a change of clocks makes
/// shorter or longer begin and end where they do for people there.
pub fn day_start(date: Date, zone: &TimeZone, which: Day) -> Result<i64, Fault> {
    let out_of_range = |_| Fault::new(FaultCode::Invalid, format!("{date} is not a day that can be handled"));
    let date = match which {
        Day::Start => date,
        Day::End => date.tomorrow().map_err(out_of_range)?,
    };
    Ok(date.to_zoned(zone.clone()).map_err(out_of_range)?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_as_long_as_its_clocks_make_it() {
        let chicago = TimeZone::get("America/Chicago").unwrap();
        let hours = |day| {
            let (start, end) =
                (day_start(day, &chicago, Day::Start).unwrap(), day_start(day, &chicago, Day::End).unwrap());
            (end - start) / 3_600_000
        };
        assert_eq!(hours(date(2025, 3, 9)), 23, "clocks go forward");
        assert_eq!(hours(date(2025, 11, 2)), 25, "clocks go back");
        assert_eq!(hours(date(2025, 11, 12)), 24);
    }
}
