//! A page of hits.

use model::Cancel;

use super::{Query, SearchCount, SearchPage, SearchSort};
use crate::filter::Filter;
use crate::{LibraryError, Reader};

impl Reader {
    /// The hits of `query` in the calls of `filter`, at most `limit` from after the cursor of an earlier page.
    pub fn search(
        &self,
        _query: &Query,
        _filter: &Filter,
        _sort: SearchSort,
        _after: Option<&str>,
        _limit: u32,
    ) -> Result<SearchPage, LibraryError> {
        Ok(SearchPage { hits: Vec::new(), next: None })
    }

    /// How many calls and turns `query` finds in the calls of `filter`. It may take long; `cancel` stops it.
    pub fn search_count(&self, _query: &Query, _filter: &Filter, cancel: &Cancel) -> Result<SearchCount, LibraryError> {
        cancel.check()?;
        Ok(SearchCount::default())
    }
}
