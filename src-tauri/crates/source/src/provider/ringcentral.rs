//! RingCentral itself: the account's call log, its recordings, and what RingSense made of them.
//!
//! How the call log is walked:
//! - A walk over everything begins with a full synchronisation (`call-log-sync`, `FSync`), which brings the newest calls
//!   and a token. If there are more calls, the call log proper is read instead, page by page, as far back as it goes. The
//!   token is from before the log is read, so that what happens meanwhile is shown by the next walk.
//! - Any other walk asks what changed since the token (`ISync`): new calls, changed ones, deleted ones. An answer that is
//!   full may have left something out, so the log since the newest known call is read behind it. A token that is refused
//!   is replaced by a new full synchronisation.
//! - Records of one telephony session are one call, and the recordings of its legs are its own. Where a page may have cut
//!   a session in two, its records travel in the cursor to the next page.
//!
//! RingSense is asked for each recording. While the call is young, "not there" means "not yet", and it is asked again.
//! RingCentral keeps recordings for 90 days; that is taken for their expiry.
//!
//! Deliberately absent: faxes, and the proactive counting of requests per minute; whoever is told to wait waits.

use model::{Cancel, Recording};
use serde_json::Value;

use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since};
use crate::{Audio, AudioError, AudioRequest, Check, Door, Settings, Source, SourceError, World};

pub(crate) mod account;
mod call;
mod grant;
mod insights;
mod log;
mod recent;
mod sessions;

pub(crate) use account::Account;

/// Where RingCentral is, unless the settings say otherwise.
pub(crate) const USUAL: &str = "https://platform.ringcentral.com";
/// For how long RingCentral keeps a recording after the call, in milliseconds.
pub(crate) const KEPT: i64 = 90 * 24 * 3_600_000;
/// How long after a call what is not there may still come, in milliseconds.
pub(crate) const FRESH: i64 = 24 * 3_600_000;

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    settings.expect_server(&[])?;
    let account = Account::new(settings.address(Some(USUAL))?, &world.name, settings, world)?;
    let per_page = settings.number("page_size", 1..=1000)?.unwrap_or(1000);
    let server =
        RingCentral { account, per_page, insights: insights::RingSense::default(), recent: recent::Recent::default() };
    Ok(Box::new(Remote::new(server, settings, world)?))
}

struct RingCentral {
    account: Account,
    per_page: u32,
    insights: insights::RingSense,
    recent: recent::Recent,
}

impl RingCentral {
    /// The records of a call that is asked for again.
    fn records(&self, item: &Item, cancel: &Cancel) -> Result<Vec<Value>, ItemError> {
        let ids = item.handle.as_deref().unwrap_or(&item.remote_id);
        let record = |id| self.recent.record(&self.account, self.per_page, id, cancel);
        Ok(ids.split(',').map(record).collect::<Result<_, _>>()?)
    }
}

impl Server for RingCentral {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        self.account.test(cancel)
    }

    fn begin(&self) {
        self.recent.forget();
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        log::Log { account: &self.account, per_page: self.per_page, cancel }.list(since, at)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let records = match item.listed.as_array() {
            Some(records) => records.clone(),
            None => self.records(item, cancel)?,
        };
        let mut record = call::record(&item.remote_id, &records);
        let ended_ms = call::ended_ms(&record);
        let is_fresh = ended_ms.is_none_or(|ms| self.account.now_ms() - ms < FRESH);
        let is_complete = self.insights.add(&self.account, &mut record, cancel)?;
        Ok(Found { record, settled: call::is_over(&records) && (is_complete || !is_fresh) })
    }

    fn doors(&self, _recording: &Recording) -> Vec<Door> {
        vec![Door::Source]
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        self.account.content(&ask.recording.remote_id, ask)
    }

    fn requests(&self) -> u64 {
        self.account.requests()
    }
}
