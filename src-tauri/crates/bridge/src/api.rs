//! The whole contract between the window and the application, on one page: every command with its arguments and answer,
//! and every event. The dispatcher, the TypeScript types and the typed client are made from this list; a command without
//! a handler does not compile.

use crate::command::commands;
use crate::event::{JobProgress, PlayerState};
use crate::view::*;

commands! {
    // The library
    /// The calls matching a filter, a page at a time, in the list's order.
    list_calls(ListQuery) -> CallPage;
    /// Up to `limit` rows starting at an absolute position in the list, for jumping with the scroll bar.
    list_calls_at(ListAt) -> Vec<CallRow>;
    /// How many calls match a filter.
    count_calls(Filter) -> u32;
    /// What the filters can offer: agents, statuses, sentiments, topics and sources that occur.
    facets(Nothing) -> Facets;
    /// Everything known about one call.
    show_call(CallRef) -> CallView;
    /// Hits in what was said, newest call first.
    search(SearchQuery) -> SearchPage;
    /// How many calls and turns a search finds in all; may take longer than a page.
    count_search(SearchQuery) -> SearchCount;
    /// Numbers for the navigation: calls in all, today, downloaded, not yet.
    overview(Nothing) -> Overview;

    // Listening
    /// Opens a call's recording in the player, fetching it into the cache first if needed. Does not start it.
    open_recording(OpenRecording) -> Opened;
    /// A command to the player.
    player(PlayerCommand) -> Nothing;

    // Audio at hand
    /// Asks for the audio of calls; what is not here is fetched in the background, and the job tells how far that is.
    download_calls(SomeCalls) -> DownloadStatus;
    /// What waits to be fetched.
    download_status(Nothing) -> DownloadStatus;
    /// Has the downloads rest, or go on; they rest also after the window was closed.
    pause_downloads(PauseDownloads) -> DownloadStatus;
    /// Forgets what waits to be fetched. What came stays.
    clear_downloads(Nothing) -> DownloadStatus;
    /// Has calls' audio stay here, fetching what is not, or no longer.
    pin_calls(PinCalls) -> Nothing;
    /// Has the audio of all that a search finds stay here, now and later.
    pin_search(PinSearch) -> Nothing;
    /// Forgets a pinned search.
    unpin_search(PinnedSearchRef) -> Nothing;
    /// How much is in the cache, and how much may be.
    cache(Nothing) -> CacheView;
    /// Sets how much may be in the cache; what is too much leaves at once, what was played longest ago first.
    set_cache_limit(SetCacheLimit) -> CacheView;
    /// Tidies the cache: stray files, broken ones, and what sources' rules no longer keep.
    tidy_cache(TidyCache) -> Tidied;

    // Cases
    /// The cases, newest first.
    list_cases(Nothing) -> Vec<CaseView>;
    /// Makes a case.
    make_case(CaseFacts) -> CaseView;
    /// Changes what is said about a case.
    change_case(ChangeCase) -> CaseView;
    /// Removes a case; its calls stay and are held no longer.
    remove_case(CaseRef) -> Nothing;
    /// Puts calls into a case.
    put_in_case(CaseCalls) -> CallsMoved;
    /// Takes calls out of a case.
    take_from_case(CaseCalls) -> CallsMoved;
    /// How much of some calls' audio is here.
    completeness(SomeCalls) -> Completeness;

    // Evidence
    /// What an export would be.
    plan_export(ExportOrder) -> ExportPlan;
    /// Exports calls and verifies what was written; a job tells how far that is and can be cancelled.
    export_calls(ExportOrder) -> Exported;
    /// Verifies an export; a job tells how far that is and can be cancelled.
    verify_export(VerifyExport) -> Verified;
    /// The key that exports are signed with; made if there is a keychain and no key yet.
    signing_key(Nothing) -> SigningKeyView;
    /// Has the pointer, whose button is held, drag a recording's audio out of the window as a file; answers when it is dropped.
    drag_recording_out(RecordingRef) -> Nothing;
    /// Entries of the audit log, newest first, a page at a time.
    audit_log(AuditQuery) -> AuditPage;
    /// Whether the audit log is whole.
    check_audit_log(Nothing) -> AuditHealth;
    /// Writes entries of the audit log into a file.
    save_audit_log(SaveAudit) -> Nothing;

    // Sources
    /// The configured sources with their last result.
    list_sources(Nothing) -> Vec<SourceView>;
    /// The kinds of source that can be added and what each needs.
    source_kinds(Nothing) -> Vec<SourceKind>;
    /// Adds a source and begins its first sync.
    add_source(NewSource) -> SourceView;
    /// Changes what a source was configured with.
    change_source(ChangeSource) -> SourceView;
    /// Gives a source a new secret and has it looked at again.
    sign_in(SignIn) -> SourceView;
    /// Has a server send a code by e-mail.
    request_code(RequestCode) -> Nothing;
    /// Signs in with that code.
    verify_code(VerifyCode) -> SourceView;
    /// What works and what is missing at a source.
    test_source(SourceRef) -> Vec<SourceCheck>;
    /// Removes a source; its calls stay unless they are to be forgotten too, and are in no case.
    remove_source(RemoveSource) -> SourceRemoved;
    /// Begins a sync in the background; its progress comes as events.
    sync_source(SyncSource) -> Nothing;
    /// Asks a running job to stop.
    cancel_job(JobRef) -> Nothing;
    /// The jobs running now.
    jobs(Nothing) -> Vec<JobProgress>;
    /// The last sync runs of a source, newest first.
    sync_history(SourceRef) -> Vec<SyncRun>;

    // The network
    /// Whether anything may be asked over the network.
    network(Nothing) -> NetworkState;
    /// The user's switch: nothing is asked over the network any more, or again.
    set_offline(SetOffline) -> NetworkState;

    // The window
    /// The call the program was asked to open when it was started.
    first_call(Nothing) -> Option<FirstCall>;
    /// Lets the user choose a folder in the system's dialog; nothing if they change their mind.
    choose_folder(Nothing) -> Option<String>;
    /// Lets the user choose a file in the system's dialog.
    choose_file(Nothing) -> Option<String>;
    /// Lets the user choose where to save a file.
    choose_save_place(SaveAs) -> Option<String>;
    /// Shows a file or folder where the system's file manager has it.
    show_in_folder(PathRef) -> Nothing;
    /// The settings of this library.
    settings(Nothing) -> Settings;
    /// Changes the settings.
    change_settings(Settings) -> Settings;
    /// What the About box and a bug report need.
    about(Nothing) -> About;
}

/// What the application tells the window without being asked.
#[derive(Clone, Debug, serde::Serialize, ts_rs::TS)]
#[serde(tag = "event", content = "data", rename_all = "snake_case")]
pub enum Event {
    /// The player's state, when it changes and about ten times a second while playing.
    Player(PlayerState),
    /// A job began, moved on or ended.
    Job(JobProgress),
    /// Calls were added, changed or removed; what is on screen may be out of date.
    LibraryChanged,
    /// The network was switched off or on, or went away or came back.
    NetworkChanged,
    /// The list of sources or their results changed.
    SourcesChanged,
    /// Cases were made, changed, filled or removed.
    CasesChanged,
    /// Files or folders were dropped onto the window: their paths.
    FilesDropped(Vec<String>),
    /// An item of the native menu was chosen: the name of a window command.
    Menu(String),
}
