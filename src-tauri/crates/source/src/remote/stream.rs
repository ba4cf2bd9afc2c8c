//! A good answer as a recording's bytes.

use model::Outcome;

use crate::http::Response;
use crate::{Audio, AudioError};

/// The bytes of an answer that should be audio. A page for people or JSON, under whatever status, is not; what else it is
/// its first bytes tell, not its label. `Content-Length` is the whole file's only in an answer that was not packed.
pub(crate) fn audio(response: Response) -> Result<Audio, AudioError> {
    let header = |name: &str| response.headers.get(name).map(String::as_str);
    let label = header("content-type").unwrap_or_default().trim().to_ascii_lowercase();
    if label.starts_with("text/html") || label.starts_with("application/json") {
        let words = "the server sent a page or a message instead of audio";
        return Err(AudioError::new(Outcome::Invalid, words));
    }
    let is_packed = header("content-encoding").is_some_and(|how| !how.eq_ignore_ascii_case("identity"));
    let (from, length) = match header("content-range").filter(|_| response.status == 206).and_then(range) {
        Some(range) => range,
        None => (0, header("content-length").filter(|_| !is_packed).and_then(|text| text.trim().parse().ok())),
    };
    let strong = header("etag").filter(|tag| !tag.starts_with("W/"));
    let validator = strong.or_else(|| header("last-modified")).map(str::to_owned);
    Ok(Audio { bytes: response.body, from, length, validator })
}

/// Where `bytes 5-9/10` begins, and how long the whole is.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (span, whole) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (from, _) = span.split_once('-')?;
    Some((from.trim().parse().ok()?, whole.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use url::Url;

    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Result<Audio, AudioError> {
        let headers: BTreeMap<String, String> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let url = Url::parse("http://127.0.0.1/").unwrap();
        audio(Response { status, headers, url, body: Box::new(std::io::empty()) })
    }

    #[test]
    fn a_part_says_where_it_begins_and_how_long_the_whole_is() {
        let part =
            answer(206, &[("content-range", "bytes 5-9/10"), ("content-length", "5"), ("etag", "\"a\"")]).unwrap();
        assert_eq!((part.from, part.length, part.validator.as_deref()), (5, Some(10), Some("\"a\"")));
        let unknown = answer(206, &[("content-range", "bytes 5-9/*")]).unwrap();
        assert_eq!((unknown.from, unknown.length), (5, None));
    }

    #[test]
    fn a_weak_tag_tells_nothing_and_a_packed_length_is_not_the_files() {
        let whole = answer(200, &[("etag", "W/\"a\""), ("content-length", "5"), ("content-encoding", "gzip")]).unwrap();
        assert_eq!((whole.from, whole.length, whole.validator), (0, None, None));
    }

    #[test]
    fn a_page_or_a_message_is_not_audio_and_a_wrong_label_of_audio_is_no_matter() {
        for label in ["text/html; charset=utf-8", "application/json"] {
            let error = answer(200, &[("content-type", label)]).err().expect("no audio");
            assert_eq!(error.outcome, Outcome::Invalid, "{label}");
        }
        assert!(answer(200, &[("content-type", "audio/mpeg")]).is_ok());
        assert!(answer(200, &[("content-type", "application/octet-stream")]).is_ok());
    }
}
