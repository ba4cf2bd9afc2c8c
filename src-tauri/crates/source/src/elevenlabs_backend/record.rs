//! A call log as a call.

use std::borrow::Cow;

use model::{AudioFacts, CallRecord, Direction, Insights, Moment, Recording, Sentiment};
use serde_json::Value;

use crate::lift;
use crate::provider::elevenlabs::{Conversation, RECORDING};
use crate::remote::{Found, ItemError};
use crate::transcript_format::{self, Hint, json};

/// How long after a call what is missing may still come, in milliseconds: a day.
const MAY_COME: i64 = 24 * 3_600_000;
/// Words for a call, a summary or audio that is still being worked on.
const ON_THE_WAY: [&str; 14] = [
    "active",
    "fetching",
    "generating",
    "in-progress",
    "in_progress",
    "initiated",
    "ongoing",
    "pending",
    "processing",
    "queued",
    "ringing",
    "running",
    "scheduled",
    "started",
];

/// A call log as the server wrote it.
pub(super) struct CallLog<'a>(&'a Value);

/// A call in the making.
pub(super) struct Draft {
    record: CallRecord,
    is_young: bool,
    is_open: bool,
    lacks_transcript: bool,
}

impl<'a> CallLog<'a> {
    pub fn new(value: &'a Value) -> Option<Self> {
        value.is_object().then_some(Self(value))
    }

    /// Whether it holds all there is; a list might leave the transcripts out.
    pub fn is_whole(&self) -> bool {
        self.0.get("transcript").is_some() || self.is_on_the_way()
    }

    /// The conversation's id at ElevenLabs.
    pub fn conversation_id(&self) -> Option<String> {
        let own = json::scalar(json::first(self.0, &["conversationId", "elevenLabsCallId"]));
        own.or_else(|| json::scalar(&self.0["externalCallId"]).filter(|id| id.starts_with("conv_")))
    }

    pub fn read(&self, now_ms: i64) -> Result<Draft, ItemError> {
        let started_at = self.started_at();
        let hint = Hint { file_name: "", started_at: started_at.as_ref() };
        let read = match transcript_format::read_as("call-log", &hint, self.0) {
            Some(Ok(read)) => read,
            Some(Err(error)) => return Err(ItemError::Bad(format!("its call log: {error}"))),
            None => return Err(ItemError::Bad("its call log cannot be read".into())),
        };
        let is_young = started_at.as_ref().is_none_or(|at| now_ms - at.utc_ms < MAY_COME);
        let has_turns = !read.transcript.turns.is_empty();
        let mut record = CallRecord {
            call: read.call,
            transcript: has_turns.then_some(read.transcript),
            insights: self.insights(read.insights.unwrap_or_default()),
            metadata: read.metadata,
            ..CallRecord::default()
        };
        record.call.started_at = started_at;
        for name in ["agentId", "organizationId"] {
            let id = json::scalar(&self.0[name]).filter(|id| id.len() <= 256);
            record.call.external_ids.extend(id.map(|id| (name.to_owned(), id)));
        }
        self.set_direction(&mut record);
        record.recordings = self.recording(&record).into_iter().collect();
        Ok(Draft {
            record,
            is_young,
            is_open: self.is_on_the_way() || self.is_pending("summaryStatus") || self.is_pending("audioFetchStatus"),
            // A server that missed a call's end says for ever that it goes on; in a failed call something may have been said.
            lacks_transcript: !(has_turns || self.is_silent() || is_young && self.is_on_the_way()),
        })
    }

    fn is_on_the_way(&self) -> bool {
        self.is_pending("status")
    }

    fn is_pending(&self, name: &str) -> bool {
        json::text(&self.0[name]).is_some_and(|word| ON_THE_WAY.contains(&word.to_ascii_lowercase().as_str()))
    }

    /// An empty list says that nobody spoke; null and `{}` say nothing.
    fn is_silent(&self) -> bool {
        unpacked(&self.0["transcript"]).as_array().is_some_and(Vec::is_empty)
    }

    /// `createdAt` may be when the server took the call over, so anything that says when it began is believed first.
    fn started_at(&self) -> Option<Moment> {
        const NAMES: [&str; 5] = ["start_time_unix_secs", "startTime", "start_time", "startedAt", "started_at"];
        let inner = ["metadata", "summaryMetadata"].map(|name| unpacked(&self.0[name]));
        let places = [inner[0].as_ref(), self.0, inner[1].as_ref()];
        let said = places.iter().find_map(|place| NAMES.iter().find_map(|name| lift::moment(&place[*name])));
        said.or_else(|| lift::moment(&self.0["createdAt"]))
    }

    /// The number is the other side's; who rang is said in some versions only.
    fn set_direction(&self, record: &mut CallRecord) {
        let inner = unpacked(&self.0["metadata"]);
        let said = [&self.0["direction"], &inner["direction"], &inner["phone_call"]["direction"]];
        record.call.direction = said.into_iter().find_map(|value| Direction::parse(value.as_str()?));
        if record.call.direction == Some(Direction::Outbound) {
            record.call.to = record.call.from.take();
        }
    }

    /// What the server concluded; the names inside `summaryMetadata` are not fixed.
    fn insights(&self, mut insights: Insights) -> Option<Insights> {
        let extra = unpacked(&self.0["summaryMetadata"]);
        let list = |names: &[&str]| -> Vec<String> {
            json::list(json::first(&extra, names)).iter().filter_map(lift::text).collect()
        };
        insights.topics = list(&["topics", "keyTopics", "key_topics"]);
        insights.action_items = list(&["actionItems", "action_items", "nextSteps", "next_steps"]);
        insights.intent = json::text(&extra["intent"]).map(str::to_owned);
        let mood = &extra["sentiment"];
        let overall = json::text(mood).or_else(|| json::text(json::first(mood, &["overall", "label"])));
        let score = json::number(json::first(&extra, &["sentimentScore", "sentiment_score"]))
            .or_else(|| json::number(&mood["score"]))
            .filter(|score| score.is_finite());
        if overall.is_some() || score.is_some() {
            insights.sentiment = Some(Sentiment { overall: overall.map(str::to_owned), score });
        }
        (!insights.is_empty()).then_some(insights)
    }

    /// Where the audio may lie besides the server's store: an address of a file in that store leads nowhere new.
    fn older_address(&self) -> Option<&str> {
        let key = json::text(&self.0["audioStorageKey"]);
        let is_in_store = |address: &str| key.is_some_and(|key| address.ends_with(key));
        let addresses = || ["recordingUrl", "audioUrl"].iter().filter_map(|name| json::text(&self.0[*name]));
        addresses().find(|address| !is_in_store(address)).or_else(|| addresses().next())
    }

    /// Every call that came from ElevenLabs may have a recording, whatever the server says of its last try to fetch it.
    fn recording(&self, record: &CallRecord) -> Option<Recording> {
        let storage_path = self.conversation_id();
        let legacy_url = self.older_address();
        let is_kept = json::text(&self.0["audioStorageKey"]).is_some()
            || json::text(&self.0["audioFetchStatus"]).is_some_and(|status| matches!(status, "available" | "pending"));
        (storage_path.is_some() || legacy_url.is_some() || is_kept).then(|| Recording {
            remote_id: RECORDING.to_owned(),
            storage_path,
            legacy_url: legacy_url.map(str::to_owned),
            claimed: AudioFacts { duration_ms: record.call.duration_ms, ..AudioFacts::default() },
            ..Recording::default()
        })
    }
}

impl Draft {
    /// The call is over and nobody has said what was said.
    pub fn lacks_transcript(&self) -> bool {
        self.lacks_transcript
    }

    /// Takes over what the provider knows: its start, which is the call's own, and whatever the server lacks.
    pub fn add(&mut self, conversation: &Conversation<'_>) -> Result<(), ItemError> {
        let read = conversation.read()?;
        let record = &mut self.record;
        if read.call.direction.is_some() {
            (record.call.from, record.call.to) = (read.call.from.clone(), read.call.to.clone());
        }
        record.call.started_at = read.call.started_at.clone().or(record.call.started_at.take());
        lift::fill(&mut record.call, read.call);
        self.is_open |= !conversation.is_over();
        self.lacks_transcript = false;
        if !read.transcript.turns.is_empty() {
            record.transcript = Some(read.transcript);
        }
        if record.insights.is_none() {
            record.insights = read.insights;
        }
        if !read.metadata.is_empty() {
            record.metadata.insert("elevenlabs".to_owned(), Value::Object(read.metadata));
        }
        for recording in &mut record.recordings {
            recording.claimed.duration_ms = recording.claimed.duration_ms.or(record.call.duration_ms);
            recording.expires_at = conversation.expires_at();
        }
        Ok(())
    }

    /// The provider could not be asked now, however old the call is.
    pub fn provider_failed(&mut self) {
        (self.is_open, self.is_young) = (true, true);
    }

    pub fn finish(self, remote_id: &str) -> Found {
        let record = CallRecord { remote_id: remote_id.to_owned(), ..self.record };
        Found { record, settled: !self.is_young || !(self.is_open || self.lacks_transcript) }
    }
}

/// A value that may have been written as JSON inside a string.
fn unpacked(value: &Value) -> Cow<'_, Value> {
    let inside = value.as_str().filter(|text| text.trim_start().starts_with(['{', '[']));
    match inside.and_then(|text| json::parse(text).ok()) {
        Some(inside) => Cow::Owned(inside),
        None => Cow::Borrowed(value),
    }
}
