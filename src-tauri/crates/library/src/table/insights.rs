use model::{Insights, Sentiment};
use rusqlite::{Connection, params};

use super::column::{from_json, to_json};
use crate::LibraryError;

pub(crate) fn insert(conn: &Connection, call: i64, insights: &Insights) -> Result<(), LibraryError> {
    let sentiment = insights.sentiment.clone().unwrap_or_default();
    let sql = "INSERT INTO insights (call_key, summary, has_sentiment, sentiment, sentiment_score, topics, action_items, \
               intent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    conn.prepare_cached(sql)?.execute(params![
        call,
        insights.summary,
        insights.sentiment.is_some(),
        sentiment.overall,
        sentiment.score.filter(|score| !score.is_nan()),
        to_json(&insights.topics, "a call's topics")?,
        to_json(&insights.action_items, "a call's action items")?,
        insights.intent,
    ])?;
    let mut topic = conn.prepare_cached("INSERT OR IGNORE INTO topic (topic, call_key) VALUES (?1, ?2)")?;
    for name in &insights.topics {
        topic.execute(params![name, call])?;
    }
    Ok(())
}

pub(crate) fn delete(conn: &Connection, call: i64) -> Result<(), LibraryError> {
    conn.prepare_cached("DELETE FROM insights WHERE call_key = ?1")?.execute([call])?;
    conn.prepare_cached("DELETE FROM topic WHERE call_key = ?1")?.execute([call])?;
    Ok(())
}

pub(crate) fn read(conn: &Connection, call: i64) -> Result<Option<Insights>, LibraryError> {
    let sql = "SELECT summary, has_sentiment, sentiment, sentiment_score, topics, action_items, intent FROM insights \
               WHERE call_key = ?1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([call])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let sentiment = Sentiment { overall: row.get(2)?, score: row.get(3)? };
    Ok(Some(Insights {
        summary: row.get(0)?,
        sentiment: row.get::<_, bool>(1)?.then_some(sentiment),
        topics: from_json(&row.get::<_, String>(4)?, "a call's topics")?,
        action_items: from_json(&row.get::<_, String>(5)?, "a call's action items")?,
        intent: row.get(6)?,
    }))
}
