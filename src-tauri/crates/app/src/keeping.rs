//! What stays in the audio cache: its limit, pins, files in use, how long a source's audio is kept, and order in its folder.
//!
//! Nothing goes that is in a case, for whatever reason. Nothing goes that is pinned or being read, and nothing goes for want of room that could not be fetched again. A row goes
//! before its file.

use std::collections::{HashMap, HashSet};

use cache::{Claimed, Evictable, Health, Retained, Retention, evict, expired};
use library::{Access, Filter, HeldFile, PinnedSearch};
use model::{Action, CallId, Cancel, Outcome, RecordingId, SourceId, Tier};
use serde_json::{Value, json};

use crate::event::AppEvent;
use crate::fault::{Fault, FaultCode};
use crate::open::App;
use crate::trail::Deed;

/// What a sweep found, and did unless it was a rehearsal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Files without a row, relative to the cache: removed.
    pub orphans: Vec<String>,
    /// Beginnings of files that nobody went on with for a week: removed.
    pub partials: u64,
    /// Recordings whose file was missing or had the wrong length: they can be fetched again. Of what is in a case, what is
    /// left stays, and only the same bytes are taken in its place.
    pub lost: Vec<RecordingId>,
    /// Recordings whose file's bytes are not those that were fetched: removed, so that they can be fetched again.
    pub damaged: Vec<RecordingId>,
    /// The same, but of what its source does not have any more, or what is in a case: left as they are.
    pub damaged_but_kept: Vec<RecordingId>,
    /// How many files were looked at byte by byte and are sound.
    pub verified: u64,
}

/// A recording whose audio leaves the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Its call.
    pub call: CallId,
    /// The recording.
    pub recording: RecordingId,
    /// How many bytes it has.
    pub bytes: u64,
}

const LIMIT_SETTING: &str = "cache_limit_bytes";
/// Calls are pinned and asked for so many at a time.
pub(crate) const AT_ONCE: usize = 500;

impl App {
    /// How many bytes the cache may have; `None`: as many as there are.
    pub fn cache_limit(&self) -> Result<Option<u64>, Fault> {
        let kept = self.inner.library.reader()?.setting(LIMIT_SETTING)?;
        Ok(kept.and_then(|bytes| bytes.parse().ok()).filter(|bytes| *bytes > 0))
    }

    /// Sets the limit, and makes it hold at once. Answers with what leaves for it.
    pub fn set_cache_limit(&self, bytes: Option<u64>) -> Result<Vec<Leaving>, Fault> {
        let (old, bytes) = (self.cache_limit()?, bytes.filter(|bytes| *bytes > 0));
        let text = bytes.map(|bytes| bytes.to_string());
        let keep = move |writer: &mut library::Writer<'_>| writer.set_setting(LIMIT_SETTING, text.as_deref());
        if old != bytes {
            let facts = json!({ LIMIT_SETTING: { "old": old, "new": bytes } });
            self.write_recorded(vec![Deed::new(Action::Settings, None, facts)], keep)?;
        }
        self.make_room(&[])
    }

    /// Has the audio of calls stay here; what is not here yet is fetched. Answers how many were not pinned before.
    pub fn pin(&self, calls: &[CallId]) -> Result<u64, Fault> {
        let at_ms = self.now_ms();
        let mut news = 0;
        for calls in calls.chunks(AT_ONCE) {
            let calls = calls.to_vec();
            news += self.inner.library.write(move |writer| {
                calls.iter().try_fold(0, |news, call| Ok(news + u64::from(writer.pin(*call, at_ms)?)))
            })?;
        }
        self.ask_for(calls)?;
        self.tell(&AppEvent::LibraryChanged);
        Ok(news)
    }

    /// Takes that back. What a pinned search finds still stays. Answers how many were pinned.
    pub fn unpin(&self, calls: &[CallId]) -> Result<u64, Fault> {
        let mut gone = 0;
        for calls in calls.chunks(AT_ONCE) {
            let calls = calls.to_vec();
            gone += self.inner.library.write(move |writer| {
                calls.iter().try_fold(0, |gone, call| Ok(gone + u64::from(writer.unpin(*call)?)))
            })?;
        }
        self.make_room(&[])?;
        self.tell(&AppEvent::LibraryChanged);
        Ok(gone)
    }

    /// The calls whose audio is to stay here.
    pub fn pinned_calls(&self) -> Result<Vec<CallId>, Fault> {
        Ok(self.inner.library.reader()?.pinned_calls()?)
    }

    /// Has the audio of all calls that a search finds stay here, now and later. One of the same name is replaced.
    pub fn pin_search(&self, name: &str, query: &str, filter: &Filter) -> Result<u64, Fault> {
        let name = name.trim().to_owned();
        if name.is_empty() {
            return Err(Fault::new(FaultCode::Invalid, "give the pinned search a name"));
        }
        let search = PinnedSearch { name, query: query.to_owned(), filter: filter.clone() };
        let (kept, at_ms) = (search.clone(), self.now_ms());
        self.inner.library.write(move |writer| writer.pin_search(&kept, at_ms))?;
        self.pin_what_is_found(&search)
    }

    /// Forgets a pinned search.
    pub fn unpin_search(&self, name: &str) -> Result<(), Fault> {
        let named = name.to_owned();
        if !self.inner.library.write(move |writer| writer.unpin_search(&named))? {
            return Err(Fault::new(FaultCode::NotFound, format!("no search is pinned as {name:?}")));
        }
        self.make_room(&[]).map(drop)
    }

    /// The pinned searches by name.
    pub fn pinned_searches(&self) -> Result<Vec<PinnedSearch>, Fault> {
        Ok(self.inner.library.reader()?.pinned_searches()?)
    }

    /// What a sync is followed by: pinned searches may find new calls, whose audio is then asked for.
    pub fn after_sync(&self, source: SourceId) -> Result<(), Fault> {
        if self.inner.library.access() == Access::Reader {
            return Ok(());
        }
        let concerned = |search: &PinnedSearch| search.filter.source.is_none_or(|only| only == source);
        for search in self.pinned_searches()?.iter().filter(|search| concerned(search)) {
            self.pin_what_is_found(search)?;
        }
        Ok(())
    }

    /// Removes audio that has been here as long as its source's setting `retention` allows, or only says what would go.
    pub fn retain(&self, dry_run: bool) -> Result<Vec<Leaving>, Fault> {
        let reader = self.inner.library.reader()?;
        let mut set: HashMap<SourceId, Retention> = HashMap::new();
        for row in reader.sources()? {
            let text = row.settings["set"]["retention"].as_str().unwrap_or_default();
            let retention = Retention::parse(text).ok_or_else(|| {
                let why = format!("the source {:?} has retention={text}", row.name);
                Fault::new(FaultCode::Invalid, format!("{why}: use forever, until-gone or a number of days"))
            })?;
            set.insert(row.id, retention);
        }
        let (held, in_use) = (reader.held_files()?, self.in_use());
        let retained = |file: &HeldFile| Retained {
            recording: file.recording,
            since_ms: file.started_ms.unwrap_or(file.fetched_ms),
            gone_at_source: file.gone_at_source,
            stays: file.pinned || file.held || in_use.contains(&file.recording),
            retention: set.get(&file.source).copied().unwrap_or_default(),
        };
        let retained: Vec<Retained> = held.iter().map(retained).collect();
        let go = expired(&retained, self.now_ms());
        if dry_run { Ok(leaving(&held, &go)) } else { self.remove_cached(&held, &go, "retention") }
    }

    /// Puts the cache's folder in order: what no row speaks of goes, rows whose file is not what it should be go, and every
    /// file is looked at byte by byte. A rehearsal only looks.
    pub fn sweep(&self, dry_run: bool, cancel: &Cancel) -> Result<SweepReport, Fault> {
        let (plan, held) = self.plan_sweep()?;
        let mut report = SweepReport { lost: plan.lost.clone(), ..SweepReport::default() };
        let by_id: HashMap<RecordingId, &HeldFile> = held.iter().map(|file| (file.recording, file)).collect();
        let lost: Vec<&HeldFile> =
            plan.lost.iter().filter_map(|id| by_id.get(id).copied()).filter(|file| !file.held).collect();
        let (orphans, partials, gone) = (plan.orphans.len(), plan.stale.len(), lost.len());
        if !dry_run && orphans + partials + gone > 0 {
            let facts = json!({ "because": "sweep", "orphans": orphans, "partials": partials, "lost": gone });
            self.record_removal(facts)?;
        }
        for (recording, path) in plan.orphans {
            if dry_run || self.remove_orphan(recording, &path, cancel)? {
                report.orphans.push(path);
            }
        }
        for recording in plan.stale {
            if !dry_run {
                self.inner.store.remove_part(recording)?;
            }
            report.partials += 1;
        }
        if !dry_run {
            for file in lost {
                self.lose(file, "the file in the cache is missing or has the wrong length", cancel)?;
            }
        }
        for file in plan.verify.iter().filter_map(|id| by_id.get(id)) {
            self.verify_file(file, dry_run, cancel, &mut report)?;
        }
        let anything_went = !report.lost.is_empty() || !report.damaged.is_empty();
        if anything_went && !dry_run {
            self.tell(&AppEvent::LibraryChanged);
        }
        Ok(report)
    }

    /// Looks at the one file byte by byte that was longest not looked at, if that is longer ago than `older_than_ms`.
    pub(crate) fn verify_one(&self, older_than_ms: i64, cancel: &Cancel) -> Result<(), Fault> {
        let due = |file: &&HeldFile| file.verified_ms.is_none_or(|at| self.now_ms() - at > older_than_ms);
        let held = self.inner.library.reader()?.held_files()?;
        let oldest = held.iter().filter(due).min_by_key(|file| (file.verified_ms, file.recording));
        match oldest {
            Some(file) if self.inner.store.holds(&file.path, file.bytes) => {
                self.verify_file(file, false, cancel, &mut SweepReport::default())
            }
            _ => Ok(()),
        }
    }

    /// Makes the cache's limit hold; what was just brought stays. Answers with what left.
    pub(crate) fn make_room(&self, just_brought: &[RecordingId]) -> Result<Vec<Leaving>, Fault> {
        let Some(limit) = self.cache_limit()? else { return Ok(Vec::new()) };
        let (held, in_use) = (self.inner.library.reader()?.held_files()?, self.in_use());
        let files: Vec<Evictable> = held
            .iter()
            .map(|file| Evictable {
                recording: file.recording,
                bytes: file.bytes,
                played_ms: file.played_ms,
                fetched_ms: file.fetched_ms,
                stays: in_use.contains(&file.recording)
                    || just_brought.contains(&file.recording)
                    || must_stay(file, self.now_ms()),
            })
            .collect();
        self.remove_cached(&held, &evict(&files, limit).go, "limit")
    }

    /// Keeps that a recording was opened to be heard now.
    pub(crate) fn touch(&self, recording: RecordingId) -> Result<(), Fault> {
        if self.inner.library.access() == Access::Reader {
            return Ok(());
        }
        let at_ms = self.now_ms();
        Ok(self.inner.library.write(move |writer| writer.set_played(recording, at_ms))?)
    }

    fn in_use(&self) -> HashSet<RecordingId> {
        &self.inner.in_use.all() | &self.inner.underway.busy()
    }

    /// Pins what a search finds and asks for what is new among it. Answers how many calls are new.
    fn pin_what_is_found(&self, search: &PinnedSearch) -> Result<u64, Fault> {
        let found = self.found_by(search)?;
        let at_ms = self.now_ms();
        let mut news = Vec::new();
        for calls in found.chunks(AT_ONCE) {
            let (name, calls) = (search.name.clone(), calls.to_vec());
            news.extend(self.inner.library.write(move |writer| writer.pin_found(&name, &calls, at_ms))?);
        }
        self.ask_for(&news)?;
        Ok(news.len() as u64)
    }

    fn found_by(&self, search: &PinnedSearch) -> Result<Vec<CallId>, Fault> {
        const PAGE: u32 = 1_000;
        if search.query.trim().is_empty() {
            return self.calls_with_audio(&search.filter);
        }
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let sort = library::SearchSort::Newest;
            let page = self.search(&search.query, &search.filter, sort, after.as_deref(), PAGE)?;
            found.extend(page.hits.iter().map(|hit| hit.call.id));
            found.dedup();
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(found),
            }
        }
    }

    fn remove_cached(
        &self,
        held: &[HeldFile],
        go: &[RecordingId],
        because: &'static str,
    ) -> Result<Vec<Leaving>, Fault> {
        if go.is_empty() {
            return Ok(Vec::new());
        }
        let bytes: u64 = leaving(held, go).iter().map(|file| file.bytes).sum();
        self.record_removal(json!({ "because": because, "recordings": go.len(), "bytes": bytes }))?;
        let by_id: HashMap<RecordingId, &HeldFile> = held.iter().map(|file| (file.recording, file)).collect();
        let mut gone = Vec::new();
        for file in go.iter().filter_map(|id| by_id.get(id)) {
            let id = file.recording;
            // Meanwhile it may have been put into a case.
            if self.inner.library.write(move |writer| writer.clear_cached(id))? {
                self.inner.store.remove(&file.path)?;
                gone.push(id);
            }
        }
        if !gone.is_empty() {
            self.tell(&AppEvent::LibraryChanged);
        }
        Ok(leaving(held, &gone))
    }

    /// That audio leaves the cache, or files of it that nobody needs.
    fn record_removal(&self, mut facts: Value) -> Result<(), Fault> {
        facts["what"] = json!("audio");
        self.record(Action::Delete, None, facts)
    }

    fn plan_sweep(&self) -> Result<(cache::Sweep, Vec<HeldFile>), Fault> {
        let busy = self.inner.underway.busy();
        let listing = self.inner.store.list()?;
        let held = self.inner.library.reader()?.held_files()?;
        let claimed = |file: &HeldFile| Claimed {
            recording: file.recording,
            path: file.path.clone(),
            bytes: file.bytes,
            verified_ms: file.verified_ms,
        };
        let claimed: Vec<Claimed> = held.iter().map(claimed).collect();
        Ok((cache::sweep(&listing, &claimed, &busy, self.now_ms()), held))
    }

    /// Removes a file that no row speaks of, also now that nobody is bringing it in.
    fn remove_orphan(&self, recording: RecordingId, path: &str, cancel: &Cancel) -> Result<bool, Fault> {
        let Ok(_turn) = self.inner.underway.begin(recording, cancel) else { return Ok(false) };
        let has_row = self.inner.library.reader()?.cache_entries()?.iter().any(|entry| entry.path == path);
        if !has_row {
            self.inner.store.remove(path)?;
        }
        Ok(!has_row)
    }

    /// Forgets a file that is not what it was, with the reason, and removes what is left of it; what is in a case stays.
    fn lose(&self, file: &HeldFile, why: &str, cancel: &Cancel) -> Result<(), Fault> {
        let Ok(_turn) = self.inner.underway.begin(file.recording, cancel) else { return Ok(()) };
        let (id, why) = (file.recording, self.attempt(Tier::Local, Outcome::Invalid, why.to_owned()));
        if self.inner.library.write(move |writer| writer.lose_cached(id, &why))? {
            self.inner.store.remove(&file.path)?;
        }
        Ok(())
    }

    fn verify_file(
        &self,
        file: &HeldFile,
        dry_run: bool,
        cancel: &Cancel,
        report: &mut SweepReport,
    ) -> Result<(), Fault> {
        let Some(sha256) = &file.sha256 else { return Ok(()) };
        let id = file.recording;
        match self.inner.store.verify(&file.path, file.bytes, sha256, cancel)? {
            Health::Sound => {
                report.verified += 1;
                let at_ms = self.now_ms();
                if !dry_run {
                    self.inner.library.write(move |writer| writer.set_verified(id, at_ms))?;
                }
            }
            Health::Damaged(_) if file.held || cannot_come_again(file, self.now_ms()) => {
                report.damaged_but_kept.push(id)
            }
            Health::Damaged(why) => {
                if !dry_run {
                    self.record_removal(
                        json!({ "because": "damaged", "recording": id.to_string(), "bytes": file.bytes }),
                    )?;
                    self.lose(file, &format!("the file in the cache was damaged: {why}"), cancel)?;
                }
                report.damaged.push(id);
            }
            // It went while it was looked for.
            Health::Missing => {}
        }
        Ok(())
    }
}

/// What does not go for want of room.
fn must_stay(file: &HeldFile, now_ms: i64) -> bool {
    file.pinned || file.held || cannot_come_again(file, now_ms)
}

/// Whether its source could not give the file again: it was deleted there, or it never came from there.
fn cannot_come_again(file: &HeldFile, now_ms: i64) -> bool {
    let is_expired = file.expires_ms.is_some_and(|at| at <= now_ms);
    file.gone_at_source || file.source_removed || is_expired || file.tier == Tier::Local
}

fn leaving(held: &[HeldFile], go: &[RecordingId]) -> Vec<Leaving> {
    let by_id: HashMap<RecordingId, &HeldFile> = held.iter().map(|file| (file.recording, file)).collect();
    let leaving = |file: &&HeldFile| Leaving { call: file.call, recording: file.recording, bytes: file.bytes };
    go.iter().filter_map(|id| by_id.get(id)).map(leaving).collect()
}
