//! The room behind each doorway of `api.rs`: convert, one method of the application, convert back.

use std::path::{Path, PathBuf};

use app::{App, Fault, FaultCode};
use model::{CallId, Cancel, InvalidId, RecordingId, SourceId};

use crate::api::Handlers;
use crate::convert::{count, secret};
use crate::event::JobProgress;
use crate::view::*;
use crate::{Asked, Desk};

pub(crate) struct Rooms<'a> {
    pub app: &'a App,
    pub desk: &'a dyn Desk,
}

impl Handlers for Rooms<'_> {
    fn list_calls(&self, args: ListQuery) -> Result<CallPage, Fault> {
        let page = self.app.calls(&args.filter.read()?, args.sort.into(), args.after.as_deref(), args.limit)?;
        Ok(page.into())
    }

    fn list_calls_at(&self, args: ListAt) -> Result<Vec<CallRow>, Fault> {
        let filter = args.filter.read()?;
        let rows = self.app.calls_at(&filter, args.sort.into(), u64::from(args.position), args.limit)?;
        Ok(rows.into_iter().map(CallRow::from).collect())
    }

    fn count_calls(&self, filter: Filter) -> Result<u32, Fault> {
        Ok(count(self.app.count_calls(&filter.read()?)?))
    }

    fn facets(&self, _: Nothing) -> Result<Facets, Fault> {
        Ok(self.app.facets()?.into())
    }

    fn show_call(&self, args: CallRef) -> Result<CallView, Fault> {
        let id = id::<CallId>(&args.call)?;
        let mut call = CallView::from(self.app.open_call(id)?);
        call.pinned = self.app.pinned_calls()?.contains(&id);
        call.cases = self.app.cases_of(id)?.into_iter().map(CaseName::from).collect();
        Ok(call)
    }

    fn search(&self, args: SearchQuery) -> Result<SearchPage, Fault> {
        let filter = args.filter.read()?;
        let page = self.app.search_typed(&args.text, &filter, args.after.as_deref(), args.limit)?;
        Ok(SearchPage::read(page, self.app.query_note(&args.text)))
    }

    fn count_search(&self, args: SearchQuery) -> Result<SearchCount, Fault> {
        Ok(self.app.count_latest_search(&args.text, &args.filter.read()?)?.into())
    }

    fn overview(&self, _: Nothing) -> Result<Overview, Fault> {
        let (overview, today_from) = self.app.overview()?;
        Ok(Overview::read(&overview, today_from))
    }

    fn open_recording(&self, args: OpenRecording) -> Result<Opened, Fault> {
        let recording = args.recording.as_deref().map(id::<RecordingId>).transpose()?;
        let at_ms = args.at_ms.map_or(0, |ms| ms as i64);
        Ok(self.app.open_recording(id::<CallId>(&args.call)?, recording, at_ms, args.play)?.into())
    }

    fn player(&self, command: PlayerCommand) -> Result<Nothing, Fault> {
        self.app.player(command.into())?;
        Ok(Nothing {})
    }

    fn download_calls(&self, args: SomeCalls) -> Result<DownloadStatus, Fault> {
        match args.calls {
            Some(calls) => self.app.download(&ids(&calls)?)?,
            None => self.app.download_all(&args.filter.read()?)?,
        };
        self.download_status(Nothing {})
    }

    fn download_status(&self, _: Nothing) -> Result<DownloadStatus, Fault> {
        Ok(self.app.download_status()?.into())
    }

    fn pause_downloads(&self, args: PauseDownloads) -> Result<DownloadStatus, Fault> {
        if args.paused { self.app.pause_downloads() } else { self.app.resume_downloads() }?;
        self.download_status(Nothing {})
    }

    fn clear_downloads(&self, _: Nothing) -> Result<DownloadStatus, Fault> {
        self.app.clear_downloads()?;
        self.download_status(Nothing {})
    }

    fn pin_calls(&self, args: PinCalls) -> Result<Nothing, Fault> {
        let calls = ids(&args.calls)?;
        if args.pinned { self.app.pin(&calls) } else { self.app.unpin(&calls) }?;
        Ok(Nothing {})
    }

    fn pin_search(&self, args: PinSearch) -> Result<Nothing, Fault> {
        self.app.pin_search(&args.name, &args.query, &args.filter.read()?)?;
        Ok(Nothing {})
    }

    fn unpin_search(&self, args: PinnedSearchRef) -> Result<Nothing, Fault> {
        self.app.unpin_search(&args.name)?;
        Ok(Nothing {})
    }

    fn cache(&self, _: Nothing) -> Result<CacheView, Fault> {
        let status = self.app.cache_status()?;
        Ok(CacheView {
            files: count(status.files),
            bytes: status.bytes as f64,
            limit: self.app.cache_limit()?.map(|bytes| bytes as f64),
            pinned: count(self.app.pinned_calls()?.len() as u64),
            searches: self.app.pinned_searches()?.into_iter().map(|search| search.name).collect(),
        })
    }

    fn set_cache_limit(&self, args: SetCacheLimit) -> Result<CacheView, Fault> {
        self.app.set_cache_limit(args.bytes.map(|bytes| bytes.max(0.0) as u64))?;
        self.cache(Nothing {})
    }

    fn tidy_cache(&self, args: TidyCache) -> Result<Tidied, Fault> {
        let expired = self.app.retain(args.rehearsal)?;
        Ok(Tidied::read(&self.app.sweep(args.rehearsal, &Cancel::new())?, &expired))
    }

    fn list_cases(&self, _: Nothing) -> Result<Vec<CaseView>, Fault> {
        Ok(self.app.cases()?.into_iter().map(CaseView::from).collect())
    }

    fn make_case(&self, facts: CaseFacts) -> Result<CaseView, Fault> {
        Ok(self.app.make_case(facts.into())?.into())
    }

    fn change_case(&self, args: ChangeCase) -> Result<CaseView, Fault> {
        Ok(self.app.change_case(id(&args.case)?, args.facts.into())?.into())
    }

    fn remove_case(&self, args: CaseRef) -> Result<Nothing, Fault> {
        self.app.remove_case(id(&args.case)?)?;
        Ok(Nothing {})
    }

    fn put_in_case(&self, args: CaseCalls) -> Result<CallsMoved, Fault> {
        Ok(CallsMoved { calls: count(self.app.put_in_case(id(&args.case)?, &args.which.read()?)?) })
    }

    fn take_from_case(&self, args: CaseCalls) -> Result<CallsMoved, Fault> {
        Ok(CallsMoved { calls: count(self.app.take_from_case(id(&args.case)?, &args.which.read()?)?) })
    }

    fn completeness(&self, args: SomeCalls) -> Result<Completeness, Fault> {
        Ok(self.app.completeness(&args.read()?)?.into())
    }

    fn plan_export(&self, order: ExportOrder) -> Result<ExportPlan, Fault> {
        Ok(self.app.plan_export(&order.read()?)?.into())
    }

    fn export_calls(&self, order: ExportOrder) -> Result<Exported, Fault> {
        Ok(self.app.export_as_job(&order.read_to_make()?)?.into())
    }

    fn verify_export(&self, args: VerifyExport) -> Result<Verified, Fault> {
        Ok(self.app.verify_as_job(Path::new(&args.path))?.into())
    }

    fn signing_key(&self, _: Nothing) -> Result<SigningKeyView, Fault> {
        Ok(self.app.signing_key()?.into())
    }

    fn drag_recording_out(&self, args: RecordingRef) -> Result<Nothing, Fault> {
        let carry = |file: &Path| self.desk.drag_out(file);
        self.app.drag_out(id::<CallId>(&args.call)?, id::<RecordingId>(&args.recording)?, carry)?;
        Ok(Nothing {})
    }

    fn audit_log(&self, query: AuditQuery) -> Result<AuditPage, Fault> {
        let (before, limit) = (query.before.map(u64::from), query.limit);
        Ok(AuditPage::of(self.app.audit_log(&query.read()?, before, limit)?))
    }

    fn check_audit_log(&self, _: Nothing) -> Result<AuditHealth, Fault> {
        Ok(self.app.check_audit_log(&[], &Cancel::new())?.into())
    }

    fn save_audit_log(&self, args: SaveAudit) -> Result<Nothing, Fault> {
        self.app.save_audit_log(&args.query.read()?, Path::new(&args.file))?;
        Ok(Nothing {})
    }

    fn list_sources(&self, _: Nothing) -> Result<Vec<SourceView>, Fault> {
        Ok(self.app.sources()?.into_iter().map(SourceView::from).collect())
    }

    fn source_kinds(&self, _: Nothing) -> Result<Vec<SourceKind>, Fault> {
        Ok(app::kinds().map(SourceKind::from).collect())
    }

    fn add_source(&self, new: NewSource) -> Result<SourceView, Fault> {
        let path = new.path.filter(|path| !path.is_empty()).map(PathBuf::from);
        let set = new.set.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let (url, secret) = (new.url.filter(|url| !url.is_empty()), secret(&new.secret));
        let added = self.app.add_source(app::NewSource { kind: new.kind, name: new.name, path, url, set, secret })?;
        Ok(added.into())
    }

    fn change_source(&self, args: ChangeSource) -> Result<SourceView, Fault> {
        Ok(self.app.change_source(id(&args.source)?, args.set)?.into())
    }

    fn sign_in(&self, args: SignIn) -> Result<SourceView, Fault> {
        let nothing = || Fault::new(FaultCode::Invalid, "nothing was entered to sign in with");
        Ok(self.app.sign_in(id(&args.source)?, &secret(&args.secret).ok_or_else(nothing)?)?.into())
    }

    fn request_code(&self, args: RequestCode) -> Result<Nothing, Fault> {
        self.app.request_code(id(&args.source)?, &args.email)?;
        Ok(Nothing {})
    }

    fn verify_code(&self, args: VerifyCode) -> Result<SourceView, Fault> {
        Ok(self.app.verify_code(id(&args.source)?, &args.email, &args.code)?.into())
    }

    fn network(&self, _: Nothing) -> Result<NetworkState, Fault> {
        Ok(self.app.network().into())
    }

    fn set_offline(&self, args: SetOffline) -> Result<NetworkState, Fault> {
        Ok(self.app.set_offline(args.offline)?.into())
    }

    fn test_source(&self, args: SourceRef) -> Result<Vec<SourceCheck>, Fault> {
        let checks = self.app.test_source(id(&args.source)?)?;
        Ok(checks.into_iter().map(|check| SourceCheck { ok: check.ok, words: check.words }).collect())
    }

    fn remove_source(&self, args: RemoveSource) -> Result<SourceRemoved, Fault> {
        Ok(SourceRemoved { calls_left: count(self.app.remove_source(id(&args.source)?, args.forget_calls)?) })
    }

    fn sync_source(&self, args: SyncSource) -> Result<Nothing, Fault> {
        let sources: Vec<SourceId> = match &args.source {
            Some(source) => vec![id(source)?],
            None => self.app.sources()?.iter().map(|source| source.id).collect(),
        };
        sources.into_iter().try_for_each(|source| self.app.begin_sync(source, args.full).map(drop))?;
        Ok(Nothing {})
    }

    fn cancel_job(&self, args: JobRef) -> Result<Nothing, Fault> {
        self.app.cancel_job(args.job);
        Ok(Nothing {})
    }

    fn jobs(&self, _: Nothing) -> Result<Vec<JobProgress>, Fault> {
        Ok(self.app.jobs().iter().map(JobProgress::from).collect())
    }

    fn sync_history(&self, args: SourceRef) -> Result<Vec<SyncRun>, Fault> {
        let runs = self.app.sync_history(id(&args.source)?, 20)?;
        Ok(runs.into_iter().map(SyncRun::from).collect())
    }

    fn first_call(&self, _: Nothing) -> Result<Option<FirstCall>, Fault> {
        let Some(Asked { call, play }) = self.desk.asked() else { return Ok(None) };
        let call = if call == "first" { self.app.newest_call()? } else { Some(self.app.find_call(&call)?) };
        Ok(call.map(|call| FirstCall { call: call.to_string(), play }))
    }

    fn choose_folder(&self, _: Nothing) -> Result<Option<String>, Fault> {
        chosen(self.desk.choose_folder())
    }

    fn choose_file(&self, _: Nothing) -> Result<Option<String>, Fault> {
        chosen(self.desk.choose_file())
    }

    fn choose_save_place(&self, args: SaveAs) -> Result<Option<String>, Fault> {
        chosen(self.desk.choose_save_place(&args.name))
    }

    fn show_in_folder(&self, args: PathRef) -> Result<Nothing, Fault> {
        let unseen = |cause| Fault::new(FaultCode::Io, format!("the file manager cannot be opened: {cause}"));
        self.desk.show_in_folder(Path::new(&args.path)).map_err(unseen)?;
        Ok(Nothing {})
    }

    fn settings(&self, _: Nothing) -> Result<Settings, Fault> {
        Ok(self.app.settings()?.into())
    }

    fn change_settings(&self, settings: Settings) -> Result<Settings, Fault> {
        Ok(self.app.change_settings(settings.read()?)?.into())
    }

    fn about(&self, _: Nothing) -> Result<About, Fault> {
        Ok(About::of(self.app.about()?, self.desk.drags_out()))
    }
}

/// A place that the user chose, if they did.
fn chosen(place: Option<PathBuf>) -> Result<Option<String>, Fault> {
    let unicode = |_| Fault::new(FaultCode::Invalid, "its name is not Unicode; rename it");
    place.map(|place| place.into_os_string().into_string().map_err(unicode)).transpose()
}

/// Reads calls' ids that the window got from us.
pub(crate) fn ids(texts: &[String]) -> Result<Vec<CallId>, Fault> {
    texts.iter().map(|text| id(text)).collect()
}

/// Reads an id that the window got from us.
pub(crate) fn id<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|error: InvalidId| Fault::new(FaultCode::Invalid, error.to_string()))
}
