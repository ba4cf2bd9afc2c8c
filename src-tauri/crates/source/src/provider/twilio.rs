//! Twilio itself: recordings, the calls they are of, and the transcripts that Conversational Intelligence made of them.
//!
//! Twilio lists recordings, not calls. Those of one call (or of one conference) are brought together: what a page of the
//! list shows of a call is that call's item, and whether the page shows all of it is told by the call's own times. Only
//! where it may not, the call's recordings are asked for by themselves.
//!
//! Recordings that were deleted lately are listed too: that they are gone is then known and not guessed.
//!
//! Deliberately absent: anything encrypted with the user's own key. It is named and not played.

mod account;
mod audio;
mod checks;
mod intelligence;
mod listing;
mod record;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use model::{Cancel, Recording, RejectedItem};
use serde_json::Value;

use crate::http::{Allowed, Http, HttpError, Refusal, Request, segment};
use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since};
use crate::transcript_format::json as lenient;
use crate::{Audio, AudioError, AudioRequest, Check, Door, Settings, Source, SourceError, World};

use account::{Account, Accounts};
use intelligence::{Intelligence, Made};
use listing::Group;

const USUAL: &str = "https://api.twilio.com";
/// Twilio gives no more recordings at once.
const MOST_PER_PAGE: u32 = 1_000;
/// Something this young may still be on its way, in milliseconds: a day.
const YOUNG: i64 = 24 * 3_600_000;
/// Where Twilio keeps and serves recordings from; never asked with credentials.
const STORAGE: [&str; 3] = ["*.twilio.com", "*.twiliocdn.com", "*.amazonaws.com"];

/// Twilio with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    Ok(Box::new(Remote::new(Twilio::new(settings, world)?, settings, world)?))
}

struct Twilio {
    http: Http,
    accounts: Accounts,
    intelligence: Intelligence,
    page_size: u32,
    clock: fn() -> i64,
    /// The credential may not read calls; then only recordings are read.
    calls_are_closed: AtomicBool,
    /// The transcripts that were there when the walk underway began.
    made: Mutex<Option<Made>>,
}

impl Twilio {
    fn new(settings: &Settings, world: &World) -> Result<Self, SourceError> {
        settings.expect_server(&[])?;
        let allowed = Allowed { hosts: STORAGE.map(str::to_owned).to_vec() };
        let http = Http::new(settings.address(Some(USUAL))?, allowed, settings, world)?;
        Ok(Self {
            intelligence: Intelligence::new(&http, settings, world)?,
            accounts: Accounts::new(world),
            page_size: settings.number("page_size", 1..=MOST_PER_PAGE)?.unwrap_or(MOST_PER_PAGE),
            clock: world.clock,
            calls_are_closed: AtomicBool::new(false),
            made: Mutex::new(None),
            http,
        })
    }

    /// Asks with the account's credential. If it is refused, it is read anew the next time.
    fn json(&self, account: &Account, request: Request, cancel: &Cancel) -> Result<Value, HttpError> {
        let answer = request.credential(&account.credential()).json(cancel);
        if matches!(&answer, Err(HttpError::Status(refusal)) if refusal.status == 401 && !refusal.elsewhere) {
            self.accounts.forget();
        }
        answer
    }

    fn below(&self, account: &Account, path: &str) -> Request {
        self.http.get(&format!("/2010-04-01/Accounts/{}/{path}", segment(&account.sid)))
    }

    /// All recordings of a call, a conference, or the one that stands alone.
    fn recordings_of(&self, account: &Account, name: &str, cancel: &Cancel) -> Result<Vec<Value>, ItemError> {
        if name.starts_with("RE") {
            let path = format!("Recordings/{}.json", segment(name));
            let request = self.below(account, &path).query("IncludeSoftDeleted", "true");
            return Ok(vec![
                self.json(account, request, cancel).map_err(|error| self.refused(error).into_item_error())?,
            ]);
        }
        let by = if name.starts_with("CF") { "ConferenceSid" } else { "CallSid" };
        let request = self.below(account, "Recordings.json").query(by, name).query("IncludeSoftDeleted", "true");
        let mut request = request.query("PageSize", &MOST_PER_PAGE.to_string());
        let mut recordings = Vec::new();
        // No call has more pages than this; a list that has goes round in circles.
        for _ in 0..20 {
            let answer = self.json(account, request, cancel).map_err(|error| match error {
                // A list that is not there says nothing about a call.
                HttpError::Status(refusal) if refusal.status == 404 => {
                    ItemError::Later("its recordings are not listed".into())
                }
                error => self.refused(error).into_item_error(),
            })?;
            let some = listing::recordings(&answer);
            for recording in some.iter().filter(|recording| listing::name_of(recording) == Some(name)) {
                if !recordings.iter().any(|known: &Value| known["sid"] == recording["sid"]) {
                    recordings.push(recording.clone());
                }
            }
            match listing::next(&self.http, &answer).ok().flatten() {
                Some(next) if !some.is_empty() => request = self.http.found(&next)?,
                _ => break,
            }
        }
        if recordings.is_empty() { Err(ItemError::Gone) } else { Ok(recordings) }
    }

    /// The call itself; null where it is not known any more or may not be read.
    fn details(&self, account: &Account, call_sid: Option<&str>, cancel: &Cancel) -> Result<Value, ItemError> {
        let Some(call_sid) = call_sid.filter(|_| !self.calls_are_closed.load(Ordering::Relaxed)) else {
            return Ok(Value::Null);
        };
        let path = format!("Calls/{}.json", segment(call_sid));
        match self.json(account, self.below(account, &path), cancel) {
            Ok(call) => Ok(call),
            Err(HttpError::Status(refusal)) if refusal.status == 403 && is_own(&refusal) => {
                self.calls_are_closed.store(true, Ordering::Relaxed);
                Ok(Value::Null)
            }
            Err(HttpError::Status(refusal)) if refusal.status == 404 && is_own(&refusal) => Ok(Value::Null),
            Err(error) => Err(self.refused(error).into_item_error()),
        }
    }

    /// A 401 in words that say what to do here.
    fn refused(&self, error: HttpError) -> Failure {
        match &error {
            HttpError::Status(refusal) if refusal.status == 401 && !refusal.elsewhere => {
                Failure::Credentials(account::refused())
            }
            _ => Failure::Http(error),
        }
    }
}

/// A request that failed, with Twilio's own reading of a refusal.
enum Failure {
    Credentials(SourceError),
    Http(HttpError),
}

impl From<Failure> for SourceError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Credentials(error) => error,
            Failure::Http(error) => error.into(),
        }
    }
}

impl Failure {
    /// What it means for the call that was asked for.
    fn into_item_error(self) -> ItemError {
        match self {
            Self::Credentials(error) => ItemError::Stop(error),
            Self::Http(error) => unread(error),
        }
    }
}

/// What could not be read of a call. Only Twilio itself can say that something is gone; what somebody between here and
/// there answers is no reason to do without it.
fn unread(error: HttpError) -> ItemError {
    match &error {
        HttpError::Status(refusal) if matches!(refusal.status, 404 | 410) && !is_own(refusal) => {
            ItemError::Later(format!("its details: {error}"))
        }
        _ => error.into(),
    }
}

/// Whether Twilio itself refuses: it does so in JSON.
fn is_own(refusal: &Refusal) -> bool {
    !refusal.elsewhere && refusal.json().is_some_and(|body| body.is_object())
}

impl Server for Twilio {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        checks::run(self, cancel)
    }

    fn begin(&self) {
        self.calls_are_closed.store(false, Ordering::Relaxed);
        self.intelligence.begin();
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let account = self.accounts.get()?;
        let from_ms = since.and_then(|since| since.from_ms).map(listing::day_before);
        let request = match at {
            Some(next) => self.http.found(next)?,
            None => {
                let request = self.below(&account, "Recordings.json").query("PageSize", &self.page_size.to_string());
                let request = request.query("IncludeSoftDeleted", "true");
                match from_ms {
                    Some(from_ms) => request.query("DateCreated>", &listing::date(from_ms)),
                    None => request,
                }
            }
        };
        let answer = self.json(&account, request, cancel).map_err(|error| self.refused(error))?;
        let recordings = answer["recordings"].as_array().ok_or_else(|| {
            SourceError::Nonsense("the answer holds no list of recordings; check the address and the kind".into())
        })?;
        let mut listed = Listed { newest_first: listing::is_newest_first(recordings), ..Listed::default() };
        match listing::next(&self.http, &answer) {
            Ok(next) => listed.next = next,
            Err(why) => listed.doubt = Some(why),
        }
        let (groups, unreadable) = listing::group(recordings);
        let is_last = listed.next.is_none() && listed.doubt.is_none();
        let covered = listing::covered(recordings, at.is_none(), is_last, from_ms);
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if at.is_none() {
            *made = None;
        }
        let made = made.get_or_insert_with(|| self.intelligence.made(&account, from_ms, (self.clock)(), cancel));
        listed.items = groups.into_iter().map(|group| group.into_item(&covered, made)).collect();
        listed.rejected = unreadable
            .into_iter()
            .map(|(index, reason)| RejectedItem {
                item: format!("recording {} of a page of the list", index + 1),
                reason,
            })
            .collect();
        Ok(listed)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let account = self.accounts.get().map_err(ItemError::Stop)?;
        let mut recordings = match &item.listed {
            Value::Null => self.recordings_of(&account, &item.remote_id, cancel)?,
            listed => listing::recordings(listed).to_vec(),
        };
        let call_sid = recordings.iter().find_map(|recording| lenient::text(&recording["call_sid"]));
        let call = self.details(&account, call_sid, cancel)?;
        if !item.listed.is_null() && !Group::is_whole(&item.listed, &recordings, &call) {
            recordings = self.recordings_of(&account, &item.remote_id, cancel)?;
        }
        recordings.sort_by_key(listing::when);
        let mut record = record::record(&item.remote_id, &recordings, &call);
        let now_ms = (self.clock)();
        let mut settled = record::is_settled(&recordings, &call);
        let heard = self.intelligence.transcript(&account, &record.recordings, &recordings, now_ms, cancel)?;
        settled &= heard.settled;
        heard.into_record(&mut record);
        Ok(Found { record, settled })
    }

    fn doors(&self, _recording: &Recording) -> Vec<Door> {
        vec![Door::Source]
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        audio::fetch(self, ask)
    }

    fn requests(&self) -> u64 {
        self.http.requests() + self.intelligence.requests()
    }
}
