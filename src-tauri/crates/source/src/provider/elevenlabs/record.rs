//! A conversation's details as a call.

use model::{AudioFacts, CallRecord, Direction, Moment, Outcome, Recording};
use serde_json::Value;

use crate::AudioError;
use crate::remote::{Found, ItemError, YOUNG};
use crate::transcript_format::{self, Hint, Recognised, json};

/// The name of a conversation's only recording.
pub(crate) const RECORDING: &str = "audio";
/// How long after its start a conversation's audio may still appear, in milliseconds: a day.
const AUDIO_MAY_COME: i64 = 24 * 3_600_000;

/// What the provider says about one conversation.
pub(crate) struct Conversation<'a> {
    details: &'a Value,
}

impl<'a> Conversation<'a> {
    /// Takes the provider's answer, if it is one.
    pub fn new(details: &'a Value) -> Result<Self, ItemError> {
        if details.is_object() {
            Ok(Self { details })
        } else {
            Err(ItemError::Bad("its details are not a JSON object: they cannot be read".into()))
        }
    }

    /// The call, and whether anything more is to come. `listed` is its item of the list: what the details leave out.
    pub fn found(&self, id: &str, listed: &Value, now_ms: i64) -> Result<Found, ItemError> {
        let mut read = self.read()?;
        self.complete(&mut read, listed);
        let started_ms = read.call.started_at.as_ref().map(|at| at.utc_ms);
        let may_change = started_ms.is_none_or(|started| now_ms - started < YOUNG);
        let recordings = self.recording(id, &read).into_iter().collect();
        let record = CallRecord {
            remote_id: id.to_owned(),
            recordings,
            transcript: Some(read.transcript).filter(|transcript| !transcript.turns.is_empty()),
            insights: read.insights,
            metadata: read.metadata,
            call: read.call,
            ..CallRecord::default()
        };
        Ok(Found { record, settled: self.is_over() || !may_change })
    }

    /// Only the list has the agent's name, and the direction of what was no telephone call.
    fn complete(&self, read: &mut Recognised, listed: &Value) {
        let call = &mut read.call;
        if json::text(&self.details["agent_name"]).is_none() {
            call.agent = json::scalar(&listed["agent_name"]).or(call.agent.take());
        }
        call.direction = call.direction.or_else(|| json::text(&listed["direction"]).and_then(Direction::parse));
        call.started_at = call.started_at.take().or_else(|| json::moment(&listed["start_time_unix_secs"]));
        call.duration_ms = call.duration_ms.or_else(|| json::duration(&listed["call_duration_secs"]));
        call.title = call.title.take().or_else(|| json::scalar(&listed["call_summary_title"]));
        call.outcome = call.outcome.take().or_else(|| json::scalar(&listed["call_successful"]));
        if let Some(summary) = json::text(&listed["transcript_summary"]) {
            let insights = read.insights.get_or_insert_default();
            insights.summary = insights.summary.take().or_else(|| Some(summary.to_owned()));
        }
    }

    /// What was said and concluded, and the facts of the call.
    pub fn read(&self) -> Result<Recognised, ItemError> {
        let hint = Hint { file_name: "", started_at: None };
        let read = transcript_format::read_as("elevenlabs", &hint, self.details);
        match read {
            Some(Ok(read)) => Ok(read),
            Some(Err(error)) => Err(ItemError::Bad(format!("its details: {error}"))),
            None => Err(ItemError::Bad("its details cannot be read".into())),
        }
    }

    /// Whether it has a recording now.
    pub fn has_audio(&self) -> bool {
        let has = &self.details["has_audio"];
        self.is_over() && self.deleted_at().is_none() && *has != false
    }

    /// When the provider will delete its audio, or did.
    pub fn expires_at(&self) -> Option<Moment> {
        let planned = &self.details["metadata"]["deletion_settings"]["deletion_time_unix_secs"];
        self.deleted_at().or_else(|| json::moment(planned))
    }

    /// Why its recording was not found.
    pub fn why_no_audio(&self, now_ms: i64) -> AudioError {
        let started = json::moment(&self.details["metadata"]["start_time_unix_secs"]);
        let is_young = started.is_some_and(|at| now_ms - at.utc_ms < AUDIO_MAY_COME);
        if let Some(at) = self.deleted_at() {
            let words = format!("ElevenLabs deleted the audio at {}, as its retention settings say", at.to_rfc3339());
            return AudioError::new(Outcome::Gone, words);
        }
        let (outcome, words) = if !self.is_over() {
            (Outcome::NotYet, "ElevenLabs is still working on this conversation")
        } else if is_young {
            (Outcome::NotYet, "ElevenLabs has no audio of this conversation yet")
        } else {
            (Outcome::NotFound, "ElevenLabs has no audio of this conversation")
        };
        AudioError::new(outcome, words)
    }

    /// Whether it has ended and been worked on. A state that is not known counts as one on the way.
    pub fn is_over(&self) -> bool {
        match json::text(&self.details["status"]) {
            Some(status) => matches!(status.to_ascii_lowercase().as_str(), "done" | "failed"),
            None => !json::list(&self.details["transcript"]).is_empty(),
        }
    }

    fn recording(&self, id: &str, read: &Recognised) -> Option<Recording> {
        (self.has_audio() || self.deleted_at().is_some()).then(|| Recording {
            remote_id: RECORDING.to_owned(),
            storage_path: Some(id.to_owned()),
            claimed: AudioFacts { duration_ms: read.call.duration_ms, ..AudioFacts::default() },
            expires_at: self.expires_at(),
            ..Recording::default()
        })
    }

    /// When the provider deleted its audio, if it did.
    fn deleted_at(&self) -> Option<Moment> {
        json::moment(&self.details["metadata"]["deletion_settings"]["deleted_audio_at_time_unix_secs"])
    }
}
