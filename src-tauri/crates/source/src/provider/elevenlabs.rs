//! ElevenLabs itself: conversations of its agents, read with the user's own API key.
//!
//! The list is paged by cursor, newest first, and can begin at a moment; everything about a conversation is in its details,
//! which are asked for only where the list says that something changed. A recording's `storage_path` is the conversation's
//! id, as it is for a server in front of ElevenLabs, so that audio kept under that id is found by either.
//!
//! Deliberately absent: anything that writes, and webhooks, which need an address that the provider can reach.

mod conversations;
mod record;

pub(crate) use conversations::Conversations;
pub(crate) use record::{Conversation, RECORDING};

use model::{Cancel, Outcome, Recording, RejectedItem};
use serde_json::Value;

use crate::remote::{Found, Item, ItemError, Listed, Remote, Server, Since, checks, revision_of};
use crate::transcript_format::json;
use crate::{Audio, AudioError, AudioRequest, Check, Door, Settings, Source, SourceError, World};

/// Where it is, unless the settings say otherwise (a residency has a host of its own).
pub(crate) const USUAL: &str = "https://api.elevenlabs.io";
/// The largest page it gives.
const LARGEST_PAGE: u32 = 100;

/// A source of this kind with these settings.
pub(crate) fn open(settings: &Settings, world: &World) -> Result<Box<dyn Source>, SourceError> {
    settings.expect_server(&[])?;
    let server = ElevenLabs {
        page_size: settings.number("page_size", 1..=LARGEST_PAGE)?.unwrap_or(LARGEST_PAGE),
        conversations: Conversations::new(settings.address(Some(USUAL))?, &world.name, settings, world)?,
        clock: world.clock,
    };
    Ok(Box::new(Remote::new(server, settings, world)?))
}

struct ElevenLabs {
    conversations: Conversations,
    page_size: u32,
    clock: fn() -> i64,
}

impl Server for ElevenLabs {
    fn test(&self, cancel: &Cancel) -> Vec<Check> {
        let newest = self.conversations.page(None, None, 1, cancel);
        let mut checks = checks::of_list(&newest, "the API key", "conversations");
        if let Ok(page) = &newest {
            checks.push(self.test_audio(page, cancel));
        }
        checks
    }

    fn list(&self, since: Option<&Since>, at: Option<&str>, cancel: &Cancel) -> Result<Listed, SourceError> {
        let after = since.and_then(|since| since.from_ms).map(|ms| ms.div_euclid(1000));
        let page = self.conversations.page(after, at, self.page_size, cancel)?;
        let Some(entries) = page["conversations"].as_array() else {
            let words = "the answer holds no list of conversations: check that the address is ElevenLabs' own";
            return Err(SourceError::Nonsense(words.into()));
        };
        let mut listed = Listed { newest_first: true, ..Listed::default() };
        for (index, entry) in entries.iter().enumerate() {
            match item(entry) {
                Some(item) => listed.items.push(item),
                None => listed.rejected.push(RejectedItem {
                    item: format!("item {} of a page of conversations", index + 1),
                    reason: "it has no conversation_id, so it cannot be told from others; it is left out".into(),
                }),
            }
        }
        listed.next = json::text(&page["next_cursor"]).filter(|_| page["has_more"] != false).map(str::to_owned);
        if listed.next.is_none() && page["has_more"] == true {
            listed.doubt = Some("the server says that there is more and does not say where".into());
        }
        Ok(listed)
    }

    fn call(&self, item: &Item, cancel: &Cancel) -> Result<Found, ItemError> {
        let details = self.conversations.one(&item.remote_id, cancel)?;
        let listed = match &item.handle {
            Some(kept) if item.listed.is_null() => serde_json::from_str(kept).unwrap_or_default(),
            _ => item.listed.clone(),
        };
        Conversation::new(&details)?.found(&item.remote_id, &listed, (self.clock)())
    }

    fn doors(&self, _recording: &Recording) -> Vec<Door> {
        vec![Door::Source]
    }

    fn audio(&self, ask: &AudioRequest<'_>) -> Result<Audio, AudioError> {
        match ask.door {
            Door::Source => self.conversations.audio(ask.remote_id, ask.resume, (self.clock)(), ask.cancel),
            Door::Provider | Door::Legacy => {
                Err(AudioError::new(Outcome::NotFound, "ElevenLabs keeps the recording in one place only"))
            }
        }
    }

    fn requests(&self) -> u64 {
        self.conversations.requests()
    }
}

impl ElevenLabs {
    /// Whether audio may be had, tried on the newest conversation if it has any; its bytes are not read.
    fn test_audio(&self, page: &Value, cancel: &Cancel) -> Check {
        let newest = json::list(&page["conversations"]).first().and_then(item);
        let untried = || checks::fine("audio was not tried: the newest conversation has none yet");
        let Some(item) = newest else { return untried() };
        let details = match self.conversations.one(&item.remote_id, cancel) {
            Ok(details) => details,
            Err(error) => return checks::failed(format!("the newest conversation cannot be read: {error}")),
        };
        let has_audio = Conversation::new(&details).is_ok_and(|conversation| conversation.has_audio());
        if !has_audio {
            return untried();
        }
        match self.conversations.audio(&item.remote_id, None, (self.clock)(), cancel) {
            Ok(_) => checks::fine("audio may be fetched"),
            Err(error) => checks::failed(format!("audio cannot be fetched: {error}")),
        }
    }
}

fn item(entry: &Value) -> Option<Item> {
    Some(Item {
        remote_id: json::scalar(&entry["conversation_id"])?,
        started_ms: json::moment(&entry["start_time_unix_secs"]).map(|moment| moment.utc_ms),
        revision: revision_of(entry),
        handle: Some(only_listed(entry)),
        listed: entry.clone(),
    })
}

/// What the details may never say, kept for when the conversation is asked for again without a list.
fn only_listed(entry: &Value) -> String {
    let names = ["agent_name", "direction", "start_time_unix_secs"];
    let members = names.into_iter().filter(|name| !entry[*name].is_null());
    members.map(|name| (name.to_owned(), entry[name].clone())).collect::<Value>().to_string()
}
