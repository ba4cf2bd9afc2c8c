//! A page of hits, and counting them all.

use model::Cancel;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::calls::{Calls, Candidates};
use super::cursor::{Place, Ranked};
use super::matcher::Matcher;
use super::{Query, SearchCount, SearchHit, SearchPage, SearchSort};
use crate::filter::Filter;
use crate::list::LARGEST_PAGE;
use crate::{LibraryError, Reader};

/// Calls are ranked within so many of the newest that match; ranking all of them takes a second at 100,000 calls.
const RANKED: u32 = 2_000;

impl Reader {
    /// The hits of `query` in the calls of `filter`, at most `limit` from after the cursor of an earlier page. Paging
    /// reaches every hit, once.
    pub fn search(
        &self,
        query: &Query,
        filter: &Filter,
        sort: SearchSort,
        after: Option<&str>,
        limit: u32,
    ) -> Result<SearchPage, LibraryError> {
        let snapshot = self.snapshot()?;
        let after = after.map(|cursor| Place::parse(cursor, sort)).transpose()?;
        let limit = limit.clamp(1, LARGEST_PAGE) as usize;
        let mut page = Filling { limit, hits: Vec::new(), last: None, next: None, matcher: Matcher::new(query) };
        let mut highest = i64::MAX;
        if sort == SearchSort::Best && !matches!(after, Some(Place::Newest { .. })) {
            let ranked = after.as_ref().and_then(Place::ranked);
            highest = self.fill_ranked(&snapshot, (query, filter), ranked, &mut page)?;
        }
        if page.next.is_none() && highest > i64::MIN {
            let after = match after {
                Some(Place::Newest { key, seq }) => Some((key, seq)),
                _ => None,
            };
            self.fill_newest(&snapshot, (query, filter), after, highest, &mut page)?;
        }
        Ok(SearchPage { hits: page.hits, next: page.next.map(|place| place.to_string()) })
    }

    /// How many calls and turns `query` finds in the calls of `filter`. All of them are read, which may take long; `cancel`
    /// stops it.
    pub fn search_count(&self, query: &Query, filter: &Filter, cancel: &Cancel) -> Result<SearchCount, LibraryError> {
        let snapshot = self.snapshot()?;
        let mut count = SearchCount::default();
        let Some(found) = Candidates::new(&snapshot, (query, filter), "", i64::MAX)? else { return Ok(count) };
        let (mut calls, mut matcher) = (Calls::new(&snapshot)?, Matcher::new(query));
        let mut statement = snapshot.prepare_cached(&found.sql)?;
        let mut rows = statement.query(params_from_iter(found.params))?;
        while let Some(row) = rows.next()? {
            cancel.check()?;
            self.go_on()?;
            if let Some(turns) = calls.count(row.get(0)?, &mut matcher)? {
                count.calls += 1;
                count.turns += turns;
            }
        }
        Ok(count)
    }

    fn fill_newest(
        &self,
        conn: &Connection,
        asked: (&Query, &Filter),
        after: Option<(i64, i64)>,
        highest: i64,
        page: &mut Filling<'_>,
    ) -> Result<(), LibraryError> {
        let highest = after.map_or(highest, |(key, _)| key);
        let Some(found) = Candidates::new(conn, asked, "", highest)? else { return Ok(()) };
        let mut calls = Calls::new(conn)?;
        let mut statement = conn.prepare_cached(&found.sql)?;
        let mut rows = statement.query(params_from_iter(found.params))?;
        while let Some(row) = rows.next()? {
            self.go_on()?;
            let key: i64 = row.get(0)?;
            let seen = after.filter(|(last, _)| *last == key).map_or(-1, |(_, seq)| seq);
            let place = |seq| Place::Newest { key, seq };
            if !page.add(&mut calls, (key, seen), None, place)? {
                break;
            }
        }
        Ok(())
    }

    /// Fills the page from the ranked calls. Answers from which key down the others follow.
    fn fill_ranked(
        &self,
        conn: &Connection,
        asked: (&Query, &Filter),
        after: Option<Ranked>,
        page: &mut Filling<'_>,
    ) -> Result<i64, LibraryError> {
        let newest = after.map_or(i64::MAX, |after| after.newest);
        let ranked = rank(conn, asked, newest)?;
        let newest = ranked.iter().map(|call| call.key).max().unwrap_or(newest);
        let mut calls = Calls::new(conn)?;
        for call in &ranked {
            self.go_on()?;
            let seen = match after {
                Some(after) if call.order() < after.call.order() => continue,
                Some(after) if call.key == after.call.key => after.seq,
                _ => -1,
            };
            let place = |seq| Place::Ranked(Ranked { newest, call: *call, seq });
            if !page.add(&mut calls, (call.key, seen), Some(-call.rank), place)? {
                return Ok(i64::MIN);
            }
        }
        let is_all = ranked.len() < RANKED as usize;
        Ok(ranked.iter().map(|call| call.key - 1).min().filter(|_| !is_all).unwrap_or(i64::MIN))
    }
}

/// A call with its rank; lower is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RankedCall {
    pub rank: f64,
    pub key: i64,
}

impl RankedCall {
    /// Best first, then newest.
    fn order(&self) -> (Total, std::cmp::Reverse<i64>) {
        (Total(self.rank), std::cmp::Reverse(self.key))
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Total(f64);

impl Eq for Total {}

impl PartialOrd for Total {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Total {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

fn rank(conn: &Connection, asked: (&Query, &Filter), newest: i64) -> Result<Vec<RankedCall>, LibraryError> {
    let Some(mut found) = Candidates::new(conn, asked, ", bm25(said)", newest)? else { return Ok(Vec::new()) };
    found.params.push(Value::from(RANKED));
    let mut statement = conn.prepare_cached(&format!("{} LIMIT ?", found.sql))?;
    let calls = statement.query_map(params_from_iter(found.params), |row| {
        Ok(RankedCall { key: row.get(0)?, rank: row.get::<_, Option<f64>>(1)?.unwrap_or(0.0) })
    })?;
    let mut calls: Vec<RankedCall> = calls.collect::<Result<_, _>>()?;
    calls.sort_by_key(RankedCall::order);
    Ok(calls)
}

/// A page on its way.
struct Filling<'q> {
    limit: usize,
    hits: Vec<SearchHit>,
    last: Option<Place>,
    next: Option<Place>,
    matcher: Matcher<'q>,
}

impl Filling<'_> {
    /// Adds a call's hits after the turn `seen`. Answers whether there is room for more; if not, `next` is set.
    fn add(
        &mut self,
        calls: &mut Calls<'_>,
        (key, seen): (i64, i64),
        score: Option<f64>,
        place: impl Fn(i64) -> Place,
    ) -> Result<bool, LibraryError> {
        let found = calls.hits(key, &mut self.matcher, seen, self.limit - self.hits.len() + 1)?;
        if found.is_empty() {
            return Ok(true);
        }
        let row = calls.row(key)?;
        for turn in found {
            if self.hits.len() == self.limit {
                self.next = self.last.take();
                return Ok(false);
            }
            self.last = Some(place(turn.seq));
            self.hits.push(turn.into_hit(&mut self.matcher, row.clone(), score));
        }
        Ok(true)
    }
}
