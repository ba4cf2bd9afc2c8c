//! What was said and concluded, as a vCon's analyses.

use std::io::{self, Write};

use model::CallRecord;
use serde::Serialize;
use serde_json::{Value, json};

use super::separate;

/// Who wrote the analysis in this form; what made it first is the product, where that is known.
const VENDOR: &str = "Turnstone";

#[derive(Serialize)]
struct Analysis<'a, B: Serialize> {
    #[serde(rename = "type")]
    kind: &'static str,
    dialog: &'a Value,
    vendor: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    mediatype: &'static str,
    encoding: &'static str,
    body: B,
}

/// Writes the analyses of a call with so many dialogs, separated by commas.
pub(super) fn write(record: &CallRecord, dialogs: usize, out: &mut dyn Write) -> io::Result<()> {
    let about = if dialogs == 1 { json!(0) } else { json!((0..dialogs).collect::<Vec<_>>()) };
    let mut written = 0;
    if let Some(transcript) = &record.transcript {
        let product = transcript.format.as_deref();
        let said = structured("transcript", &about, product, "turnstone_transcript_1", transcript);
        put(&said, &mut written, out)?;
    }
    if let Some(summary) = record.insights.as_ref().and_then(|insights| insights.summary.as_deref()) {
        put(&plain("summary", &about, summary), &mut written, out)?;
    }
    for (kind, schema, body) in concluded(record) {
        put(&structured(kind, &about, None, schema, body), &mut written, out)?;
    }
    Ok(())
}

/// Mood, topics and measurements, as far as there are any.
fn concluded(record: &CallRecord) -> Vec<(&'static str, &'static str, Value)> {
    let mut found = Vec::new();
    if let Some(insights) = &record.insights {
        if let Some(mood) = &insights.sentiment {
            let body = json!({"sentiment": mood.overall, "score": mood.score});
            found.push(("sentiment", "turnstone_sentiment_1", body));
        }
        if insights.intent.is_some() || !insights.topics.is_empty() || !insights.action_items.is_empty() {
            let body = json!({
                "topics": insights.topics,
                "action_items": insights.action_items,
                "intent": insights.intent,
            });
            found.push(("report", "turnstone_insights_1", body));
        }
    }
    let measured: Vec<_> = record.metrics.iter().filter(|metric| metric.value.is_finite()).collect();
    if !measured.is_empty() {
        found.push(("report", "turnstone_metrics_1", json!(measured)));
    }
    found
}

fn structured<'a, B: Serialize>(
    kind: &'static str,
    dialog: &'a Value,
    product: Option<&'a str>,
    schema: &'static str,
    body: B,
) -> Analysis<'a, B> {
    Analysis {
        kind,
        dialog,
        vendor: VENDOR,
        product,
        schema: Some(schema),
        mediatype: "application/json",
        encoding: "json",
        body,
    }
}

fn plain<'a>(kind: &'static str, dialog: &'a Value, body: &'a str) -> Analysis<'a, &'a str> {
    Analysis {
        kind,
        dialog,
        vendor: VENDOR,
        product: None,
        schema: None,
        mediatype: "text/plain",
        encoding: "none",
        body,
    }
}

fn put<B: Serialize>(analysis: &Analysis<'_, B>, written: &mut usize, out: &mut dyn Write) -> io::Result<()> {
    separate(*written, out)?;
    *written += 1;
    serde_json::to_writer(out, analysis).map_err(io::Error::from)
}
