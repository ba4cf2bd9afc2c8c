use app::{StoredCall, StoredRecording};
use model::{Attempt, Insights, Metric, Party, Role, Transcript, Turn, Word};

use super::js;
use crate::view::{
    AttemptView, CallRow, CallView, InsightsView, MetricView, NamedValue, PartyView, RecordingView, TranscriptView,
    TurnView, WordView,
};

impl From<StoredCall> for CallView {
    fn from(stored: StoredCall) -> Self {
        let record = stored.record;
        let call = record.call;
        let cost = call.cost.map(|cost| match cost.unit {
            Some(unit) => format!("{} {unit}", cost.amount),
            None => cost.amount,
        });
        Self {
            row: CallRow::from(stored.row),
            ended_ms: call.ended_at.map(|at| js(at.utc_ms)),
            parties: [("from", call.from), ("to", call.to)].into_iter().filter_map(party).collect(),
            tenant: call.tenant,
            campaign: call.campaign,
            outcome: call.outcome,
            cost,
            started_original: call.started_at.and_then(|at| at.original),
            external_ids: call.external_ids.into_iter().map(|(name, value)| NamedValue { name, value }).collect(),
            pinned: false,
            cases: Vec::new(),
            recordings: stored.recordings.into_iter().map(RecordingView::from).collect(),
            transcript: record.transcript.map(TranscriptView::from),
            insights: record.insights.map(InsightsView::from),
            metrics: record.metrics.into_iter().map(MetricView::from).collect(),
            metadata: record.metadata,
        }
    }
}

fn party((side, party): (&str, Option<Party>)) -> Option<PartyView> {
    let Party { number, name } = party?;
    Some(PartyView { side: side.to_owned(), number, name })
}

impl From<StoredRecording> for RecordingView {
    fn from(recording: StoredRecording) -> Self {
        let facts = recording.facts();
        Self {
            id: recording.id.to_string(),
            remote_id: recording.record.remote_id,
            format: facts.format,
            codec: facts.codec,
            sample_rate: facts.sample_rate,
            channels: facts.channels,
            duration_ms: facts.duration_ms.map(js),
            bytes: facts.bytes.map(|bytes| bytes as f64),
            sha256: facts.sha256,
            audio: recording.state.as_str().to_owned(),
            expires_ms: recording.record.expires_at.map(|at| js(at.utc_ms)),
            next_try_ms: recording.next_try_ms.map(js),
            tier: recording.file.map(|file| file.tier.as_str().to_owned()),
            attempts: recording.attempts.into_iter().map(AttemptView::from).collect(),
        }
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            at_ms: js(attempt.at_ms),
            tier: attempt.tier.as_str().to_owned(),
            outcome: attempt.outcome.as_str().to_owned(),
            detail: attempt.detail,
        }
    }
}

impl From<Transcript> for TranscriptView {
    fn from(transcript: Transcript) -> Self {
        Self {
            timed: transcript.is_timed(),
            turns: transcript.turns.into_iter().map(TurnView::from).collect(),
            format: transcript.format,
            language: transcript.language,
            origin: transcript.origin,
        }
    }
}

impl From<Turn> for TurnView {
    fn from(turn: Turn) -> Self {
        Self {
            speaker: turn.speaker,
            role: turn.role.map(Role::as_str).map(str::to_owned),
            text: turn.text,
            start_ms: turn.start_ms.map(js),
            end_ms: turn.end_ms.map(js),
            timing: turn.timing.as_str().to_owned(),
            words: turn.words.into_iter().map(WordView::from).collect(),
        }
    }
}

impl From<Word> for WordView {
    fn from(word: Word) -> Self {
        Self { text: word.text, start_ms: word.start_ms.map(js), end_ms: word.end_ms.map(js) }
    }
}

impl From<Insights> for InsightsView {
    fn from(insights: Insights) -> Self {
        let sentiment = insights.sentiment.unwrap_or_default();
        Self {
            summary: insights.summary,
            sentiment: sentiment.overall,
            sentiment_score: sentiment.score,
            topics: insights.topics,
            action_items: insights.action_items,
            intent: insights.intent,
        }
    }
}

impl From<Metric> for MetricView {
    fn from(metric: Metric) -> Self {
        Self { at_ms: metric.at.map(|at| js(at.utc_ms)), name: metric.name, value: metric.value }
    }
}
